import { code, words } from '../foreign-text.ts';
import { toMarkdown } from '../phrase.ts';
import { problemRows, rowPlace } from '../problem-rows.ts';
import { jsonText } from '../shown-value.ts';
import { type Compliance, type ComplianceFinding, STANDINGS, type WaiverStanding } from './types.ts';
import {
  groupName,
  groupPhrase,
  groupsPhrase,
  hasValue,
  places,
  STANDING_WORDS,
  scopePhrase,
  summarySentence,
  toDo,
  totals,
  waiverPhrase,
} from './words.ts';

const COLUMNS = STANDINGS.map(standing => STANDING_WORDS[standing]);

/** The report as Markdown, everything foreign in code spans. */
export function complianceMarkdown(report: Compliance): string {
  const { rev, day, minor, baselineDigest } = report;
  return [
    '# Compliance report',
    '',
    summarySentence(report),
    '',
    `Revision ${code(rev)} on ${day} · Kubernetes ${minor} · baseline \`${baselineDigest.slice(0, 12)}\``,
    '',
    '## By area',
    '',
    ...table(['area', 'controls', ...COLUMNS], areaRows(report)),
    '',
    ...findings('Violated', report, 'violated'),
    ...findings('Undecided', report, 'undecided'),
    ...findings('Waived', report, 'waived'),
    ...waivers(report.waivers),
    ...problems(report),
    '## Node groups',
    '',
    ...report.groups.map(group => `- ${toMarkdown(groupPhrase(group))} in ${code(group.inventory)}`),
    '',
    '## By area and node group',
    '',
    ...table(
      ['area', 'node group', ...COLUMNS],
      report.standings.map(one => [
        words(one.area),
        toMarkdown(groupName(one)),
        ...STANDINGS.map(standing => `${one.counts[standing]}`),
      ]),
    ),
    '',
  ].join('\n');
}

function areaRows({ areas, standings }: Compliance): readonly (readonly string[])[] {
  return areas.map(({ title, controls }) => {
    const sum = totals(standings.filter(({ area }) => area === title));
    return [words(title), `${controls}`, ...STANDINGS.map(standing => `${sum[standing]}`)];
  });
}

function findings(title: string, report: Compliance, standing: ComplianceFinding['standing']): readonly string[] {
  const found = report.findings.filter(finding => finding.standing === standing);
  if (found.length === 0) return [];
  return [`## ${title}`, '', ...found.flatMap(finding => [...block(finding), ''])];
}

function block(finding: ComplianceFinding): readonly string[] {
  const { control, area, path, actual, expected, reason, waiver } = finding;
  return [
    `### ${control.id} ${words(control.title)}`,
    '',
    `${control.severity}, ${control.profile} · ${words(area)}`,
    '',
    `- What: ${code(reason, 600)}`,
    ...(hasValue(finding) ? [`- Is: ${code(path)}: ${actual === null ? 'not set' : code(jsonText(actual), 400)}`] : []),
    `- Should be: ${code(expected, 600)}`,
    `- Nodes: ${toMarkdown(groupsPhrase(finding))}`,
    `- Written at: ${toMarkdown(places(finding))}`,
    waiver ? `- Waived: ${toMarkdown(waiverPhrase(waiver))}` : `- What to do: ${toMarkdown(toDo(finding))}`,
  ];
}

function waivers(all: readonly WaiverStanding[]): readonly string[] {
  const idle = all.filter(({ state }) => state !== 'applies');
  if (idle.length === 0) return [];
  const lines = idle.map(
    ({ waiver, state }) =>
      `- **${state}** ${code(waiver.control)}, ${toMarkdown(scopePhrase(waiver))}: ${toMarkdown(waiverPhrase(waiver))}`,
  );
  return ['## Waivers that accept nothing', '', ...lines, ''];
}

function problems(report: Compliance): readonly string[] {
  const rows = [...problemRows(report)];
  if (rows.length === 0) return [];
  const lines = rows.flatMap(([{ title }, found]) => [
    `**${title}**`,
    '',
    ...found.map(row => {
      const place = row.problem.file === '' ? '' : `${code(rowPlace(row), 400)}: `;
      return `- ${place}${code(row.problem.message, 500)}`;
    }),
    '',
  ]);
  return ['## What could not be judged', '', ...lines];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
