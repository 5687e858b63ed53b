import { loadPlaybook } from '../ansible/playbook.ts';
import { openRepository } from '../ansible/repository.ts';
import type { PlayStep } from '../ansible/types.ts';
import { allOrigins } from '../ansible/value.ts';
import type { Origin } from '../source/rope.ts';
import type { SourceTree } from '../source/tree.ts';

/** Places told at most. */
const MOST = 4;

/** Where the plays that some steps belong to say which hosts they are for. */
export function playLines(tree: SourceTree, steps: readonly PlayStep[]): readonly Origin[] {
  const plays = new Map<string, Set<string>>();
  for (const { playbook, play } of steps) plays.set(playbook, (plays.get(playbook) ?? new Set()).add(play));
  const repository = openRepository(tree);
  const found = [...plays].flatMap(([playbook, names]) =>
    loadPlaybook(repository, playbook)
      .plays.filter(({ name }) => names.has(name))
      .flatMap(({ hosts }) => hosts.flatMap(host => allOrigins(host).slice(0, 1))),
  );
  return found.slice(0, MOST);
}
