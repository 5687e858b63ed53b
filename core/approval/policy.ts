import { z } from 'zod';
import { hostPatternProblem } from '../ansible/inventory/host-range.ts';
import { ANSIBLE_CORES, type DeclaredHosts, type RenderOptions, versionOfCore } from '../ansible/types.ts';
import { MINORS, type Minor } from '../kubelet/types.ts';
import type { Problem } from '../source/problem.ts';

/** Where a repository keeps its own policy. It is read from the base branch only. */
export const POLICY_PATH = '.kubelet-gate.yaml';

const oneOrMore = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1)]).transform(value => (Array.isArray(value) ? value : [value]) as z.output<T>[]);
const name = z.string().min(1).max(200);
const repositoryPath = z
  .string()
  .min(1)
  .max(1000)
  .refine(
    path => !path.startsWith('/') && !path.split('/').some(part => part === '..' || part === '.' || part === ''),
    'must be a path inside the repository, without `.`, `..` or a leading `/`',
  );

const condition = z.strictObject({
  direction: oneOrMore(z.enum(['weakens', 'strengthens', 'neutral'])).optional(),
  severity: oneOrMore(z.enum(['critical', 'high', 'medium', 'low'])).optional(),
  paths: oneOrMore(name).optional(),
  groups: oneOrMore(name).optional(),
});

const requirement = z.strictObject({
  count: z.int().min(1).max(20),
  teams: z.array(name).min(1).optional(),
  users: z.array(name).min(1).optional(),
  roles: z
    .array(z.enum(['write', 'maintain', 'admin']))
    .min(1)
    .optional(),
});

const rule = z.strictObject({ name, if: condition.optional(), requires: requirement });

const waiver = z.strictObject({
  control: name,
  groups: z.array(name).optional(),
  hosts: z.array(name).optional(),
  paths: z.array(name).optional(),
  reason: z.string().min(1).max(2000),
  ticket: z.string().max(500).optional(),
  approver: name,
  expires: z.iso.date('must be a date, YYYY-MM-DD'),
});

const approvals = z
  .array(rule)
  .max(100)
  .refine(rules => new Set(rules.map(rule => rule.name)).size === rules.length, 'every rule needs a name of its own');

const groupName = z
  .string()
  .max(200)
  .regex(/^[^\s,:&![\]]+$/, 'must be the name of one group');
const hostNames = z
  .string()
  .min(1)
  .max(200)
  .superRefine((pattern, issue) => {
    const message = hostPatternProblem(pattern);
    if (message !== null) issue.addIssue({ code: 'custom', message });
  });

/** An inventory Ansible asks a program for, with the hosts that stand for its answer. */
const declaredInventory = z.strictObject({
  path: repositoryPath,
  hosts: z
    .record(groupName, z.array(hostNames).min(1))
    .refine(groups => Object.keys(groups).length > 0, 'must name at least one group with its hosts'),
});

const versions = <T extends string>(known: readonly T[]) =>
  z.enum(known, `must be one of ${known.map(version => `"${version}"`).join(', ')}, in quotes`);

const governed = z.strictObject({
  inventories: z
    .array(z.union([repositoryPath, declaredInventory]))
    .min(1)
    .optional(),
  playbooks: z.array(repositoryPath).min(1).optional(),
  kubernetes: versions(MINORS).optional(),
  /** The ansible-core that applies. */
  ansible: versions(ANSIBLE_CORES).transform(versionOfCore).optional(),
});

/** Schema of `.kubelet-gate.yaml`. Unknown keys are errors. */
export const repositoryPolicySchema = z.strictObject({
  governed: governed.optional(),
  approvals: approvals.optional(),
  waivers: z.array(waiver).max(1000).optional(),
});

/** Schema of the operator's floor, config/policy.yaml. One rule must hold for every change, so that none needs nobody. */
export const operatorPolicySchema = z.strictObject({
  governed: governed.optional(),
  approvals: approvals.refine(
    rules => rules.some(rule => rule.if === undefined),
    'one rule without `if` must hold for every change',
  ),
});

/** Who must approve, and for which changes. All conditions must hold for one and the same touched thing. */
export type ApprovalRule = z.output<typeof rule>;
export type Requirement = z.output<typeof requirement>;
export type RuleCondition = z.output<typeof condition>;
/** What the rules speak about. Absent inventories and playbooks are found in the tree. */
export type Governed = Pick<RenderOptions, 'inventories' | 'declaredHosts' | 'playbooks' | 'ansible'> &
  Readonly<{ kubernetes?: Minor }>;
/** An accepted violation. Listed; it changes no verdict. */
export type Waiver = z.output<typeof waiver>;
export type RepositoryPolicy = z.output<typeof repositoryPolicySchema>;
export type OperatorPolicy = z.output<typeof operatorPolicySchema>;

/** The policy that judges one pull request. */
export type Policy = Readonly<{
  governed: Governed;
  /** Every rule whose condition holds must be met: more rules only tighten. The operator's come first. */
  rules: readonly ApprovalRule[];
  waivers: readonly Waiver[];
  /** What is wrong with the repository's policy on the base branch; then the floor alone is in `rules`. */
  unreadable: readonly Problem[];
}>;

/** The operator's floor with the repository's rules on top: nothing the repository says removes a rule of the floor. */
export function policyFor(
  floor: OperatorPolicy,
  repository: Readonly<{ policy: RepositoryPolicy | null; problems: readonly Problem[] }>,
): Policy {
  const { policy, problems } = repository;
  const union = (first: readonly string[] | undefined, second: readonly string[] | undefined) =>
    first || second ? [...new Set([...(first ?? []), ...(second ?? [])])] : undefined;
  const named = [...(floor.governed?.inventories ?? []), ...(policy?.governed?.inventories ?? [])];
  const declaredHosts = declaredIn(named);
  const inventories = inventoriesIn(named);
  const playbooks = union(floor.governed?.playbooks, policy?.governed?.playbooks);
  const kubernetes = policy?.governed?.kubernetes ?? floor.governed?.kubernetes;
  const ansible = policy?.governed?.ansible ?? floor.governed?.ansible;
  return {
    governed: {
      ...(inventories.length > 0 ? { inventories } : {}),
      ...(declaredHosts.size > 0 ? { declaredHosts } : {}),
      ...(playbooks ? { playbooks } : {}),
      ...(kubernetes ? { kubernetes } : {}),
      ...(ansible ? { ansible } : {}),
    },
    rules: [...floor.approvals, ...(policy?.approvals ?? [])],
    waivers: policy?.waivers ?? [],
    unreadable: problems,
  };
}

type NamedInventory = string | z.output<typeof declaredInventory>;

/** Each path once. A source inside a folder that is named too is part of that folder's inventory. */
function inventoriesIn(named: readonly NamedInventory[]): readonly string[] {
  const folders = named.filter(one => typeof one === 'string');
  const alone = named
    .flatMap(one => (typeof one === 'string' ? [] : [one.path]))
    .filter(path => !folders.some(folder => path.startsWith(`${folder}/`)));
  return [...new Set([...folders, ...alone])];
}

/** Hosts declared for one source in several places are all meant. */
export function declaredIn(named: readonly NamedInventory[]): DeclaredHosts {
  const declared = new Map<string, Map<string, readonly string[]>>();
  for (const one of named) {
    if (typeof one === 'string') continue;
    const groups = declared.get(one.path) ?? new Map<string, readonly string[]>();
    for (const [group, hosts] of Object.entries(one.hosts)) groups.set(group, [...(groups.get(group) ?? []), ...hosts]);
    declared.set(one.path, groups);
  }
  return declared;
}
