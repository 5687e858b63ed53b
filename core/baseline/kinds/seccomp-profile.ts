import type { NodeFile } from '../../ansible/types.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { RenderedText, Unknown } from '../../source/rope.ts';
import { evidenceOf, rootOf, scalarOf, valuesAt } from '../document-values.ts';
import { agreedOn, destOf, fileName } from '../file-texts.ts';
import type { Fault, Kind } from '../kind.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** Controls over seccomp profiles in JSON that tasks put on nodes: what they deny, and what they let through. */
export const SECCOMP_PROFILE: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

function fault({ check }: Control): Fault | null {
  if (check.op !== 'in' && check.op !== 'disjoint')
    return { at: ['check', 'op'], message: `unknown operator ${check.op} for seccomp profiles` };
  return namesOf(check.value).length > 0 ? null : { at: ['check', 'value'], message: 'value must be a list of texts' };
}

function namesOf(value: Control['check']['value']): readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string') ? value : [];
}

function expected({ check }: Control): string {
  const names = namesOf(check.value).join(', ');
  return check.op === 'in' ? `one of ${names}` : `none of ${names}`;
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const [path = ''] = control.paths;
  const profiles = group.files.filter(
    file =>
      file.kind === 'seccomp' &&
      file.text !== null &&
      (destOf(file).endsWith('.json') || /^\s*\{/.test(file.text.text)),
  );
  if (profiles.length === 0) return [notApplicable(path, 'no task places a seccomp profile')];
  const judge = control.check.op === 'in' ? denies : letsThrough;
  return profiles.map(file => ({
    ...agreedOn(file, path, text => {
      const root = rootOf(text);
      return typeof root === 'string'
        ? undecided(path, `${fileName(file)} cannot be read: ${root}`, [])
        : judge(control, file, text, root);
    }),
    location: `${destOf(file)} ${path}`,
  }));
}

function denies(control: Control, file: NodeFile, text: RenderedText, root: SourceNode): PlaceAnswer {
  const [path = ''] = control.paths;
  const { nodes, unknown } = valuesAt(root, 'defaultAction');
  const [node] = nodes;
  if (unknown)
    return undecided(
      path,
      `defaultAction of ${fileName(file)} cannot be known from Git: ${unknown.why.join('; ')}`,
      [],
    );
  const action = node ? scalarOf(node) : null;
  const evidence = evidenceOf(text, node ?? root);
  const reason = node
    ? `defaultAction of ${fileName(file)} is ${String(action)}`
    : `${fileName(file)} has no defaultAction`;
  const result = namesOf(control.check.value).includes(String(action)) ? 'pass' : 'violated';
  return { result, path, actual: action, reason, evidence };
}

/** One rule of a profile: what it does with which calls. */
type Rule = Readonly<{
  action: string | null;
  names: ReadonlySet<string>;
  limits: 'none' | 'arguments' | 'capabilities';
  unknown: Unknown | null;
  node: SourceNode;
}>;

const LETTING: ReadonlySet<string> = new Set(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG']);

function letsThrough(control: Control, file: NodeFile, text: RenderedText, root: SourceNode): PlaceAnswer {
  const [path = ''] = control.paths;
  const calls = namesOf(control.check.value);
  const listed = valuesAt(root, 'syscalls[]');
  const byDefault = valuesAt(root, 'defaultAction');
  const rules = listed.nodes.map(ruleOf);
  const letting = rules.filter(({ action }) => action !== null && LETTING.has(action));
  const open = byDefault.nodes.some(node => LETTING.has(String(scalarOf(node))));
  const stopped = new Set(
    rules.filter(rule => !letting.includes(rule) && rule.limits === 'none').flatMap(({ names }) => [...names]),
  );
  const free = calls.filter(
    call => letting.some(({ names, limits }) => limits === 'none' && names.has(call)) || (open && !stopped.has(call)),
  );
  const unknown = listed.unknown ?? byDefault.unknown ?? rules.find(rule => rule.unknown !== null)?.unknown;
  const first = letting.find(({ names }) => free.some(call => names.has(call)))?.node ?? root;
  const evidence = evidenceOf(text, first).slice(0, 1);
  if (free.length > 0 && !(open && unknown))
    return {
      result: 'violated',
      path,
      actual: free,
      reason: `${fileName(file)} lets every container call ${free.join(', ')}`,
      evidence,
    };
  if (unknown)
    return undecided(path, `rules of ${fileName(file)} cannot be known from Git: ${unknown.why.join('; ')}`, []);
  const bound = calls.filter(call => letting.some(({ names, limits }) => limits === 'capabilities' && names.has(call)));
  if (bound.length > 0)
    return undecided(
      path,
      `${fileName(file)} lets containers with certain capabilities call ${bound.join(', ')}: CRI-O heeds includes and excludes, containerd does not`,
      evidence,
    );
  return { result: 'pass', path, actual: null, reason: `${fileName(file)} lets none of them through`, evidence: [] };
}

function ruleOf(node: SourceNode): Rule {
  const action = valuesAt(node, 'action');
  const names = valuesAt(node, 'names[]');
  const name = valuesAt(node, 'name');
  const args = valuesAt(node, 'args[]');
  const bound = ['includes', 'excludes'].flatMap(key => valuesAt(node, key).nodes).some(hasEntries);
  return {
    action: action.nodes.map(one => String(scalarOf(one)))[0] ?? null,
    names: new Set([...names.nodes, ...name.nodes].map(one => String(scalarOf(one)))),
    limits: args.nodes.length > 0 ? 'arguments' : bound ? 'capabilities' : 'none',
    unknown: action.unknown ?? names.unknown ?? name.unknown ?? args.unknown,
    node,
  };
}

function hasEntries(node: SourceNode): boolean {
  return node.kind === 'map' && node.entries.some(({ value }) => value.kind !== 'list' || value.items.length > 0);
}
