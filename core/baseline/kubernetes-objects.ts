import type { NodeFile, NodeGroup, PlayStep, StepCall, Traced } from '../ansible/types.ts';
import { toJson, type Value } from '../ansible/value.ts';
import type { Origin } from '../source/rope.ts';
import type { SourceTree } from '../source/tree.ts';
import { kubectlObjects } from './manifests/kubectl.ts';
import { maskTemplate } from './manifests/mask-template.ts';
import { type Given, type KubernetesObject, objectsIn, plain, readObjects } from './manifests/read-objects.ts';
import { namedFile } from './manifests/repository-text.ts';
import { writtenTask } from './manifests/written-task.ts';

/**
 * What one file or task gives Kubernetes: a static pod's manifest, kubeadm's configuration, or the objects a task
 * applies. `ways`: what it may be under conditions nobody knows; what is not the same in all of them is undecided.
 */
export type ObjectSource = Readonly<{
  from: 'static-pod' | 'kubeadm' | 'applied';
  /** Of a file its path on the node, of a task its role, name and module: nothing that moves with lines. */
  location: string;
  /** As people read it. */
  name: string;
  /** Why it may not be there. */
  when: string | null;
  /** Why there may be more ways than these. */
  open: string | null;
  ways: readonly Readonly<{ why: readonly string[]; objects: readonly KubernetesObject[] }>[];
  at: Origin;
}>;

/** Everything the tasks of a node group give Kubernetes, in the order of the tasks; files first. */
export function kubernetesObjects({ files, supporting, steps }: NodeGroup, tree: SourceTree): readonly ObjectSource[] {
  const placed = [...new Set([...supporting, ...files])];
  return [
    ...placed.filter(({ kind }) => kind === 'static-pod').map(file => ofFile(file, 'static-pod')),
    ...placed.filter(({ kind }) => kind === 'kubeadm').map(file => ofFile(file, 'kubeadm')),
    ...steps.flatMap((step, index) => ofStep(step, steps.slice(0, index), tree)),
  ];
}

function ofFile(file: NodeFile, from: ObjectSource['from']): ObjectSource {
  const path = file.dest.value.known ? file.dest.value.json : (file.source ?? 'a file');
  const texts =
    file.alternatives.length > 0 ? file.alternatives : file.text ? [{ conditions: [], text: file.text }] : [];
  return {
    from,
    location: path,
    name: path,
    when: file.when ? file.when.why.join('; ') : null,
    open: file.truncated ? 'more conditions than are told apart' : null,
    ways: texts.map(({ conditions, text }) => ({
      why: conditions.flatMap(({ unknown }) => unknown.why),
      objects: objectsIn(text),
    })),
    at: { file: file.source ?? file.task.file, line: file.source === null ? file.task.line : 1, kind: 'template' },
  };
}

const COMMANDS: ReadonlySet<string> = new Set(['command', 'shell', 'raw']);

function ofStep(step: PlayStep, earlier: readonly PlayStep[], tree: SourceTree): readonly ObjectSource[] {
  const module = step.module?.split('.').at(-1) ?? '';
  if (step.runs === false || (module !== 'k8s' && !COMMANDS.has(module))) return [];
  return step.calls.flatMap(call => {
    const given = module === 'k8s' ? byModule(step, call, tree) : kubectlObjects(step, call, earlier, tree);
    if (given === null) return [];
    const at: Origin = { file: step.file, line: step.line, kind: 'template' };
    return [
      {
        from: 'applied',
        location: [step.role ?? step.file, step.task, module].join(' / '),
        name: `the task ${step.task ?? module}`,
        when: typeof step.runs === 'boolean' ? null : step.runs.why.join('; '),
        open: 'unknown' in given ? given.unknown : null,
        ways: 'objects' in given ? [{ why: [], objects: given.objects }] : [],
        at,
      },
    ];
  });
}

/** What `kubernetes.core.k8s` is given: `definition`, `src`, `template`, or the object its own arguments name. */
function byModule(step: PlayStep, call: StepCall, tree: SourceTree): Given | null {
  const state = call.get('state');
  if (state?.value.known && !/^(?:present|patched)$/.test(state.value.json)) return null;
  const at: Origin = { file: step.file, line: step.line, kind: 'template' };
  for (const name of ['definition', 'resource_definition', 'inline']) {
    const value = call.get(name);
    if (value) return { objects: objectsOf(value, at, step, name, tree) };
  }
  const file = call.get('template') ?? call.get('src');
  if (file) return byFile(file, call.has('template') ? 'template' : 'src', step, tree);
  const kind = call.get('kind')?.value;
  if (!kind?.known) return kind ? { unknown: 'the kind of its object cannot be known from Git' } : null;
  const name = call.get('name')?.value;
  const json = { kind: kind.json, metadata: name?.known ? { name: name.json } : {} };
  return { objects: objectsIn(plain(JSON.stringify(json), [at])) };
}

function objectsOf(
  traced: Traced<string>,
  at: Origin,
  step: PlayStep,
  argument: string,
  tree: SourceTree,
): readonly KubernetesObject[] {
  if (traced.value.known) return objectsIn(plain(traced.value.json, traced.origins.length > 0 ? traced.origins : [at]));
  const raw = writtenTask(tree, step)?.args.get(argument);
  const text = raw ? writtenText(raw) : `{{ ${traced.value.unknown.why.join('; ')} }}`;
  const looked = /^\s*\{\{-?\s*(?:lookup|query)\(\s*'(?:[\w.]{1,40}\.)?(?:template|file)'\s*,\s*'([^']{1,200})'/.exec(
    text,
  )?.[1];
  const file = looked === undefined ? null : namedFile(tree, step, looked);
  if (file) return readObjects(maskTemplate(file.path, file.text));
  const masked = maskTemplate(step.file, text);
  const { length } = masked.text.text;
  return readObjects({ ...masked, text: { ...masked.text, segments: [{ length, origins: [at] }] } });
}

/** A value as YAML: text as it is written, anything else as JSON. */
function writtenText(value: Value): string {
  return value.kind === 'str' ? value.text : JSON.stringify(toJson(value));
}

function byFile(traced: Traced<string>, argument: string, step: PlayStep, tree: SourceTree): Given {
  const raw = traced.value.known ? null : writtenTask(tree, step)?.args.get(argument);
  const name = traced.value.known ? traced.value.json : raw?.kind === 'str' ? raw.text : '';
  const file = name === '' ? null : namedFile(tree, step, name);
  if (!file) return { unknown: `the objects of ${name === '' ? 'its file' : name} are not in this repository` };
  return { objects: readObjects(maskTemplate(file.path, file.text)) };
}
