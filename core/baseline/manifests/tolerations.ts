import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import { judgeSources, type ObjectAnswer } from './judge-sources.ts';
import { isTexts, type ManifestOperator, member, textsOf } from './operator.ts';
import type { KubernetesObject } from './read-objects.ts';

/** Applied workloads whose pods tolerate a NoSchedule taint: `{keys: [taint, …], except: [names of add-ons]}`. */
export const NOT_CONTAINS: ManifestOperator = {
  fault: value =>
    isTexts(member(value, 'keys')) && (member(value, 'except') === undefined || isTexts(member(value, 'except')))
      ? null
      : 'value must be {keys: [taint keys], except: [object names]}',
  words: ({ check }) => `no toleration of ${textsOf(check.value, 'keys').join(' or ')}`,
  evaluate: ({ check, paths }, sources) => {
    const [keys, except] = [textsOf(check.value, 'keys'), textsOf(check.value, 'except')];
    const path = paths[0] ?? '';
    return judgeSources(
      sources.filter(({ from }) => from === 'applied'),
      object => judge(object, keys, except, path),
      path,
    );
  },
  nothing: 'no task of these nodes applies Kubernetes objects',
};

/** Where the pods of a workload are described, by its kind. */
const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const TEMPLATED: readonly string[] = ['spec', 'template', 'spec'];

function judge(
  object: KubernetesObject,
  keys: readonly string[],
  except: readonly string[],
  path: string,
): readonly ObjectAnswer[] {
  const { root } = object;
  if (root?.kind !== 'map') {
    return root && root.kind !== 'null'
      ? [answerOf('undecided', 'an object that is applied cannot be known from Git')]
      : [];
  }
  function answerOf(result: ObjectAnswer['result'], reason: string, node?: SourceNode): ObjectAnswer {
    const evidence = root ? object.originsOf(node ?? root).slice(0, 1) : [];
    return {
      result,
      path: result === 'violated' ? object.name : path,
      key: object.name,
      actual: null,
      reason,
      evidence,
    };
  }
  const spec = nodeAt(root, POD_SPECS[textAt(root, ['kind'])] ?? TEMPLATED);
  if (!spec) return [];
  if (except.includes(textAt(root, ['metadata', 'name'])))
    return [answerOf('pass', `${object.name} is a listed add-on`)];
  const list = nodeAt(spec, ['tolerations']);
  const items = list?.kind === 'list' ? list.items : [];
  const held = items.map(item => ({ item, tolerates: tolerates(item, keys) }));
  const found = held.find(({ tolerates: one }) => one === true)?.item;
  if (found)
    return [answerOf('violated', `${object.name} tolerates the control-plane taint, so it may run there`, found)];
  const isOpen =
    spec.kind === 'unknown' || (spec.kind === 'map' && !list && (spec.open !== null || object.open !== null));
  return isOpen || list?.kind === 'unknown' || held.some(({ tolerates: one }) => one === null)
    ? [answerOf('undecided', `the tolerations of ${object.name} cannot be known from Git`, list)]
    : [answerOf('pass', `${object.name} does not tolerate it`)];
}

/** Whether a toleration covers a NoSchedule taint of one of the keys: no key with `Exists` covers every taint. */
function tolerates(item: SourceNode, keys: readonly string[]): boolean | null {
  if (item.kind === 'unknown') return null;
  const [key, operator, effect, value] = ['key', 'operator', 'effect', 'value'].map(name => nodeAt(item, [name]));
  const all = textAt(item, ['key']) === '' && textAt(item, ['operator']) === 'Exists';
  const answers = [
    effect?.kind === 'unknown' ? null : ['', 'NoSchedule'].includes(textAt(item, ['effect'])),
    key?.kind === 'unknown' || operator?.kind === 'unknown' ? null : all || keys.includes(textAt(item, ['key'])),
    operator?.kind === 'unknown' || value?.kind === 'unknown'
      ? null
      : textAt(item, ['operator']) === 'Exists' || textAt(item, ['value']) === '',
  ];
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}
