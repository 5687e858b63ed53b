import { nodeAt, textAt } from '../../kubelet/node-at.ts';
import type { SourceNode } from '../../kubelet/source-node.ts';
import type { Control } from '../types.ts';
import { judgeSources, type ObjectAnswer } from './judge-sources.ts';
import { isTexts, type ManifestOperator, member, textsOf } from './operator.ts';
import type { KubernetesObject } from './read-objects.ts';

/**
 * ClusterRoleBindings that give subjects access to resources: `{subjects: [names of users and groups], resources:
 * [nodes/proxy, …]}`. A role is one the same tasks apply, or one of the cluster's own that is known; of any other role
 * nobody knows the rules.
 */
export const ABSENT_GRANT: ManifestOperator = {
  fault: value =>
    isTexts(member(value, 'subjects')) && isTexts(member(value, 'resources'))
      ? null
      : 'value must be {subjects: [names], resources: [resources]}',
  words: ({ check }) => `no grant of ${textsOf(check.value, 'resources').join(', ')}`,
  evaluate: (control, sources) => {
    const applied = sources.filter(({ from }) => from === 'applied');
    const roles = rolesOf(applied.flatMap(({ ways }) => ways.flatMap(way => way.objects)));
    return judgeSources(applied, object => judge(control, object, roles), control.paths[0] ?? '');
  },
  nothing: 'no task of these nodes applies Kubernetes objects',
};

/** Whether a role of the cluster itself grants the kubelet's API. */
const OWN_ROLES: Readonly<Record<string, boolean>> = {
  'cluster-admin': true,
  'system:kubelet-api-admin': true,
  admin: false,
  edit: false,
  view: false,
  'system:basic-user': false,
  'system:discovery': false,
  'system:public-info-viewer': false,
  'system:node-bootstrapper': false,
  'system:node-proxier': false,
  'system:service-account-issuer-discovery': false,
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': false,
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': false,
};

function rolesOf(objects: readonly KubernetesObject[]): ReadonlyMap<string, SourceNode> {
  return new Map(
    objects.flatMap(({ root }) =>
      root && textAt(root, ['kind']) === 'ClusterRole' ? [[textAt(root, ['metadata', 'name']), root] as const] : [],
    ),
  );
}

function judge(
  { check, paths }: Control,
  object: KubernetesObject,
  roles: ReadonlyMap<string, SourceNode>,
): readonly ObjectAnswer[] {
  const { root } = object;
  const path = paths[0] ?? '';
  const answer = (result: ObjectAnswer['result'], reason: string, node?: SourceNode): ObjectAnswer => ({
    result,
    path: result === 'violated' ? object.name : path,
    key: object.name,
    actual: null,
    reason,
    evidence: root ? object.originsOf(node ?? root).slice(0, 1) : [],
  });
  if (!root || root.kind === 'unknown' || nodeAt(root, ['kind'])?.kind === 'unknown')
    return [answer('undecided', 'an object that is applied cannot be known from Git')];
  if (textAt(root, ['kind']) !== 'ClusterRoleBinding') return [];
  const subjects = nodeAt(root, ['subjects']);
  const found = subjectIn(subjects, textsOf(check.value, 'subjects'));
  if (found === null) {
    const open = subjects?.kind === 'unknown' || (!subjects && object.open !== null);
    return [
      open
        ? answer('undecided', `the subjects of ${object.name} cannot be known from Git`)
        : answer('pass', `${object.name} names none of them`),
    ];
  }
  const who = found.name ?? 'a subject nobody knows';
  const role = textAt(root, ['roleRef', 'name']);
  const resources = textsOf(check.value, 'resources');
  const own = roles.get(role);
  const grants = own ? rulesGrant(own, resources) : (OWN_ROLES[role] ?? null);
  if (grants === false) return [answer('pass', `${object.name} grants none of it to ${who}`)];
  if (grants === null || found.name === null)
    return [
      answer(
        'undecided',
        `${object.name} binds ${who} to ${role === '' ? 'a role' : role}; what that grants cannot be known from Git`,
        found.node,
      ),
    ];
  return [
    answer('violated', `${object.name} gives ${who} the role ${role}, which reaches the kubelet's API`, found.node),
  ];
}

/** The first of the names among the subjects; without a name where one cannot be known. Null: none of them. */
function subjectIn(
  subjects: SourceNode | undefined,
  names: readonly string[],
): Readonly<{ name: string | null; node: SourceNode }> | null {
  if (subjects?.kind !== 'list') return null;
  const named = subjects.items.map(item => ({ item, name: nodeAt(item, ['name']) }));
  const sure = named.find(
    ({ item, name }) =>
      name?.kind === 'string' && names.includes(name.value) && textAt(item, ['kind']) !== 'ServiceAccount',
  );
  if (sure) return { name: textAt(sure.item, ['name']), node: sure.item };
  const unknown = named.find(
    ({ item, name }) =>
      item.kind === 'unknown' || (name?.kind === 'unknown' && textAt(item, ['kind']) !== 'ServiceAccount'),
  );
  return unknown ? { name: null, node: unknown.item } : null;
}

/** Whether rules of a ClusterRole reach one of the resources; null when that cannot be known. */
function rulesGrant(role: SourceNode, resources: readonly string[]): boolean | null {
  const rules = nodeAt(role, ['rules']);
  if (nodeAt(role, ['aggregationRule']) || rules?.kind === 'unknown') return null;
  if (rules?.kind !== 'list') return role.kind === 'map' && role.open !== null ? null : false;
  const answers = rules.items.map(rule => ruleGrants(rule, resources));
  if (answers.includes(true)) return true;
  return answers.includes(null) ? null : false;
}

/** As RBAC matches (k8s.io/kubernetes pkg/apis/rbac/v1 ResourceMatches): `*`, the resource itself, or `*` and a subresource. */
function ruleGrants(rule: SourceNode, resources: readonly string[]): boolean | null {
  const forms = new Set(['*', ...resources, ...resources.map(one => one.replace(/^[^/]+/, '*'))]);
  const answers = [
    listHas(nodeAt(rule, ['apiGroups']), new Set(['', '*'])),
    listHas(nodeAt(rule, ['resources']), forms),
    listHas(nodeAt(rule, ['verbs']), null),
  ];
  if (answers.includes(false)) return false;
  return rule.kind === 'unknown' || answers.includes(null) ? null : true;
}

function listHas(list: SourceNode | undefined, wanted: ReadonlySet<string> | null): boolean | null {
  if (list?.kind === 'unknown') return null;
  const items = list?.kind === 'list' ? list.items : [];
  if (items.some(item => item.kind === 'string' && (wanted === null || wanted.has(item.value)))) return true;
  return items.some(item => item.kind === 'unknown') ? null : false;
}
