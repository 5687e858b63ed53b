import { isBlocking } from '../baseline/is-blocking.ts';
import type { Baseline, Control } from '../baseline/types.ts';
import { type Area, areasOf } from './areas.ts';

/** How many controls a baseline has for each area of its files, each standard and each threat. */
export type Coverage = Readonly<{
  controls: number;
  byArea: Readonly<Record<string, number>>;
  byStandard: Readonly<Record<string, number>>;
  byThreat: Readonly<Record<string, number>>;
  /** Standard -> item -> ids of the controls that meet it. */
  items: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}>;

/** Counts the controls of a baseline. A control counts once for a standard, however many of its items it meets. */
export function coverageOf({ controls }: Baseline): Coverage {
  return {
    controls: controls.length,
    byArea: counts(controls, ({ area }) => [area]),
    byStandard: counts(controls, ({ standards }) => Object.keys(standards)),
    byThreat: counts(controls, ({ threats }) => threats),
    items: itemsOf(controls),
  };
}

function counts(
  controls: readonly Control[],
  namesOf: (control: Control) => readonly string[],
): Readonly<Record<string, number>> {
  const found = new Map<string, number>();
  for (const name of controls.flatMap(control => [...new Set(namesOf(control))]))
    found.set(name, (found.get(name) ?? 0) + 1);
  return Object.fromEntries([...found].sort(([left], [right]) => compare(left, right)));
}

function itemsOf(controls: readonly Control[]): Coverage['items'] {
  const found = new Map<string, Map<string, string[]>>();
  for (const { id, standards } of controls) {
    for (const [standard, items] of Object.entries(standards)) {
      const met = found.get(standard) ?? new Map<string, string[]>();
      found.set(standard, met);
      for (const item of items) met.set(item, [...(met.get(item) ?? []), id]);
    }
  }
  return Object.fromEntries(
    [...found]
      .sort(([left], [right]) => compare(left, right))
      .map(([standard, met]) => [
        standard,
        Object.fromEntries([...met].sort(([left], [right]) => left.localeCompare(right, 'en', { numeric: true }))),
      ]),
  );
}

/** Tables for a terminal: controls by area, by standard with its items, by threat. */
export function coverageText(baseline: Baseline): string {
  const { controls, byStandard, byThreat, items } = coverageOf(baseline);
  const areas = areasOf(baseline.controls.map(({ area }) => area));
  return [
    `${controls} controls`,
    ...block(
      'area',
      areas.map(area => [area.title, inArea(baseline, area).length] as const),
    ),
    ...block(
      'standard',
      Object.entries(byStandard).map(
        ([standard, count]) => [`${standard} (${Object.keys(items[standard] ?? {}).length} items)`, count] as const,
      ),
    ),
    ...block('threat', Object.entries(byThreat)),
  ].join('\n');
}

function block(name: string, rows: readonly (readonly [string, number])[]): readonly string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return ['', `By ${name}`, ...rows.map(([label, count]) => `  ${label.padEnd(width)}  ${String(count).padStart(4)}`)];
}

/** The baseline as a document: each area with what it asks for and its controls, then standards and threats. */
export function coverageMarkdown(baseline: Baseline): string {
  const { controls, byStandard, byThreat, items } = coverageOf(baseline);
  const areas = areasOf(baseline.controls.map(({ area }) => area));
  return [
    '# The baseline',
    '',
    '<!-- Made by `npm run docs:baseline` from config/baseline/: change the controls there, not here. -->',
    '',
    `${controls} controls in ${areas.length} areas. \`npx kubelet-gate explain ID\` tells all of one: what it asks for, what it means`,
    'when nothing is set, why, and what to do. _Blocks_: introducing a violation of it stops a merge.',
    '',
    ...areas.flatMap(area => areaSection(area, inArea(baseline, area))),
    '## By standard',
    '',
    ...table(
      ['standard', 'controls', 'items', 'of which our own mapping'],
      Object.entries(byStandard).map(([standard, count]) => {
        const names = Object.keys(items[standard] ?? {});
        return [standard, `${count}`, `${names.length}`, `${names.filter(isOwnMapping).length}`];
      }),
    ),
    '',
    '## By threat',
    '',
    ...table(
      ['threat', 'controls'],
      Object.entries(byThreat).map(([threat, count]) => [threat, `${count}`]),
    ),
    '',
  ].join('\n');
}

const isOwnMapping = (item: string): boolean => item.includes('(own mapping)');

function areaSection({ title, asks }: Area, controls: readonly Control[]): readonly string[] {
  const rows = controls.map(control => [
    control.id,
    control.title,
    `${control.severity}, ${control.profile}`,
    isBlocking(control) ? 'yes' : '',
    itemsText(control, 'CIS'),
    itemsText(control, 'STIG'),
  ]);
  return [
    `## ${title}`,
    '',
    asks,
    '',
    ...(rows.length > 0
      ? table(['id', 'title', 'severity, profile', 'blocks', 'CIS', 'STIG'], rows)
      : ['No controls yet.']),
    '',
  ];
}

function itemsText({ standards }: Control, standard: string): string {
  return (standards[standard] ?? []).join(', ');
}

/** A Markdown table. Its cells are the operator's own words: only what would break the table is escaped. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cell => cell.replaceAll(/([|<])/g, '\\$1')).join(' | ')} |`;
  return [line(heads), `| ${heads.map(() => '---').join(' | ')} |`, ...rows.map(line)];
}

function inArea({ controls }: Baseline, { areas }: Area): readonly Control[] {
  return controls
    .filter(({ area }) => areas.includes(area))
    .sort((left, right) => left.id.localeCompare(right.id, 'en', { numeric: true }));
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
