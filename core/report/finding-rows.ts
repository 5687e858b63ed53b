import type { Finding, FindingStatus, Verdict } from '../review/types.ts';
import { severityRank } from './change-rows.ts';

/**
 * A finding as people see it: one control with one answer, on all its nodes together. `also`: less grave ones that
 * cannot be decided for the same reason.
 */
export type FindingRow = Finding & Readonly<{ groups: readonly string[]; also: readonly Finding[] }>;

/** The findings of the given statuses with equal ones of several node groups as one per line to replace, gravest first. */
export function findingRows(verdict: Verdict, ...statuses: readonly FindingStatus[]): readonly FindingRow[] {
  const rows = new Map<string, FindingRow>();
  for (const finding of verdict.findings) {
    if (!statuses.includes(finding.status)) continue;
    const { control, status, path, actual, expected, reason, replacement } = finding;
    const key = JSON.stringify([control, status, path, actual, expected, reason, replacement ?? null]);
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
        : { ...finding, groups: [finding.group], also: [] },
    );
  }
  return alikeAsOne([...rows.values()].sort((a, b) => severityRank(a.severity) - severityRank(b.severity)));
}

/** Undecided controls that differ in nothing but the field they are about are one row: its reader has one question. */
function alikeAsOne(rows: readonly FindingRow[]): readonly FindingRow[] {
  const told = new Map<string, FindingRow>();
  for (const row of rows) {
    const { status, control, path, hosts, at } = row;
    const key =
      status === 'undecided' && !isFile(path)
        ? JSON.stringify([reasonOf(row), [...hosts].sort(), at[0]?.file ?? '', at[0]?.line ?? 0])
        : JSON.stringify([status, control, path, told.size]);
    const same = told.get(key);
    told.set(key, same ? { ...same, also: [...same.also, row] } : row);
  }
  return [...told.values()];
}

/** The reason of a finding without the name of its field. */
export function reasonOf({ path, reason }: Pick<Finding, 'path' | 'reason'>): string {
  return path === '' ? reason : reason.replaceAll(path, 'the field');
}

const isFile = (path: string): boolean => /^[/(]/.test(path);
