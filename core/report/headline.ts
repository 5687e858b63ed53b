import { cutShort } from '../review/review-problems.ts';
import { NODE_PATH, type Verdict } from '../review/types.ts';
import { type ChangeRow, changeRows, nodesPhrase } from './change-rows.ts';
import { foreign, joined, type Phrase } from './phrase.ts';
import { CHANGE_CAP, changeText } from './shown-value.ts';

/** The verdict in one sentence, in two parts: what it does to whom, and the change that matters most. */
export type Headline = Readonly<{ claim: Phrase; detail: Phrase }>;

/** `Weakens authorization on every node (48)`, `authorization.mode: Webhook -> AlwaysAllow`. */
export function headline(verdict: Verdict): Headline {
  const rows = changeRows(verdict);
  const [worst] = rows;
  const [problem] = verdict.problems;
  if (problem !== undefined && (worst === undefined || worst.direction !== 'weakens')) {
    const place = `${problem.file}${problem.line > 0 ? `:${problem.line}` : ''}`;
    const more = verdict.problems.length > 1 ? ` (and ${count(verdict.problems.length - 1, 'more problem')})` : '';
    return {
      claim: ['Cannot be judged'],
      detail: [...(place === '' ? [] : [foreign(place), ' ']), foreign(problem.message), more],
    };
  }
  if (worst !== undefined) return rowHeadline(worst, rows.length, verdict);
  const caused = verdict.findings.find(({ status }) => status === 'introduced' || status === 'undecided');
  if (caused !== undefined) {
    const verb = caused.status === 'introduced' ? 'Violates ' : 'Leaves undecided ';
    const hosts = nodesPhrase(caused.hosts, [caused.group], verdict);
    return {
      claim: [verb, foreign(caused.control), ' on ', ...hosts],
      detail: [foreign(caused.path), ' ', foreign(caused.reason)],
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

function rowHeadline(row: ChangeRow, rows: number, verdict: Verdict): Headline {
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
