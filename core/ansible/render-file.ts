import { ProblemError } from '../source/problem.ts';
import { type RenderedText, type Unknown, unknownToken } from '../source/rope.ts';
import type { SourceTree } from '../source/tree.ts';
import { newBudget } from './budget.ts';
import { type Frame, type HostRun, type Rendered, trieOf } from './host-run.ts';
import { type Alternative, renderTemplate, type Scope } from './jinja/render.ts';
import { recall, remember } from './read-trie.ts';
import { treeDigest } from './tree-digest.ts';
import { digest, type Value } from './value.ts';

/**
 * Renders a template, or takes the result of an earlier host for which it read the same values. Budgets count per
 * rendering.
 */
export function renderFile(run: HostRun, frame: Frame, file: string, text: string, scope: Scope): Rendered {
  const place = [frame.playIndex, frame.role?.role.directory, ...frame.chain.map(one => one.role.directory)].join('\0');
  const trie = trieOf(run.world, `${file}\0${place}`);
  const known = recall(trie, name => scope.lookup(name));
  if (known) return known.result;
  const reads = new Map<string, Value | undefined>();
  let shareable = true;
  const recording: Scope = {
    ...scope,
    lookup: name => {
      if (reads.has(name)) return reads.get(name);
      const value = scope.lookup(name);
      reads.set(name, value);
      return value;
    },
    names: () => {
      shareable = false;
      return scope.names?.() ?? [];
    },
  };
  const rendered = renderOnce(file, text, recording, run.world.repository.tree);
  if (shareable) remember(trie, reads, rendered);
  return rendered;
}

function renderOnce(file: string, text: string, scope: Scope, tree: SourceTree): Rendered {
  try {
    const { alternatives, truncated } = renderTemplate(file, text, scope, newBudget());
    return { alternatives: truncated ? [...alternatives, remaining(file, tree)] : alternatives, truncated };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { problem: error.problem };
  }
}

/**
 * Stands for every way through a template that was not looked at. What those ways read is not known, so its key holds
 * the whole tree: with it, no change of the repository leaves the file's unknown values equal.
 */
export function remaining(file: string, tree: SourceTree): Alternative {
  const unknown: Unknown = {
    key: `more ways through ${file} of ${treeDigest(tree)}`,
    why: [`more unknown conditions decide ${file} than the gate tries out`],
  };
  return { conditions: [{ unknown, holds: true }], text: whollyUnknown(unknown) };
}

/** A text of which nothing is known. */
function whollyUnknown(unknown: Unknown): RenderedText {
  const id = digest(unknown.key).slice(0, 8);
  const text = unknownToken(id);
  return { text, segments: [{ length: text.length, origins: [] }], unknowns: new Map([[id, unknown]]) };
}
