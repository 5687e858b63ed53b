import type { NodeFile, NodeGroup } from '../../ansible/types.ts';
import type { Json } from '../../kubelet/types.ts';
import { evidenceOf, rootOf, scalarOf, valuesAt } from '../document-values.ts';
import { agreedOn, destOf, fileName } from '../file-texts.ts';
import type { Fault, Kind } from '../kind.ts';
import { pathPattern } from '../node-paths.ts';
import { operandFor } from '../operand.ts';
import { ABSENT, shown } from '../operators.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over the kubeconfig the kubelet talks to the API server with, where tasks write it. */
export const KUBECONFIG: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

const KUBELETS = /(?:^|\/)kubelet[^/]*\.(?:conf|kubeconfig)$|\/kubelet\/kubeconfig$/;

function fault({ check, paths }: Control): Fault | null {
  if (check.op !== 'like') return { at: ['check', 'op'], message: `unknown operator ${check.op} for kubeconfigs` };
  const bare = paths.find(path => allowedFor(check.value, path).length === 0);
  return bare === undefined
    ? null
    : { at: ['check', 'value'], message: `value must hold a list of what ${bare} may be` };
}

function allowedFor(value: Json, path: string): readonly Json[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [];
  const own = Object.hasOwn(value, path) ? (value as Readonly<Record<string, Json>>)[path] : null;
  return Array.isArray(own) ? own : [];
}

function expected(control: Control, path: string): string {
  return allowedFor(control.check.value, path)
    .map(one => (one === ABSENT ? 'absent' : shown(one)))
    .join(' or ');
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const files = group.files.filter(file => file.text !== null && isKubelets(file, group));
  if (files.length === 0) return [notApplicable(control.paths[0] ?? '', 'no task writes a kubeconfig of the kubelet')];
  return files.flatMap(file =>
    control.paths.map(path => ({ ...judge(control, path, file), location: `${destOf(file)} ${path}` })),
  );
}

function isKubelets(file: NodeFile, { flags }: NodeGroup): boolean {
  const dest = destOf(file);
  const named = (flag: string) =>
    flags.some(({ name, value }) => name === flag && value.value.known && value.value.json === dest);
  if (dest === '' || named('--bootstrap-kubeconfig') || /bootstrap/.test(dest)) return false;
  return named('--kubeconfig') || (file.kind === 'kubeconfig' && KUBELETS.test(dest));
}

function judge(control: Control, path: string, file: NodeFile): PlaceAnswer {
  const allowed = operandFor(control, path);
  return agreedOn(file, path, text => {
    const root = rootOf(text);
    if (typeof root === 'string') return undecided(path, `${fileName(file)} cannot be read: ${root}`, []);
    const { nodes, unknown } = valuesAt(root, path);
    const bad = nodes.find(node => !isAllowed(allowed, scalarOf(node)));
    const wanted = expected(control, path);
    if (bad) {
      const secret = /token|password/.test(path);
      const actual = secret ? null : scalarOf(bad);
      const reason = `${path} of ${fileName(file)} is ${secret ? 'set' : shown(actual)}; expected ${wanted}`;
      return { result: 'violated', path, actual, reason, evidence: evidenceOf(text, bad) };
    }
    if (unknown)
      return undecided(path, `${path} of ${fileName(file)} cannot be known from Git: ${unknown.why.join('; ')}`, []);
    if (nodes.length === 0 && !isAllowed(allowed, ABSENT))
      return {
        result: 'violated',
        path,
        actual: null,
        reason: `${path} of ${fileName(file)} is not set; expected ${wanted}`,
        evidence: evidenceOf(text, root).slice(0, 1),
      };
    return { result: 'pass', path, actual: null, reason: `${path} of ${fileName(file)} is as expected`, evidence: [] };
  });
}

/** Texts may have `*` for any characters. */
function isAllowed(allowed: Json, actual: Json): boolean {
  if (!Array.isArray(allowed)) return false;
  return allowed.some(one =>
    typeof one === 'string' && typeof actual === 'string' && one !== ABSENT
      ? pathPattern(one.replaceAll('*', '**')).test(actual)
      : one === actual,
  );
}
