import type { Budget } from '../budget.ts';
import type { AnsibleVersion } from '../types.ts';
import { NeedsHost } from '../value.ts';
import type { Engine } from './engine.ts';
import { applyFilter } from './filters/index.ts';
import { applyTest } from './tests.ts';

/** An engine for operations that depend on their inputs alone: whatever else they ask for is refused with NeedsHost. */
export function plainEngine(budget: Budget, ansible: AnsibleVersion): Engine {
  const refuse = (): never => {
    throw new NeedsHost();
  };
  const engine: Engine = {
    budget,
    ansible,
    openLoops: [],
    decide: refuse,
    filter: (name, input, args) => applyFilter(engine, name, input, args),
    test: (name, input, args) => applyTest(engine, name, input, args),
    variable: refuse,
    template: refuse,
    file: refuse,
    findFile: refuse,
  };
  return engine;
}
