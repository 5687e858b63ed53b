import type { Severity } from '../baseline/types.ts';
import { touches } from './touches.ts';
import type { FieldChange, Finding } from './types.ts';

/**
 * Changes of what no field control ranks (flags, modes and owners of files, kube-proxy) take direction and severity
 * from the findings they cause: a violation it introduces weakens, one it fixes strengthens. A file that was not there
 * before is no weaker than it was: what is wrong with it is told by its findings alone.
 */
export function weighChanges(changes: readonly FieldChange[], findings: readonly Finding[]): readonly FieldChange[] {
  const caused = findings.filter(({ status }) => status !== 'existing');
  const appeared = new Set(changes.filter(isNewFile).map(fileKey));
  return changes.map(change => {
    const own = caused.filter(
      ({ inventory, group, path }) =>
        inventory === change.inventory && group === change.group && touches(change.path, path),
    );
    if (own.length === 0) return change;
    const severity = gravest([change.severity, ...own.map(finding => finding.severity)]);
    if (change.direction !== 'neutral') return { ...change, severity };
    if (own.some(({ status }) => status === 'introduced'))
      return { ...change, severity, direction: appeared.has(fileKey(change)) ? 'neutral' : 'weakens' };
    return { ...change, severity, direction: own.some(({ status }) => status === 'fixed') ? 'strengthens' : 'neutral' };
  });
}

const isNewFile = ({ path, before }: FieldChange): boolean =>
  /^[/(]/.test(path) && !path.includes('#') && before.state === 'absent';

const fileKey = ({ inventory, group, path }: FieldChange): string =>
  JSON.stringify([inventory, group, path.replace(/#\w+$/, '')]);

const GRAVEST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** The gravest of several severities; null when there is none. */
export function gravest(severities: readonly (Severity | null)[]): Severity | null {
  return GRAVEST_FIRST.find(level => severities.includes(level)) ?? null;
}
