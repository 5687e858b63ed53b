import type { Checker, MissingChecker } from './checker.ts';
import { type Cell, differing, type ItemTable, isFinding, type Row, type RowGroup, tallies } from './table.ts';

const NAMED = 3;

/** The report for a terminal, one block per item; `head` says when and where. */
export function textOf(
  checkers: readonly (Checker | MissingChecker)[],
  tables: readonly ItemTable[],
  situations: number,
  head: readonly string[],
): readonly string[] {
  return [
    ...head,
    ...checkers.map(aboutLine),
    '',
    ...tables.flatMap(({ item, rows }) => [
      `${item.id} ${item.title}`,
      ...differing(rows).flatMap(blockOf),
      ...agreement(rows).map(line => `  ${line}`),
      '',
    ]),
    ...summary(tables, situations),
  ];
}

const PAGE = [
  '# Beside the checkers in use',
  '',
  '<!-- Made by `npm run checkers -- --markdown`: change test/conformance/checkers/, not this page. -->',
  '',
  'What kube-bench, conftest and checkov say of the same rendered nodes as the baseline does, item by item of CIS 4.1 to 4.3,',
  'and for every difference what the kubelet really does. The nodes are those of `test/conformance/checkers/situations.ts`, each',
  "rendered from a repository; what acts on them comes from `core/kubelet`, which is held against the kubelet's own code.",
  'Install the checkers with `test/conformance/checkers/install`, then `npm run checkers`; it fails on a difference nobody has',
  'explained. kube-bench is made for live nodes; here its own evaluator sees a node as Ansible leaves it, before the kubelet runs.',
  '',
  'Ours: `refused` is an item of a kubelet that does not start, `nothing` one that has nothing to look at on the node. In bold:',
  'verdicts that differ. `–`: the checker has no word on the item there.',
];

/** The same as a page of documentation; `head` says when and where. */
export function markdownOf(
  checkers: readonly (Checker | MissingChecker)[],
  tables: readonly ItemTable[],
  situations: number,
  head: readonly string[],
): readonly string[] {
  const names = tables[0]?.rows[0]?.cells.map(({ checker }) => checker) ?? [];
  const columns = ['situation', ...names, 'ours', 'what acts on the node', 'why they differ'];
  return [
    ...PAGE,
    '',
    ...[...head, ...checkers.map(aboutLine), ...summary(tables, situations)].map(line => `- ${line}`),
    ...tables.flatMap(({ item, rows }) => {
      const groups = differing(rows);
      const table = [tableRow(columns), tableRow(columns.map(() => '---')), ...groups.map(markdownRow)];
      return ['', `## ${item.id} ${item.title}`, '', ...(groups.length > 0 ? [...table, ''] : []), ...agreement(rows)];
    }),
  ];
}

function aboutLine(checker: Checker | MissingChecker): string {
  return 'missing' in checker
    ? `${checker.name}: ${checker.missing}`
    : `${checker.name} ${checker.version}: ${checker.about}`;
}

function blockOf({ first, rows }: RowGroup): readonly string[] {
  const verdicts = first.cells.map(cell => `${cell.checker} ${verdictOf(cell)}`);
  return [
    `  ${[...verdicts, `ours ${first.ours.verdict}`].join(', ')}: ${situationsOf(rows)}`,
    `    ${actsOf(rows)}`,
    ...whys(first).map(why => `    ${why}`),
  ];
}

function markdownRow({ first, rows }: RowGroup): string {
  return tableRow([
    situationsOf(rows),
    ...first.cells.map(cell => (cell.differs ? `**${verdictOf(cell)}**` : verdictOf(cell))),
    first.ours.verdict,
    actsOf(rows),
    whys(first).join('; '),
  ]);
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function verdictOf({ verdict }: Cell): string {
  return verdict ?? '–';
}

/** Every reason once, with the checkers it is true of. */
function whys({ cells }: Row): readonly string[] {
  const differing = cells.filter(({ differs }) => differs);
  return [...new Set(differing.map(({ why }) => why))].map(why => {
    const of = differing.filter(cell => cell.why === why).map(({ checker }) => checker);
    return `${of.join(', ')}: ${why ?? 'NOT EXPLAINED'}`;
  });
}

function situationsOf(rows: readonly Row[]): string {
  const names = rows.map(({ situation }) => situation);
  return names.length <= NAMED + 1
    ? names.join('; ')
    : `${names.slice(0, NAMED).join('; ')}; and ${names.length - NAMED} more`;
}

/** What acts in the first situation, and in how many ways it differs in the others. */
function actsOf(rows: readonly Row[]): string {
  const all = [...new Set(rows.map(({ ours }) => ours.acts))];
  return all.length > 2 ? `${all[0]}; and the like` : all.join('; ');
}

function agreement(rows: readonly Row[]): readonly string[] {
  const alike = rows.filter(({ cells }) => !cells.some(({ differs }) => differs));
  const found = alike.filter(({ ours }) => isFinding(ours));
  const fine = alike.length - found.length;
  return [
    ...(found.length > 0 ? [`Who judges it agrees that something is wrong: ${situationsOf(found)}.`] : []),
    ...(fine > 0 ? [`Who judges it agrees that nothing is wrong: ${fine} of ${rows.length} situations.`] : []),
  ];
}

function summary(tables: readonly ItemTable[], situations: number): readonly string[] {
  return [
    `${tables.length} items in ${situations} situations.`,
    ...tallies(tables).map(
      ({ checker, verdicts, missed, dead, falseAlarms, reasons, unexplained }) =>
        `${checker}: ${verdicts} verdicts. It passes ${missed} that are wrong on the node and ${dead} of a kubelet that does not start, and faults ${falseAlarms} that are right. ` +
        (unexplained > 0 ? `${unexplained} of these are NOT EXPLAINED.` : `All are explained, by ${reasons} reasons.`),
    ),
  ];
}
