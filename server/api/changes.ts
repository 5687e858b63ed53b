import type { z } from 'zod';
import { applicationsOf } from '../../adapters/store/applications.ts';
import {
  type Change,
  type ChangeFilter,
  changeById,
  listChanges,
  type Merge,
  peopleOfChange,
} from '../../adapters/store/changes.ts';
import { entriesOfPull } from '../../adapters/store/log-references.ts';
import { verdictByKey } from '../../adapters/store/verdicts.ts';
import type { Decision } from '../../core/approval/types.ts';
import { headline } from '../../core/report/headline.ts';
import { toTerminal } from '../../core/report/phrase.ts';
import { type Finding, type ListedChange, listedChange, type Verdict } from '../../core/review/types.ts';
import type { Problem } from '../../core/source/problem.ts';
import { type Application, applicationView } from './application.ts';
import { type LogReference, logReference } from './log.ts';
import type { changesQuery } from './query.ts';
import { ReadError } from './read-error.ts';
import type { Sources } from './sources.ts';

/** Changes a page of the list holds. */
export const CHANGES_PAGE = 50;

/** A change as lists show it. Times are RFC 3339 in UTC. */
export type ChangeSummary = Readonly<{
  id: number;
  repository: string;
  number: number;
  title: string;
  author: string;
  baseRef: string;
  head: string;
  state: Change['state'];
  conclusion: Change['conclusion'];
  direction: Change['direction'];
  digest: string;
  decision: Decision;
  merge: Omit<Merge, 'verdictKey'> | null;
  createdAt: string;
  updatedAt: string;
}>;

export type ChangeList = Readonly<{
  changes: readonly ChangeSummary[];
  /** Ask again with this cursor for older ones; null at the end. */
  nextCursor: string | null;
}>;

/** Everything the gate knows of one change. */
export type ChangeDetail = ChangeSummary &
  Readonly<{
    /** Everyone who took part in writing, approving or merging it. */
    people: readonly string[];
    /** null when the verdict is not kept any more. */
    verdict: Readonly<{
      /** What the change does in one sentence, as the review says it. */
      said: string;
      base: string;
      kubernetes: string;
      baselineDigest: string;
      hostCount: number;
      governed: readonly string[];
      /** Governed paths that say what Ansible does and changed in more than comments. */
      procedures: readonly string[];
      changes: readonly ListedChange[];
      findings: readonly Finding[];
      problems: readonly Problem[];
      /** What the base had before: listed, never counted. */
      existingProblems: readonly Problem[];
    }> | null;
    /** One per affected host once it is merged; `application` is null where no run has brought it yet. */
    application: readonly Readonly<{ host: string; application: Application | null }>[];
    log: readonly LogReference[];
  }>;

export async function loadChanges(sources: Sources, query: z.output<typeof changesQuery>): Promise<ChangeList> {
  const filter: ChangeFilter = {
    ...(query.repo !== undefined && { repository: query.repo }),
    ...(query.node !== undefined && { node: query.node }),
    ...(query.field !== undefined && { field: query.field }),
    ...(query.person !== undefined && { person: query.person }),
    ...(query.control !== undefined && { control: query.control }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.since !== undefined && { since: query.since }),
    ...(query.until !== undefined && { until: query.until }),
    ...(query.cursor !== undefined && { before: query.cursor }),
    limit: CHANGES_PAGE + 1,
  };
  const found = await listChanges(sources.db, filter);
  const shown = found.slice(0, CHANGES_PAGE);
  return {
    changes: shown.map(summaryOf),
    nextCursor: found.length > shown.length ? String(shown.at(-1)?.id) : null,
  };
}

/** @throws ReadError 404 */
export async function loadChange(sources: Sources, id: number): Promise<ChangeDetail> {
  const change = await changeById(sources.db, id);
  if (change === null) throw new ReadError(404, `there is no change ${id}`);
  const [kept, people, entries] = await Promise.all([
    verdictByKey(sources.db, change.verdictKey),
    peopleOfChange(sources.db, id),
    entriesOfPull(sources.db, change.repository, change.number),
  ]);
  const verdict = kept?.verdict ?? null;
  return {
    ...summaryOf(change),
    people,
    verdict: verdict === null ? null : verdictOf(verdict),
    application: verdict === null ? [] : await applicationOf(sources, change, verdict),
    log: entries.map(logReference),
  };
}

export function summaryOf(change: Change): ChangeSummary {
  return {
    id: change.id,
    repository: change.repository,
    number: change.number,
    title: change.title,
    author: change.author,
    baseRef: change.baseRef,
    head: change.head,
    state: change.state,
    conclusion: change.conclusion,
    direction: change.direction,
    digest: change.digest,
    decision: change.decision,
    merge: change.merge === null ? null : mergeOf(change.merge),
    createdAt: change.createdAt.toISOString(),
    updatedAt: change.updatedAt.toISOString(),
  };
}

function mergeOf({ commit, tree, at, by, digest, violation }: Merge): ChangeSummary['merge'] {
  return { commit, tree, at, by, digest, violation };
}

function verdictOf(verdict: Verdict): ChangeDetail['verdict'] {
  return {
    said: saidOf(verdict),
    base: verdict.base,
    kubernetes: verdict.minor,
    baselineDigest: verdict.baselineDigest,
    hostCount: verdict.hostCount,
    governed: verdict.governed,
    procedures: verdict.procedures,
    changes: verdict.changes.map(listedChange),
    findings: verdict.findings,
    problems: verdict.problems,
    existingProblems: verdict.existingProblems,
  };
}

function saidOf(verdict: Verdict): string {
  const { claim, detail } = headline(verdict);
  return detail.length === 0 ? toTerminal(claim) : `${toTerminal(claim)}: ${toTerminal(detail)}`;
}

async function applicationOf(sources: Sources, change: Change, verdict: Verdict): Promise<ChangeDetail['application']> {
  if (change.merge === null) return [];
  const mergedAt = new Date(change.merge.at);
  const changed = verdict.findings.filter(finding => finding.status !== 'existing');
  const hosts = new Set([...verdict.changes, ...changed].flatMap(touched => touched.hosts));
  const content = { repository: change.repository, mergedAt, at: sources.now() };
  const brought = await applicationsOf(sources.db, content, [...hosts]);
  return [...hosts].sort().map(host => ({ host, application: applicationView(brought.get(host)) }));
}
