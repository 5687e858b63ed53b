import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readBaseline } from '../../config/baseline.ts';
import { packageRoot } from '../../config/package-root.ts';
import { isBeyondCovered } from '../../core/baseline/kubernetes-range.ts';
import { MINORS } from '../../core/kubelet/types.ts';
import { ROWS } from '../core/baseline/controls/index.ts';
import { missingOf } from '../core/baseline/controls/missing.ts';

/**
 * `npm run coverage:controls`: of how many controls a test shows a passing, a violating, an undecided and, where absence
 * matters, an absent node. Each situation is rendered and judged now; a row with a wrong answer does not count. The
 * controls are those of the baseline and, where the collection they come from lies beside this repository, of that.
 * A control for Kubernetes versions the facts do not cover yet cannot be shown on any node: it is named and counted apart.
 * Prints what is missing; exits 1 when anything is.
 */
const COLLECTED = join(packageRoot(), '..', 'shared', 'facts', 'baseline-controls.json');
const COLLECTION = z.object({ controls: z.array(z.object({ id: z.string() })) });

const shipped = new Map(readBaseline().controls.map(control => [control.id, control]));
const collected = existsSync(COLLECTED)
  ? COLLECTION.parse(JSON.parse(readFileSync(COLLECTED, 'utf8'))).controls.map(({ id }) => id)
  : [];
const ids = [...new Set([...shipped.keys(), ...collected])].sort((left, right) =>
  left.localeCompare(right, 'en', { numeric: true }),
);

let shown = 0;
let waiting = 0;
for (const id of ids) {
  const control = shipped.get(id);
  if (control && isBeyondCovered(control.kubernetes)) {
    waiting++;
    console.log(`${id}: waits for Kubernetes ${control.kubernetes}: no covered version (to ${MINORS.at(-1)}) has it`);
    continue;
  }
  const missing = control ? missingOf(control, ROWS[id]) : ['not in the baseline'];
  if (missing.length === 0) shown++;
  else console.log(`${id}: ${missing.join('; ')}`);
}
console.log(
  `${waiting > 0 ? `${waiting} of ${ids.length} controls for later Kubernetes versions\n` : ''}${shown} of ${ids.length} controls with a passing, a violating, an undecided and (where absence matters) an absent case`,
);
process.exitCode = shown + waiting === ids.length ? 0 : 1;
