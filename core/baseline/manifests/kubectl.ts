import type { PlayStep, StepCall } from '../../ansible/types.ts';
import type { Origin } from '../../source/rope.ts';
import type { SourceTree } from '../../source/tree.ts';
import { maskTemplate } from './mask-template.ts';
import { type Given, type KubernetesObject, objectsIn, plain, readObjects } from './read-objects.ts';
import { namedFile } from './repository-text.ts';
import { writtenTask } from './written-task.ts';

const KUBECTL = /(?:^|[\s;&|(/])(?:kubectl|oc)[ \t]/;
const VERB = /^(?:apply|create|replace)$/;
/** What `kubectl create WORD NAME` makes. */
const CREATED: Readonly<Record<string, string>> = {
  clusterrole: 'ClusterRole',
  clusterrolebinding: 'ClusterRoleBinding',
  cronjob: 'CronJob',
  deployment: 'Deployment',
  job: 'Job',
  quota: 'ResourceQuota',
  role: 'Role',
  rolebinding: 'RoleBinding',
};

/**
 * The objects a command gives Kubernetes through `kubectl apply|create|replace`: files of the repository, files an
 * earlier task places on the node, standard input, and what `kubectl create` makes from its arguments. Null of any other
 * command.
 */
export function kubectlObjects(
  step: PlayStep,
  call: StepCall,
  earlier: readonly PlayStep[],
  tree: SourceTree,
): Given | null {
  const text = commandText(step, call, tree);
  if (text === null || text.length > 20_000 || !KUBECTL.test(text)) return null;
  const objects: KubernetesObject[] = [];
  for (const words of commandsOf(text)) {
    const given = byCommand(words, { step, call, earlier, tree, text });
    if (given === null) continue;
    if ('unknown' in given) return given;
    objects.push(...given.objects);
  }
  return objects.length > 0 ? { objects } : null;
}

type Scene = Readonly<{
  step: PlayStep;
  call: StepCall;
  earlier: readonly PlayStep[];
  tree: SourceTree;
  text: string;
}>;

/** As it runs where that is known, else as it is written. */
function commandText(step: PlayStep, call: StepCall, tree: SourceTree): string | null {
  for (const name of ['_raw_params', 'cmd', 'argv']) {
    const value = call.get(name)?.value;
    if (!value) continue;
    if (value.known) return value.json;
    const task = writtenTask(tree, step);
    const raw = name === '_raw_params' ? task?.free : task?.args.get(name);
    return raw?.kind === 'str' ? raw.text : null;
  }
  return null;
}

/** The words of each command of a script that is kubectl's. */
function commandsOf(text: string): readonly (readonly string[])[] {
  return text.split(/\r?\n|;|&&|\|\|?/).flatMap(line => {
    const words = (line.match(/\{\{[^{}]{0,200}\}\}[^\s"']*|"[^"]*"|'[^']*'|[^\s"'[\],]+/g) ?? []).map(word =>
      word.replace(/^(["'])(.*)\1$/, '$2'),
    );
    const start = words.findIndex(word => /(?:^|\/)(?:kubectl|oc)$/.test(word));
    return start < 0 ? [] : [words.slice(start + 1)];
  });
}

function byCommand(words: readonly string[], scene: Scene): Given | null {
  const verb = words.findIndex(word => VERB.test(word));
  if (verb < 0 || words.some(word => /^--dry-run(?:=(?!none)|$)/.test(word))) return null;
  const names = valuesOf(words, ['-f', '--filename']);
  if (names.length > 0) return together(names.flatMap(name => name.split(',')).map(name => byName(name, scene)));
  if (valuesOf(words, ['-k', '--kustomize']).length > 0)
    return { unknown: 'what kustomize makes of its folder is not evaluated' };
  const kind = words[verb] === 'create' ? CREATED[words[verb + 1] ?? ''] : undefined;
  return kind === undefined ? null : { objects: [created(kind, words.slice(verb + 2), scene)] };
}

function together(all: readonly Given[]): Given {
  const unknown = all.find(one => 'unknown' in one);
  return unknown ?? { objects: all.flatMap(one => ('objects' in one ? one.objects : [])) };
}

/** `-f x`, `-fx`, `--filename=x`, `--filename x`; several are all of them. */
function valuesOf(words: readonly string[], flags: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const flag = flags.find(one => word === one || word.startsWith(`${one}=`));
    if (flag === undefined) return [];
    return word === flag ? [words[index + 1] ?? ''] : [word.slice(flag.length + 1)];
  });
}

function byName(name: string, { step, call, earlier, tree, text }: Scene): Given {
  const at: Origin = { file: step.file, line: step.line, kind: 'template' };
  if (name === '-') {
    const stdin = call.get('stdin')?.value;
    const typed = stdin?.known ? stdin.json : heredoc(text);
    return typed === null
      ? { unknown: 'what it reads from standard input is not known' }
      : { objects: objectsIn(plain(typed, [at])) };
  }
  const file = /^https?:/.test(name) ? null : (placedFrom(name, earlier, tree) ?? namedFile(tree, step, name));
  return file
    ? { objects: readObjects(maskTemplate(file.path, file.text)) }
    : { unknown: `the objects of ${name} are not in this repository` };
}

function heredoc(text: string): string | null {
  const match = /<<-?[ \t]*["']?(\w{1,40})["']?[^\n]*\n/.exec(text);
  if (!match) return null;
  const rest = text.slice(match.index + match[0].length);
  const end = rest.search(new RegExp(`^[ \\t]*${match[1]}[ \\t]*$`, 'm'));
  return end < 0 ? null : rest.slice(0, end);
}

/** The file an earlier task puts at a path of the node. */
function placedFrom(path: string, earlier: readonly PlayStep[], tree: SourceTree): ReturnType<typeof namedFile> {
  for (const step of earlier.toReversed()) {
    if (!/(?:^|\.)(?:copy|template)$/.test(step.module ?? '') || step.runs === false) continue;
    for (const call of step.calls) {
      const [src, dest] = ['src', 'dest'].map(name => argument(call, name, step, tree));
      if (src === undefined || src === '' || dest === undefined) continue;
      const base = src.split('/').at(-1)?.replace(/\.j2$/, '') ?? '';
      if (path === dest || path === `${dest.replace(/\/$/, '')}/${base}`) return namedFile(tree, step, src);
    }
  }
  return null;
}

function argument(call: StepCall, name: string, step: PlayStep, tree: SourceTree): string {
  const value = call.get(name)?.value;
  if (value?.known) return value.json;
  const raw = value ? writtenTask(tree, step)?.args.get(name) : undefined;
  return raw?.kind === 'str' ? raw.text : '';
}

/** The object `kubectl create KIND NAME …` makes, as far as its arguments say it plainly. */
function created(kind: string, words: readonly string[], { step }: Scene): KubernetesObject {
  const name = words.find(word => !word.startsWith('-')) ?? '';
  const list = (flag: string): readonly string[] => valuesOf(words, [flag]).flatMap(value => value.split(','));
  const subjects = [
    ...list('--user').map(one => ({ kind: 'User', name: one })),
    ...list('--group').map(one => ({ kind: 'Group', name: one })),
  ];
  const json = {
    kind,
    metadata: { name },
    ...(kind.endsWith('Binding')
      ? { subjects, roleRef: { kind: 'ClusterRole', name: list('--clusterrole')[0] ?? list('--role')[0] ?? '' } }
      : {}),
    ...(kind === 'ClusterRole'
      ? { rules: [{ apiGroups: [''], resources: list('--resource'), verbs: list('--verb') }] }
      : {}),
  };
  const [made] = objectsIn(plain(JSON.stringify(json), [{ file: step.file, line: step.line, kind: 'template' }]));
  if (!made) throw new Error(`kubectl create ${kind} makes no object`);
  return made;
}
