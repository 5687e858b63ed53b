import type { Checker, CheckerName, Verdict } from './checker.ts';
import { explanationOf } from './explanations.ts';
import { answerFor, type Item, type OurAnswer } from './items.ts';
import type { CheckedNode } from './node.ts';

/** A checker's verdict on one item of one node, and why it differs from ours; null where it does not. */
export type Cell = Readonly<{ checker: CheckerName; verdict: Verdict | null; differs: boolean; why: string | null }>;

/** One situation under one item. */
export type Row = Readonly<{ situation: string; cells: readonly Cell[]; ours: OurAnswer }>;

export type ItemTable = Readonly<{ item: Item; rows: readonly Row[] }>;

/** Rows with the same verdicts for the same reasons. */
export type RowGroup = Readonly<{ first: Row; rows: readonly Row[] }>;

/** Of one checker: how often it gave a verdict, and how it differs from what acts. */
export type Tally = Readonly<{
  checker: CheckerName;
  verdicts: number;
  /** Passed what is not as the item asks. */
  missed: number;
  /** Passed an item of a kubelet that does not start. */
  dead: number;
  /** Faulted what is. */
  falseAlarms: number;
  /** Different explanations it needed. */
  reasons: number;
  unexplained: number;
}>;

/** Whether an answer of ours is a finding. */
export function isFinding({ verdict }: OurAnswer): boolean {
  return verdict !== 'pass' && verdict !== 'nothing';
}

/** Every item of every node as each checker and the product judge it. */
export function tabulate(
  items: readonly Item[],
  nodes: readonly CheckedNode[],
  checkers: readonly Checker[],
): readonly ItemTable[] {
  const judged = checkers.map(checker => ({ checker: checker.name, verdicts: checker.judge(nodes) }));
  return items.map(item => {
    const paths = item.controls.flatMap(control => (control.kind === 'KubeletConfiguration' ? control.paths : []));
    const rows = nodes.map((node): Row => {
      const ours = answerFor(item, node);
      const cells = judged.map(({ checker, verdicts }): Cell => {
        const verdict = verdicts.get(node.id)?.get(item.id) ?? null;
        const differs = verdict !== null && (verdict !== 'PASS') !== isFinding(ours);
        const says = verdict === 'PASS' ? 'fine' : 'fault';
        return {
          checker,
          verdict,
          differs,
          why: differs ? explanationOf({ id: item.id, paths }, checker, says, node) : null,
        };
      });
      return { situation: node.id, cells, ours };
    });
    return { item, rows };
  });
}

/** Rows in which a checker differs, those alike together, in the order of the situations. */
export function differing(rows: readonly Row[]): readonly RowGroup[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows.filter(({ cells }) => cells.some(({ differs }) => differs))) {
    const key = JSON.stringify([row.cells.map(({ verdict, why }) => [verdict, why]), row.ours.verdict]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap(alike => (alike[0] ? [{ first: alike[0], rows: alike }] : []));
}

/** The tallies of a table, in the order of its checkers. */
export function tallies(tables: readonly ItemTable[]): readonly Tally[] {
  const cells = tables.flatMap(({ rows }) => rows.flatMap(row => row.cells.map(cell => ({ cell, ours: row.ours }))));
  const names = [...new Set(cells.map(({ cell }) => cell.checker))];
  return names.map(checker => {
    const of = cells.filter(({ cell }) => cell.checker === checker && cell.verdict !== null);
    const differ = of.filter(({ cell }) => cell.differs);
    return {
      checker,
      verdicts: of.length,
      missed: differ.filter(({ ours }) => isFinding(ours) && ours.verdict !== 'refused').length,
      dead: differ.filter(({ ours }) => ours.verdict === 'refused').length,
      falseAlarms: differ.filter(({ ours }) => !isFinding(ours)).length,
      reasons: new Set(differ.map(({ cell }) => cell.why)).size,
      unexplained: differ.filter(({ cell }) => cell.why === null).length,
    };
  });
}
