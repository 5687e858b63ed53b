import { z } from 'zod';
import { MINORS } from '../kubelet/types.ts';
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

const governed = z.strictObject({
  inventories: z.array(repositoryPath).min(1).optional(),
  playbooks: z.array(repositoryPath).min(1).optional(),
  kubernetes: z.enum(MINORS, `must be one of ${MINORS.map(minor => `"${minor}"`).join(', ')}, in quotes`).optional(),
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
export type Governed = z.output<typeof governed>;
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
  const inventories = union(floor.governed?.inventories, policy?.governed?.inventories);
  const playbooks = union(floor.governed?.playbooks, policy?.governed?.playbooks);
  const kubernetes = policy?.governed?.kubernetes ?? floor.governed?.kubernetes;
  return {
    governed: {
      ...(inventories ? { inventories } : {}),
      ...(playbooks ? { playbooks } : {}),
      ...(kubernetes ? { kubernetes } : {}),
    },
    rules: [...floor.approvals, ...(policy?.approvals ?? [])],
    waivers: policy?.waivers ?? [],
    unreadable: problems,
  };
}
