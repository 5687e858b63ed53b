import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { Json } from '../../kubelet/types.ts';
import { pathPattern } from '../node-paths.ts';
import { type JudgeObject, judgeSources, type ObjectAnswer } from './judge-sources.ts';
import { isTexts, type ManifestOperator, member, textsOf } from './operator.ts';
import type { KubernetesObject } from './read-objects.ts';

/**
 * Kinds the tasks of a node may not apply: names, or mappings `{kind, group?, labels?, except?}`, where `group` is an API
 * group, `labels` a pattern one of the object's labels must match, `except` names of objects that are allowed.
 * Static pods are a node's own and no part of this.
 */
export const KIND_NOT_IN: ManifestOperator = {
  fault: value =>
    Array.isArray(value) && value.length > 0 && value.every(isRule)
      ? null
      : 'value must be a list of kinds or of {kind, group, labels, except}',
  words: control =>
    `no ${rulesOf(control.check.value)
      .map(({ kind }) => kind)
      .join(', ')}`,
  evaluate: (control, sources) => {
    const rules = rulesOf(control.check.value);
    const path = control.paths[0] ?? '';
    const judge: JudgeObject = object => [judgeKind(rules, object, path)];
    return judgeSources(
      sources.filter(({ from }) => from === 'applied'),
      judge,
      path,
    );
  },
  nothing: 'no task of these nodes applies Kubernetes objects',
};

type Rule = Readonly<{ kind: string; group: string | null; labels: string | null; except: readonly string[] }>;

function isRule(value: Json): boolean {
  if (typeof value === 'string') return value !== '';
  const [kind, except] = [member(value, 'kind'), member(value, 'except')];
  const optional = ['group', 'labels'].every(name => ['string', 'undefined'].includes(typeof member(value, name)));
  return typeof kind === 'string' && optional && (except === undefined || isTexts(except));
}

function rulesOf(value: Json): readonly Rule[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).map(rule => {
    if (typeof rule === 'string') return { kind: rule, group: null, labels: null, except: [] };
    const text = (name: string): string | null => {
      const found = member(rule, name);
      return typeof found === 'string' ? found : null;
    };
    return { kind: text('kind') ?? '', group: text('group'), labels: text('labels'), except: textsOf(rule, 'except') };
  });
}

function judgeKind(rules: readonly Rule[], object: KubernetesObject, path: string): ObjectAnswer {
  const root = object.root;
  const evidence = root ? object.originsOf(nodeAt(root, ['kind']) ?? root).slice(0, 1) : [];
  const answer = (result: ObjectAnswer['result'], reason: string): ObjectAnswer => ({
    result,
    path: result === 'violated' ? object.name : path,
    key: object.name,
    actual: null,
    reason,
    evidence,
  });
  if (!root || root.kind !== 'map') {
    return root?.kind === 'null'
      ? answer('pass', 'an empty document')
      : answer('undecided', 'an object that is applied cannot be known from Git');
  }
  const kind = nodeAt(root, ['kind']);
  if (kind?.kind === 'unknown' || (!kind && (root.open !== null || object.open !== null)))
    return answer('undecided', 'the kind of an object that is applied cannot be known from Git');
  const name = textAt(root, ['kind']);
  const holds = rules.filter(rule => rule.kind === name).map(rule => meets(rule, root));
  if (holds.includes(true))
    return answer('violated', `these tasks apply ${object.name}, which is the cluster's own to decide`);
  if (holds.includes(null))
    return answer('undecided', `whether ${object.name} may be applied cannot be known from Git`);
  return answer('pass', `${object.name} may be applied`);
}

/** Whether an object of the rule's kind is one it forbids; null when that is not known. */
function meets({ group, labels, except }: Rule, root: SourceNode): boolean | null {
  const version = nodeAt(root, ['apiVersion']);
  const name = nodeAt(root, ['metadata', 'name']);
  const answers = [
    group === null ? true : version?.kind === 'unknown' ? null : textAt(root, ['apiVersion']).startsWith(`${group}/`),
    except.length === 0 ? true : name?.kind === 'unknown' ? null : !except.includes(textAt(root, ['metadata', 'name'])),
    labels === null ? true : hasLabel(labels, root),
  ];
  if (answers.includes(false)) return false;
  return answers.includes(null) ? null : true;
}

function hasLabel(pattern: string, root: SourceNode): boolean | null {
  const labels = nodeAt(root, ['metadata', 'labels']);
  if (labels?.kind === 'unknown') return null;
  if (labels?.kind !== 'map') return false;
  const wanted = pathPattern(pattern);
  if (labels.entries.some(({ key }) => wanted.test(key))) return true;
  return labels.open === null ? false : null;
}
