import { describe, expect, test } from '@jest/globals';
import { readBaseline } from '../../../config/baseline.ts';
import type { Waiver } from '../../../core/approval/policy.ts';
import { assess } from '../../../core/report/compliance/assess.ts';
import { complianceHtml } from '../../../core/report/compliance/html.ts';
import { complianceJson } from '../../../core/report/compliance/json.ts';
import { complianceMarkdown } from '../../../core/report/compliance/markdown.ts';
import type { Compliance } from '../../../core/report/compliance/types.ts';
import { totals } from '../../../core/report/compliance/words.ts';
import { config, FACT, repositoryOf, type Situation, subjectOf } from '../baseline/situation.ts';

const shipped = readBaseline();
const FEW = new Set(['KG-API-01', 'KG-SECC-01', 'KG-CG-01', 'KG-KP-01']);
const baseline = { ...shipped, controls: shipped.controls.filter(({ id }) => FEW.has(id)) };
const DAY = '2026-11-30';

function report(situation: Situation, ...waivers: readonly Waiver[]): Compliance {
  return assess(subjectOf(repositoryOf(situation)), { baseline, waivers, day: DAY, problems: [] });
}

const waiver = (more: Partial<Waiver> = {}): Waiver => ({
  control: 'KG-API-01',
  reason: 'The <script>lab</script> | needs it.',
  approver: 'alice',
  expires: '2027-01-31',
  ...more,
});
const PORT = config('readOnlyPort: 10255');
const of = ({ findings }: Compliance, id: string) => findings.filter(({ control }) => control.id === id);

describe('a compliance report', () => {
  test('says of a violation where it is, what it is, and what it should be', () => {
    expect(of(report(PORT), 'KG-API-01')).toMatchObject([
      {
        area: 'Secured kubelet API',
        standing: 'violated',
        on: [{ group: 'workers', hosts: ['node-1', 'node-2'] }],
        path: 'readOnlyPort',
        actual: 10255,
        expected: '0',
        evidence: [{ file: 'roles/kubelet/templates/kubelet.yaml.j2', line: 3 }],
        waiver: null,
      },
    ]);
  });

  test('counts every control once for each node group', () => {
    const { standings, controls } = report(PORT);
    const counted = standings.filter(({ group }) => group === 'workers' || group === 'repository');
    const sum = Object.values(totals(counted)).reduce((all, one) => all + one, 0);
    expect(sum).toBe(controls);
    expect(standings.find(({ area }) => area === 'Secured kubelet API')?.counts.violated).toBe(1);
  });

  test('says of the undecided why, and never lets it pass', () => {
    const [finding] = of(report(config(`readOnlyPort: ${FACT}`), waiver()), 'KG-API-01');
    expect(finding).toMatchObject({ standing: 'undecided', waiver: null });
    expect(finding?.reason).toContain('cannot be known from Git');
  });

  test('lists the gravest violation first, and what is undecided after what is violated', () => {
    const { findings } = report(config(`seccompDefault: false\nreadOnlyPort: 10255\npodPidsLimit: ${FACT}`));
    const ids = findings.map(({ control }) => control.id);
    expect(ids.indexOf('KG-API-01')).toBeLessThan(ids.indexOf('KG-SECC-01'));
    expect(ids.indexOf('KG-SECC-01')).toBeLessThan(ids.indexOf('KG-CG-01'));
  });

  test('tells the same violation of several groups once', () => {
    const files = {
      'inventory.ini': '[workers]\nw\n[gpu]\ng maxp=9\n',
      'roles/kubelet/templates/kubelet.yaml.j2':
        'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nreadOnlyPort: 10255\nmaxPods: {{ maxp | default(5) }}\n',
    };
    const found = of(report({ config: '', files }), 'KG-API-01');
    expect(found.map(({ on }) => on.map(({ group }) => group).sort())).toEqual([['gpu', 'workers']]);
  });
});

describe('a waiver', () => {
  test('in force marks its violations as waived, not as passed', () => {
    const waived = report(PORT, waiver());
    expect(of(waived, 'KG-API-01')).toMatchObject([{ standing: 'waived', waiver: { approver: 'alice' } }]);
    expect(waived.waivers).toMatchObject([{ state: 'applies' }]);
    expect(waived.standings.find(({ area }) => area === 'Secured kubelet API')?.counts).toMatchObject({
      violated: 0,
      waived: 1,
    });
  });

  test.each<[string, Partial<Waiver>, string]>([
    ['expired', { expires: '2026-11-29' }, 'expired'],
    ['of another group', { groups: ['gpu'] }, 'without effect'],
    ['of only one of the hosts', { hosts: ['node-1'] }, 'without effect'],
    ['of a control nobody has', { control: 'KG-NO-01' }, 'without effect'],
  ])('%s accepts nothing, and the report says so', (_, more, state) => {
    const told = report(PORT, waiver(more));
    expect(of(told, 'KG-API-01')).toMatchObject([{ standing: 'violated', waiver: null }]);
    expect(told.waivers).toMatchObject([{ state }]);
    expect(complianceMarkdown(told)).toContain(`- **${state}** \``);
  });
});

describe('each format', () => {
  const told = report(config('readOnlyPort: 10255\nseccompDefault: false'), waiver());

  test('HTML is one file without script whose foreign text stays text', () => {
    const page = complianceHtml(told);
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|\bon\w+=|https?:/i);
    expect(page).toContain('The &lt;script&gt;lab&lt;/script&gt; | needs it.');
    expect(page).toContain('<code>roles/kubelet/templates/kubelet.yaml.j2:4</code>');
    expect(page).toContain('Set <code>seccompDefault</code> to <code>true</code>.');
  });

  test('Markdown keeps foreign text in code spans', () => {
    const text = complianceMarkdown(told);
    expect(text).toContain('- Waived: `The <script>lab</script> ¦ needs it.` (`alice`, until 2027-01-31)');
    expect(text).toContain('- What to do: Set `seccompDefault` to `true`.');
  });

  test('JSON has the counts of each area and node group, and every finding', () => {
    expect(complianceJson(told)).toMatchObject({
      day: DAY,
      kubernetes: '1.36',
      areas: expect.arrayContaining([
        expect.objectContaining({
          title: 'Secured kubelet API',
          groups: [expect.objectContaining({ group: 'workers', counts: expect.objectContaining({ waived: 1 }) })],
        }),
      ]),
      findings: expect.arrayContaining([
        expect.objectContaining({ control: 'KG-SECC-01', result: 'violated', fix: { set: true } }),
      ]),
      waivers: [{ control: 'KG-API-01', state: 'applies' }],
    });
  });

  test('what could not be read is told in all of them', () => {
    const broken = report({ config: '', files: { 'roles/kubelet/templates/kubelet.yaml.j2': 'a: {{ b\n' } });
    expect(broken.problems.length).toBeGreaterThan(0);
    for (const text of [complianceHtml(broken), complianceMarkdown(broken)]) {
      expect(text).toContain('What could not be judged');
      expect(text).toContain('kubelet.yaml.j2');
    }
  });

  test('a kubelet that would not start is told with its line', () => {
    expect(report(config('maxPods: -1')).problems).toMatchObject([
      { code: 'kubelet-refuses', file: 'roles/kubelet/templates/kubelet.yaml.j2', line: 3 },
    ]);
  });
});
