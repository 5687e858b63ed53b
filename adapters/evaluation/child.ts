import { join } from 'node:path';
import { readBaseline } from '../../config/baseline.ts';
import { readKubeletFacts } from '../../config/kubelet-facts.ts';
import { packageRoot } from '../../config/package-root.ts';
import { compileLate } from './compile-late.ts';
import { evaluate, type Knowledge } from './evaluate.ts';
import type { EvaluationRequest } from './request.ts';

/** The program of an evaluation process: one request after the other, an answer or the reason for none to each. */
compileLate();

const known = new Map<string, Knowledge>();

function knowledge({ configDir, baselineFile }: EvaluationRequest): Knowledge {
  const key = JSON.stringify([configDir, baselineFile]);
  let found = known.get(key);
  if (!found)
    known.set(
      key,
      (found = {
        baseline: readBaseline(join(configDir ?? join(packageRoot(), 'config'), 'baseline'), baselineFile),
        facts: readKubeletFacts(),
      }),
    );
  return found;
}

process.on('message', (request: EvaluationRequest) => {
  const reply = (message: Readonly<Record<string, unknown>>) => process.send?.(message);
  evaluate(request, knowledge(request)).then(
    answer => reply({ answer }),
    (error: unknown) => reply({ failed: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
