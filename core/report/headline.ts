import { cutShort } from '../review/review-problems.ts';
import { NODE_PATH, type Verdict } from '../review/types.ts';
import { type ChangeRow, changeRows, nodesPhrase, wherePhrase } from './change-rows.ts';
import { type FindingRow, findingRows } from './finding-rows.ts';
import { nextStep } from './next-step.ts';
import { foreign, joined, type Phrase } from './phrase.ts';
import { problemKind } from './problem-rows.ts';
import { CHANGE_CAP, changeText } from './shown-value.ts';

/**
 * The verdict in one sentence, in two parts: what it does to whom, and the change that matters most. `next` follows
 * where something could not be decided: why, and what its reader can do.
 */
export type Headline = Readonly<{ claim: Phrase; detail: Phrase; next: Phrase }>;
type Said = Pick<Headline, 'claim' | 'detail'>;

/** `Weakens authorization on every node (48)`, `authorization.mode: Webhook -> AlwaysAllow`. */
export function headline(verdict: Verdict): Headline {
  const said = saidOf(verdict);
  const [open] = verdict.conclusion === 'undecided' ? findingRows(verdict, 'undecided') : [];
  if (open === undefined) return { ...said, next: [] };
  const reason = causeOf(open);
  const where = wherePhrase(open.hosts, open.groups, verdict);
  const more = open.also.length > 0 ? ` and ${count(open.also.length, 'more control')}` : '';
  const why: Phrase = [foreign(open.control), more, ' ', ...where, ': ', foreign(reason, REASON_CAP)];
  const next: Phrase = ['. ', nextStep(reason)];
  const decided = verdict.direction === 'weakens' || verdict.problems.length > 0;
  if (!decided) return { claim: ['Cannot be decided from Git'], detail: why, next };
  const [worst] = changeRows(verdict);
  const told = worst?.after.state === 'unknown' && (worst.path === '*' || worst.path === open.path);
  return { ...said, next: told ? next : ['. Cannot be decided from Git: ', ...why, ...next] };
}

/** Room for a reason in the first line. */
const REASON_CAP = 300;

/** Why a finding is undecided, without the words that say that it is. */
function causeOf({ reason }: FindingRow): string {
  const at = reason.indexOf(CAUSE);
  return at < 0 ? reason : reason.slice(at + CAUSE.length);
}

const CAUSE = 'cannot be known from Git: ';

function saidOf(verdict: Verdict): Said {
  const rows = changeRows(verdict);
  const [worst] = rows;
  const [problem] = verdict.problems;
  if (problem !== undefined && (worst === undefined || worst.direction !== 'weakens')) {
    const place = `${problem.file}${problem.line > 0 ? `:${problem.line}` : ''}`;
    const more = verdict.problems.length > 1 ? ` (and ${count(verdict.problems.length - 1, 'more problem')})` : '';
    return {
      claim: [problemKind(problem).claim],
      detail: [...(place === '' ? [] : [foreign(place), ' ']), foreign(problem.message), more],
    };
  }
  const [caused] = findingRows(verdict, 'introduced', 'undecided');
  // What became known is told by what is wrong with it, not by what hid it.
  const uncovered = worst?.path === '*' && worst.after.state === 'absent' && caused?.status === 'introduced';
  if (worst !== undefined && !uncovered) return rowHeadline(worst, rows.length, verdict);
  if (caused !== undefined) {
    const verb = caused.status === 'introduced' ? 'Violates ' : 'Leaves undecided ';
    const where = wherePhrase(caused.hosts, caused.groups, verdict);
    return {
      claim: [verb, foreign(caused.control), ' ', ...where],
      detail: [...(caused.reason.startsWith(caused.path) ? [] : [foreign(caused.path), ' ']), foreign(caused.reason)],
    };
  }
  if (verdict.conclusion === 'not-applicable') return { claim: ['Touches nothing kubelets run with'], detail: [] };
  const [unseen] = verdict.conclusion === 'undecided' ? cutShort(verdict.existingProblems) : [];
  if (unseen !== undefined) {
    return {
      claim: ['Cannot be seen in full; a person has to judge'],
      detail: [foreign(unseen.file), ` `, foreign(unseen.message)],
    };
  }
  if (verdict.procedures.length > 0) {
    const files = verdict.procedures.slice(0, 3).map((path): Phrase => [foreign(path)]);
    const more = verdict.procedures.length > 3 ? ` and ${count(verdict.procedures.length - 3, 'more file')}` : '';
    return {
      claim: ['Changes no value the gate can see on any node; a person has to judge'],
      detail: [...joined(files, ', '), more],
    };
  }
  return { claim: ['Changes nothing on any node'], detail: [] };
}

const VERBS = { weakens: 'Weakens', strengthens: 'Strengthens', neutral: 'Changes' } as const;

function rowHeadline(row: ChangeRow, rows: number, verdict: Verdict): Said {
  const nodes = nodesPhrase(row.hosts, row.groups, verdict);
  const more = rows > 1 ? ` (and ${count(rows - 1, 'more change')})` : '';
  if (row.path === NODE_PATH) {
    const joins = row.before.state === 'absent';
    const values = row.values > 0 ? ` with ${count(row.values, 'value')}` : '';
    const named = row.hosts.slice(0, 3).map((host): Phrase => [foreign(host, 80)]);
    const others = row.hosts.length > 3 ? ` and ${count(row.hosts.length - 3, 'more node')}` : '';
    const many = row.hosts.length > 1;
    const verb = joins ? (many ? 'join' : 'joins') : many ? 'leave' : 'leaves';
    return { claim: [...joined(named, ', '), `${others} ${verb}${values}`], detail: more === '' ? [] : [more.trim()] };
  }
  if (isFile(row.path)) {
    return { claim: [`${VERBS[row.direction]} `, foreign(row.path), ' on ', ...nodes], detail: fileDetail(row, more) };
  }
  const area = row.path === '*' ? 'the kubelet configuration' : (row.path.split('.')[0] ?? '');
  return {
    claim: [`${VERBS[row.direction]} `, /^[a-zA-Z ]{1,60}$/.test(area) ? area : foreign(area), ' on ', ...nodes],
    detail: [foreign(changeText(row), CHANGE_CAP), more],
  };
}

const isFile = (path: string): boolean => /^[/(]/.test(path);

/** The digests of a text, or the reasons why parts of it are unknown, tell a reader nothing. */
function fileDetail(row: ChangeRow, more: string): Phrase {
  const { path, also, before, after } = row;
  const told = path.includes('#') || also.length > 0 || before.state === 'absent' || after.state === 'absent';
  return [told ? foreign(changeText(row), CHANGE_CAP) : 'its content', more];
}

/** `1 node`, `2 nodes`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
