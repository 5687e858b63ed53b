import type { Finding, FindingStatus, Verdict } from '../review/types.ts';
import { severityRank } from './change-rows.ts';

/** A finding as people see it: one control with one answer, on all its nodes together. */
export type FindingRow = Finding & Readonly<{ groups: readonly string[] }>;

/** The findings of the given statuses with equal ones of several node groups as one, gravest first. */
export function findingRows(verdict: Verdict, ...statuses: readonly FindingStatus[]): readonly FindingRow[] {
  const rows = new Map<string, FindingRow>();
  for (const finding of verdict.findings) {
    if (!statuses.includes(finding.status)) continue;
    const { control, status, path, actual, expected, reason } = finding;
    const key = JSON.stringify([control, status, path, actual, expected, reason]);
    const same = rows.get(key);
    rows.set(
      key,
      same
        ? {
            ...same,
            hosts: [...new Set([...same.hosts, ...finding.hosts])],
            groups: [...new Set([...same.groups, finding.group])],
            at: same.at.length > 0 ? same.at : finding.at,
          }
        : { ...finding, groups: [finding.group] },
    );
  }
  return [...rows.values()].sort((a, b) => severityRank(a.severity) - severityRank(b.severity));
}
