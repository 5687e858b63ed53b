import { readText } from '../kubelet/read-text.ts';
import type { RenderedText } from '../source/rope.ts';
import type { Flag } from './kubelet-flags.ts';
import { scalarOf } from './scalar-text.ts';

/** `kubeletArguments` of a NodeConfig of OpenShift 3: a list of values for each argument, without its dashes. */
export function openShiftArguments(text: RenderedText): readonly Flag[] {
  if (!/^kubeletArguments[ \t]*:/m.test(text.text)) return [];
  const read = readText({ name: 'node-config.yaml', text: text.text, unknowns: text.unknowns }, 'config', '');
  const root = read.ok && read.root.kind === 'map' ? read.root : null;
  const given = root?.entries.findLast(({ key }) => key === 'kubeletArguments')?.value;
  if (given?.kind !== 'map') return [];
  return given.entries.flatMap(({ key, value }) => {
    const values = value.kind === 'list' ? value.items : [value];
    return values.map((one): Flag => ({ name: `--${key}`, value: scalarOf(text, one) }));
  });
}
