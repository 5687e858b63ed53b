import { IMAGE_RULES } from './images.ts';
import { NUMBER_RULES } from './numbers.ts';
import { POD_RULES } from './pods.ts';
import { POLICY_RULES } from './policies.ts';
import type { Rule } from './rule.ts';

/**
 * Every rule of ValidateKubeletConfiguration that a configuration can reach; ids as in config/kubelet/README.md, which
 * count in the order in which the kubelet checks.
 */
export const VALIDATION_RULES: readonly Rule[] = [...NUMBER_RULES, ...POD_RULES, ...POLICY_RULES, ...IMAGE_RULES].sort(
  (left, right) => (left.id < right.id ? -1 : 1),
);
