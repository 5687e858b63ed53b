import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import { readKubeletFacts } from '../../../config/kubelet-facts.ts';
import { withOwnBaseline } from '../../../core/baseline/own-baseline.ts';
import { ProblemError } from '../../../core/source/problem.ts';

const shipped = readBaseline();
const facts = readKubeletFacts();
const own = (text: string) => withOwnBaseline(shipped, { file: 'own.yaml', text }, facts);
const tighten = (text: string) => own(`tighten:\n  - ${text}\n`);
const find = (baseline: typeof shipped, id: string) => baseline.controls.find(control => control.id === id);

const ADDED = `controls:
  - id: ACME-START-01
    area: startup-parameters
    title: Few pods
    kind: KubeletConfiguration
    paths: [maxPods]
    flags: ["--max-pods"]
    check: { op: between, value: [1, 60] }
    absent: null
    roles: [all]
    severity: low
    profile: advisory
    standards: { ACME: ["7.1"] }
    threats: [Container escape to the host]
    rationale: A node we lose takes few pods with it.
    fix: { set: 60 }
`;

describe("an operator's own baseline", () => {
  test('adds controls, and the digest follows', () => {
    const both = own(ADDED);
    expect(both.controls).toHaveLength(shipped.controls.length + 1);
    expect(find(both, 'ACME-START-01')).toMatchObject({
      area: 'startup-parameters',
      source: { file: 'own.yaml', line: 2 },
    });
    expect(both.digest).not.toBe(shipped.digest);
  });

  test('asks more of a control: value, fix, severity and profile', () => {
    const tightened = tighten(
      '{control: KG-CG-01, value: [1, 1024], fix: {set: 1024}, severity: critical, profile: core}',
    );
    expect(find(tightened, 'KG-CG-01')).toMatchObject({
      check: { op: 'between', value: [1, 1024] },
      fix: { set: 1024 },
      severity: 'critical',
    });
  });

  test.each([
    ['a smaller range of durations', '{control: KG-API-02, value: [5m, 1h]}'],
    ['fewer bits of a mode', '{control: KG-START-16, value: "400"}'],
    ['the same again', '{control: KG-API-01, value: 0}'],
  ])('takes %s', (_, text) => {
    expect(tighten(text).controls).toHaveLength(shipped.controls.length);
  });

  test.each([
    ['a larger range', '{control: KG-CG-01, value: [1, 99999]}', 'loosening needs a waiver'],
    ['a longer time', '{control: KG-API-02, value: [5m, 5h]}', 'loosening needs a waiver'],
    ['another value', '{control: KG-API-01, value: 10255}', 'loosening needs a waiver'],
    ['a mode that is smaller but grants more', '{control: KG-START-16, value: "444"}', 'loosening needs a waiver'],
    ['a lower severity', '{control: KG-API-01, severity: low}', 'loosening needs a waiver'],
    ['a lower profile', '{control: KG-API-01, profile: advisory}', 'loosening needs a waiver'],
    ['a value its field cannot have', '{control: KG-API-01, value: "0"}', 'readOnlyPort is a int32'],
    ['a control nobody has', '{control: KG-NO-01, severity: high}', 'no such control'],
    ['an unknown key', '{control: KG-API-01, colour: red}', 'colour'],
    ['a fix its value refuses', '{control: KG-CG-01, value: [1, 1024]}', 'the fix sets 4096'],
  ])('refuses %s with file and line', (_, text, message) => {
    const attempt = () => tighten(text);
    expect(attempt).toThrow(ProblemError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(/^own\.yaml:2: /);
  });

  test('refuses the same control twice', () => {
    expect(() =>
      own('tighten:\n  - {control: KG-API-01, profile: core}\n  - {control: KG-API-01, profile: core}\n'),
    ).toThrow('own.yaml:3: KG-API-01: is tightened twice');
  });

  test('refuses an id the baseline has', () => {
    expect(() => own(ADDED.replace('ACME-START-01', 'KG-API-01'))).toThrow('KG-API-01 is already defined');
  });

  test('a file that is not there is refused, so that no service starts without it', () => {
    expect(() => readBaseline(undefined, '/no/such/baseline.yaml')).toThrow('/no/such/baseline.yaml: cannot be read');
  });
});
