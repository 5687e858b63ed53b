import type { Waiver } from '../../approval/policy.ts';
import { isInForce, speaksOf } from '../../approval/waivers.ts';
import { evaluateGroup, evaluateRepository } from '../../baseline/evaluate-baseline.ts';
import { groupSubjects, type RepositorySubject } from '../../baseline/subject.ts';
import { type Baseline, type ControlResult, type JudgedPlace, REPOSITORY } from '../../baseline/types.ts';
import { revisionProblems } from '../../review/review-problems.ts';
import type { Problem } from '../../source/problem.ts';
import { type Area, areasOf } from '../areas.ts';
import { severityRank } from '../change-rows.ts';
import {
  type AreaStanding,
  type Compliance,
  type ComplianceFinding,
  type Counts,
  type ReportedGroup,
  STANDINGS,
  type Standing,
  type WaiverStanding,
} from './types.ts';

/** What a report rests on besides the repository. */
export type AssessmentRules = Readonly<{
  baseline: Baseline;
  waivers: readonly Waiver[];
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  /** What the caller found wrong itself: the policy file. */
  problems: readonly Problem[];
}>;

/** The places of one control on one node group, each with its standing. */
type Judged = Readonly<{ result: ControlResult; on: ReportedGroup; places: readonly JudgedStanding[] }>;
type JudgedStanding = Readonly<{ place: JudgedPlace; standing: Standing; waiver: Waiver | null }>;

/** Judges every node group of a revision and the repository itself. A waiver accepts violations, never what is unknown. */
export function assess(subject: RepositorySubject, rules: AssessmentRules): Compliance {
  const { baseline, waivers, day, problems } = rules;
  const areas = areasOf(baseline.controls.map(({ area }) => area));
  const judged = answers(subject, baseline).map(({ result, on }) => ({
    result,
    on,
    places: result.places.map(place => standingOf(result, on, place, waivers, day)),
  }));
  const { rendering, tree, minor } = subject;
  return {
    rev: tree.rev,
    day,
    minor,
    baselineDigest: baseline.digest,
    controls: baseline.controls.length,
    hostCount: new Set(rendering.inventories.flatMap(({ groups }) => groups.flatMap(({ hosts }) => hosts))).size,
    groups: [...new Set(judged.map(({ on }) => on))].filter(({ group }) => group !== REPOSITORY),
    areas: areas.map(({ title, asks, areas: files }) => ({
      title,
      asks,
      controls: baseline.controls.filter(({ area }) => files.includes(area)).length,
    })),
    standings: areas.flatMap(area => standingsIn(area, judged)),
    findings: findingsOf(areas, judged),
    waivers: waivers.map(waiver => waiverStanding(waiver, judged, day)),
    problems: revisionProblems({ tree, rendering, problems }, minor),
  };
}

function answers(
  subject: RepositorySubject,
  baseline: Baseline,
): readonly Readonly<{ result: ControlResult; on: ReportedGroup }>[] {
  const ofGroups = groupSubjects(subject).flatMap(one => {
    const on = { inventory: one.inventory.inventory, group: one.group.name, hosts: one.group.hosts };
    return evaluateGroup(baseline, one).map(result => ({ result, on }));
  });
  const repository: ReportedGroup = { inventory: '', group: REPOSITORY, hosts: [] };
  return [...ofGroups, ...evaluateRepository(baseline, subject).map(result => ({ result, on: repository }))];
}

function standingOf(
  { control }: ControlResult,
  { group, hosts }: ReportedGroup,
  place: JudgedPlace,
  waivers: readonly Waiver[],
  day: string,
): JudgedStanding {
  const violation = { control: control.id, group, hosts, path: place.path };
  const waiver =
    place.result === 'violated' ? waivers.find(one => isInForce(one, day) && speaksOf(one, violation)) : undefined;
  return waiver ? { place, standing: 'waived', waiver } : { place, standing: place.result, waiver: null };
}

/** What a control says in all: its worst place counts, and a waived one says more than a good one. */
function overall(places: readonly JudgedStanding[]): Standing {
  return STANDINGS.find(standing => places.some(place => place.standing === standing)) ?? 'not-applicable';
}

function standingsIn({ title, areas }: Area, judged: readonly Judged[]): readonly AreaStanding[] {
  const byGroup = new Map<ReportedGroup, Judged[]>();
  for (const one of judged) {
    if (areas.includes(one.result.control.area)) byGroup.set(one.on, [...(byGroup.get(one.on) ?? []), one]);
  }
  return [...byGroup].map(([on, ofGroup]) => ({
    area: title,
    controls: ofGroup.length,
    ...on,
    counts: count(ofGroup),
  }));
}

function count(judged: readonly Judged[]): Counts {
  const counts = { violated: 0, undecided: 0, waived: 0, pass: 0, 'not-applicable': 0 };
  for (const { places } of judged) counts[overall(places)]++;
  return counts;
}

function findingsOf(areas: readonly Area[], judged: readonly Judged[]): readonly ComplianceFinding[] {
  const found = new Map<string, ComplianceFinding>();
  for (const { result, on, places } of judged) {
    for (const { place, standing, waiver } of places) {
      if (standing === 'pass' || standing === 'not-applicable') continue;
      const { path, actual, expected, reason, evidence } = place;
      const key = JSON.stringify([result.control.id, standing, path, actual, expected, reason, waiver]);
      const same = found.get(key);
      found.set(key, {
        control: result.control,
        area: areas.find(area => area.areas.includes(result.control.area))?.title ?? '',
        standing,
        on: [...(same?.on ?? []), on],
        path,
        actual,
        expected,
        reason,
        evidence: same?.evidence ?? evidence.map(({ file, line }) => ({ file, line })),
        waiver,
      });
    }
  }
  return [...found.values()].sort(
    (left, right) =>
      STANDINGS.indexOf(left.standing) - STANDINGS.indexOf(right.standing) ||
      severityRank(left.control.severity) - severityRank(right.control.severity),
  );
}

function waiverStanding(waiver: Waiver, judged: readonly Judged[], day: string): WaiverStanding {
  if (!isInForce(waiver, day)) return { waiver, state: 'expired' };
  const applies = judged.some(({ places }) => places.some(place => place.waiver === waiver));
  return { waiver, state: applies ? 'applies' : 'without effect' };
}
