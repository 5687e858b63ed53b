import type { EffectiveValue } from './types.ts';

/** Whether nothing anybody wrote set a value: the kubelet's own default acts, or that of the program that starts it. */
export function isImplicit({ from }: EffectiveValue): boolean {
  return from === 'default' || from === 'flag-default' || from === 'distribution';
}
