import { parseArgs } from 'node:util';
import { machineLines } from '../../bench/machine.ts';
import { readBaseline } from '../../config/baseline.ts';
import type { Checker } from './checkers/checker.ts';
import { checkov } from './checkers/checkov.ts';
import { conftest } from './checkers/conftest.ts';
import { itemsOf } from './checkers/items.ts';
import { kubeBench } from './checkers/kube-bench.ts';
import { checkedNode } from './checkers/node.ts';
import { markdownOf, textOf } from './checkers/print-table.ts';
import { SITUATIONS } from './checkers/situations.ts';
import { tabulate, tallies } from './checkers/table.ts';

/**
 * `npm run checkers -- [--markdown | --json] [--benchmark FILE]`: what the checkers people use today and the baseline say
 * of the same rendered nodes, item by item of CIS, and why they differ. `--benchmark`: another `node.yaml` for kube-bench
 * than the newest of its release. Exits 1 when a difference is not explained, 2 when no checker is installed.
 */
const { values } = parseArgs({
  options: {
    markdown: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    benchmark: { type: 'string' },
  },
});
const checkers = [kubeBench(values.benchmark), conftest(), checkov()];
const installed = checkers.filter((checker): checker is Checker => !('missing' in checker));
if (installed.length === 0) {
  console.error(
    'No checker is installed, so there is nothing to compare with: test/conformance/checkers/install puts them into the cache.',
  );
  process.exitCode = 2;
} else {
  const baseline = readBaseline();
  const nodes = Object.entries(SITUATIONS).map(([id, situation]) => checkedNode(id, situation, baseline));
  const tables = tabulate(itemsOf(baseline.controls), nodes, installed);
  if (values.json) {
    const items = tables.map(({ item, rows }) => ({
      item: item.id,
      controls: item.controls.map(({ id }) => id),
      rows,
    }));
    const versions = checkers.map(one => ('missing' in one ? one : { name: one.name, version: one.version }));
    console.log(JSON.stringify({ checkers: versions, items, tallies: tallies(tables) }, null, 2));
  } else {
    console.log((values.markdown ? markdownOf : textOf)(checkers, tables, nodes.length, machineLines()).join('\n'));
  }
  process.exitCode = tallies(tables).some(({ unexplained }) => unexplained > 0) ? 1 : 0;
}
