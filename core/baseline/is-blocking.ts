import type { Control, Severity } from './types.ts';

const RANK: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2, critical: 3 };

/** Whether introducing a violation stops a merge: core from medium, extended from high, advisory never. */
export function isBlocking(control: Pick<Control, 'profile' | 'severity'>): boolean {
  switch (control.profile) {
    case 'core':
      return RANK[control.severity] >= RANK.medium;
    case 'extended':
      return RANK[control.severity] >= RANK.high;
    case 'advisory':
      return false;
  }
}
