import { valuesToSet } from '../fix-example.ts';
import { count } from '../headline.ts';
import { nextStep } from '../next-step.ts';
import { foreign, joined, type Phrase } from '../phrase.ts';
import { capital, placeText } from '../sections.ts';
import { jsonText } from '../shown-value.ts';
import type { Compliance, ComplianceFinding, ReportedGroup, Standing, WaiverStanding } from './types.ts';

/** How people read the standings. */
export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  violated: 'violated',
  undecided: 'undecided',
  waived: 'waived',
  pass: 'pass',
  'not-applicable': 'not applicable',
};

/** The whole report in one sentence. */
export function summarySentence({ findings, hostCount, controls }: Compliance): string {
  const ofStanding = (standing: Standing) =>
    new Set(findings.filter(finding => finding.standing === standing).map(({ control }) => control.id)).size;
  const [violated, undecided, waived] = [ofStanding('violated'), ofStanding('undecided'), ofStanding('waived')];
  const parts = [
    violated === 0 ? 'no control is violated' : `${are(violated)} violated`,
    ...(undecided > 0 ? [`${are(undecided)} undecided`] : []),
    ...(waived > 0 ? [`${are(waived)} waived somewhere`] : []),
  ];
  return `Of ${count(controls, 'control')} on ${count(hostCount, 'node')}, ${parts.join(', ')}.`;
}

const are = (number: number): string => `${number} ${number === 1 ? 'is' : 'are'}`;

/** Kinds of controls whose places have one value, if any: without one it is not set. */
const VALUED: ReadonlySet<ComplianceFinding['control']['kind']> = new Set(['KubeletConfiguration', 'kubelet-flag']);

/** Whether there is a value to show: of a task the sentence says it all. */
export function hasValue({ control, standing, actual }: ComplianceFinding): boolean {
  return standing !== 'undecided' && (actual !== null || VALUED.has(control.kind));
}

/** What a person does about a finding. */
export function toDo({ control, standing, path, reason }: ComplianceFinding): Phrase {
  if (standing === 'undecided') return [nextStep(reason, 'Check it on a node.')];
  if ('do' in control.fix) return [`${capital(control.fix.do)}.`];
  if (control.kind === 'file-task' && 'set' in control.fix) {
    const { set } = control.fix;
    const what = control.check.op.startsWith('owner') ? 'the owner and group' : 'the mode';
    return [`Set ${what} of `, foreign(path), ' to ', foreign(jsonText(set)), '.'];
  }
  const values = valuesToSet(control);
  const here = values.filter(([name]) => name === path);
  const sets = (here.length > 0 ? here : values).map(
    ([name, value]): Phrase => [foreign(name), ' to ', foreign(jsonText(value), 600)],
  );
  return ['Set ', ...joined(sets, ' and '), '.'];
}

const MOST_PLACES = 3;

/** Where it is written: `file:line`, the first few. */
export function places({ evidence }: ComplianceFinding): Phrase {
  const shown = [...new Set(evidence.map(placeText))];
  if (shown.length === 0) return ['not written anywhere'];
  const named = shown.slice(0, MOST_PLACES).map((place): Phrase => [foreign(place, 400)]);
  const left = shown.length - named.length;
  return [...joined(named, ', '), left > 0 ? ` and ${left} more` : ''];
}

const MOST_HOSTS = 8;

/** `workers (3 nodes: a, b, c)`; the repository itself has no nodes. */
export function groupPhrase({ group, hosts }: ReportedGroup): Phrase {
  if (hosts.length === 0) return ['the ', foreign(group)];
  if (hosts.length === 1 && hosts[0] === group) return [foreign(group)];
  const named = hosts.slice(0, MOST_HOSTS).map((host): Phrase => [foreign(host, 80)]);
  const left = hosts.length - named.length;
  return [
    foreign(group),
    ` (${count(hosts.length, 'node')}: `,
    ...joined(named, ', '),
    left > 0 ? ` and ${left} more)` : ')',
  ];
}

/** `workers (3 nodes)`: where the nodes are named elsewhere. */
export function groupName({ group, hosts }: ReportedGroup): Phrase {
  if (hosts.length === 0) return ['the ', foreign(group)];
  return [foreign(group), ` (${count(hosts.length, 'node')})`];
}

/** Every node group of a finding; the report names the nodes of each once. */
export function groupsPhrase({ on }: ComplianceFinding): Phrase {
  return joined(on.map(groupName), ', ');
}

/** A waiver in one sentence: whose, why, until when. */
export function waiverPhrase({ reason, approver, expires, ticket }: WaiverStanding['waiver']): Phrase {
  return [
    foreign(reason, 400),
    ' (',
    foreign(approver),
    ...(ticket === undefined ? [] : [', ', foreign(ticket)]),
    `, until ${expires})`,
  ];
}

/** What a waiver covers. */
export function scopePhrase({ groups, hosts, paths }: WaiverStanding['waiver']): Phrase {
  const parts = (
    [
      ['groups', groups],
      ['hosts', hosts],
      ['paths', paths],
    ] as const
  ).flatMap(([name, patterns]): readonly Phrase[] =>
    patterns === undefined
      ? []
      : [
          [
            `${name} `,
            ...joined(
              patterns.map((one): Phrase => [foreign(one)]),
              ', ',
            ),
          ],
        ],
  );
  return parts.length > 0 ? joined(parts, '; ') : ['everywhere'];
}

/** The counts of an area over all its node groups, and of all areas. */
export function totals(standings: Compliance['standings']): Readonly<Record<Standing, number>> {
  const sum = { violated: 0, undecided: 0, waived: 0, pass: 0, 'not-applicable': 0 };
  for (const { counts } of standings) for (const name of Object.keys(sum) as Standing[]) sum[name] += counts[name];
  return sum;
}
