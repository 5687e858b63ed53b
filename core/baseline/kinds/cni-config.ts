import { posix } from 'node:path';
import type { NodeFile, NodeGroup } from '../../ansible/types.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { Json } from '../../kubelet/types.ts';
import type { RenderedText, Unknown } from '../../source/rope.ts';
import { evidenceOf, rootOf, scalarOf, valuesAt } from '../document-values.ts';
import { agreedOn, destOf, fileName, firstPlaced } from '../file-texts.ts';
import type { Fault, Kind } from '../kind.ts';
import { isWriting, nodePaths, originOf } from '../node-paths.ts';
import { shown } from '../operators.ts';
import { notApplicable, undecided } from '../place-answer.ts';
import type { GroupSubject } from '../subject.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/**
 * Controls over the network configurations a runtime finds in /etc/cni/net.d: the first by name is the network of pods
 * (libcni: *.conf and *.json hold one plugin, *.conflist a list).
 */
export const CNI_CONFIG: Kind = { scope: 'node-group', fault, evaluate, expected, gone: 'unknown' };

const FOLDER = '/etc/cni/net.d';
const NETWORK = /^\/etc\/cni\/net\.d\/[^/]+\.(?:conf|conflist|json)$/;
/** Plugins that hand pods on to others, which may stand in other files. */
const DELEGATING: ReadonlySet<string> = new Set(['multus', 'multus-shim', 'genie']);

function fault({ check }: Control): Fault | null {
  const at = ['check', 'value'];
  switch (check.op) {
    case 'single-first':
      return check.value === null ? null : { at, message: 'single-first takes no value' };
    case 'any-in':
      return isTexts(check.value) ? null : { at, message: 'value must be a list of texts' };
    case 'ne':
      return check.value === null || typeof check.value === 'object'
        ? { at, message: 'value must be a single value' }
        : null;
    default:
      return { at: ['check', 'op'], message: `unknown operator ${check.op} for CNI configurations` };
  }
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(item => typeof item === 'string');
}

function expected({ check }: Control): string {
  if (check.op === 'single-first') return 'one network configuration';
  return isTexts(check.value) ? `one of ${check.value.join(', ')}` : `anything but ${shown(check.value)}`;
}

function evaluate(control: Control, { group }: GroupSubject): readonly PlaceAnswer[] {
  const [path = ''] = control.paths;
  if (control.check.op === 'single-first') return [onlyNetwork(group)];
  const files = networksOf(group);
  if (files.length === 0) return [notApplicable(path, `no task writes a network configuration to ${FOLDER}`)];
  if (control.check.op === 'any-in') return [firstPlaced(path, files, file => policyPlugin(control, file))];
  return files.map(file => ({ ...withoutValue(control, file), location: `${destOf(file)} ${path}` }));
}

/** The network files, in the order of their names. */
function networksOf({ files }: NodeGroup): readonly NodeFile[] {
  return files
    .filter(file => NETWORK.test(destOf(file)) && file.text !== null)
    .sort((left, right) => (destOf(left) < destOf(right) ? -1 : 1));
}

function onlyNetwork(group: NodeGroup): PlaceAnswer {
  const found = nodePaths(group)
    .filter(({ path, steps }) => NETWORK.test(path) && steps.some(isWriting))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
  const sure = found.filter(({ steps }) => steps.some(step => isWriting(step) && step.runs === true));
  const names = found.map(({ path }) => posix.basename(path));
  const evidence = found.flatMap(({ steps }) => steps.filter(isWriting).map(originOf));
  if (found.length === 0) return notApplicable(FOLDER, `no task writes a network configuration to ${FOLDER}`);
  if (found.length === 1)
    return { result: 'pass', path: FOLDER, actual: names, reason: `${names.join()} is the network of pods`, evidence };
  if (sure.length < 2)
    return undecided(FOLDER, `which of ${names.join(', ')} are in ${FOLDER} cannot be known from Git`, evidence, names);
  const reason = `${FOLDER} gets ${names.join(', ')}: the runtime takes ${names[0]} alone; remove what is not meant`;
  return { result: 'violated', path: FOLDER, actual: names, reason, evidence };
}

type Plugins = Readonly<{ plugins: readonly SourceNode[]; unknown: Unknown | null }>;

/** Every plugin of a configuration, those it delegates to included. */
function pluginsOf(root: SourceNode, dest: string): Plugins {
  const listed = dest.endsWith('.conflist') ? valuesAt(root, 'plugins[]') : { nodes: [root], unknown: null };
  const below = listed.nodes.flatMap(node => [
    valuesAt(node, 'delegates[]'),
    valuesAt(node, 'delegates[].plugins[]'),
    valuesAt(node, 'delegate'),
  ]);
  const found = [listed, ...below];
  return {
    plugins: found.flatMap(({ nodes }) => nodes),
    unknown: found.find(({ unknown }) => unknown !== null)?.unknown ?? null,
  };
}

function policyPlugin(control: Control, file: NodeFile): PlaceAnswer {
  const [path = ''] = control.paths;
  const allowed = isTexts(control.check.value) ? control.check.value : [];
  return agreedOn(file, path, text => {
    const root = readable(text, file, path);
    if ('result' in root) return root;
    const { plugins, unknown } = pluginsOf(root, destOf(file));
    const found = plugins.flatMap(plugin =>
      control.paths.map(name => valuesAt(plugin, name.replace('plugins[].', ''))),
    );
    const values = found.flatMap(({ nodes }) => nodes.map(scalarOf)).map(String);
    const evidence = evidenceOf(text, root);
    const chosen = values.find(value => allowed.includes(value));
    if (chosen !== undefined)
      return { result: 'pass', path, actual: values, reason: `${fileName(file)} uses ${chosen}`, evidence };
    const open = unknown ?? found.find(one => one.unknown !== null)?.unknown;
    if (open)
      return undecided(path, `plugins of ${fileName(file)} cannot be known from Git: ${open.why.join('; ')}`, evidence);
    const delegating = values.find(value => DELEGATING.has(value));
    if (delegating !== undefined)
      return undecided(path, `${delegating} of ${fileName(file)} hands pods on to a network nobody can see`, evidence);
    const reason = `no plugin of ${fileName(file)} can enforce NetworkPolicy: ${values.join(', ') || 'it has none'}`;
    return { result: 'violated', path, actual: values, reason, evidence };
  });
}

function withoutValue(control: Control, file: NodeFile): PlaceAnswer {
  const [path = ''] = control.paths;
  const name = path.replace('plugins[].', '');
  return agreedOn(file, path, text => {
    const root = readable(text, file, path);
    if ('result' in root) return root;
    const { plugins, unknown } = pluginsOf(root, destOf(file));
    const found = plugins.map(plugin => valuesAt(plugin, name));
    const bad = found.flatMap(({ nodes }) => nodes).find(node => scalarOf(node) === control.check.value);
    if (bad) {
      const reason = `a plugin of ${fileName(file)} has ${name} ${shown(scalarOf(bad))}`;
      return { result: 'violated', path, actual: scalarOf(bad), reason, evidence: evidenceOf(text, bad) };
    }
    const open = unknown ?? found.find(one => one.unknown !== null)?.unknown;
    if (open)
      return undecided(path, `${name} in ${fileName(file)} cannot be known from Git: ${open.why.join('; ')}`, []);
    return { result: 'pass', path, actual: null, reason: `no plugin of ${fileName(file)} has it`, evidence: [] };
  });
}

/** The document, or the answer when a runtime could not read it: it skips such a file and takes the next. */
function readable(text: RenderedText, file: NodeFile, path: string): SourceNode | PlaceAnswer {
  const root = /^\s*\{/.test(text.text) ? rootOf(text) : 'it is no JSON object';
  if (typeof root !== 'string') return root;
  const reason = `${fileName(file)} cannot be read: ${root}`;
  return text.unknowns.size > 0
    ? undecided(path, reason, [])
    : { result: 'violated', path, actual: null, reason, evidence: [] };
}
