import { posix } from 'node:path';
import { ProblemError } from '../source/problem.ts';
import type { Origin } from '../source/rope.ts';
import type { SourceTree } from '../source/tree.ts';

/** Places told of one name at most. */
const MOST = 4;

/** Where an inventory (a file or a folder of them) writes a group or a host by its name, in INI or YAML. */
export function inventoryLines(tree: SourceTree, inventory: string, name: string): readonly Origin[] {
  const own = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const form = new RegExp(`^\\s*(?:\\[${own}(?::children)?\\]|["']?${own}["']?(?:\\s*:|\\s|$))`);
  const files = tree.isDirectory(inventory)
    ? tree.list(inventory).map(file => posix.join(inventory, file))
    : [inventory];
  return files
    .flatMap(file =>
      linesWith(textOf(tree, file), name).flatMap((line, index): readonly Origin[] =>
        form.test(line) ? [{ file, line: index + 1, kind: 'variable' }] : [],
      ),
    )
    .slice(0, MOST);
}

/** The lines of a text that names it; none of another. */
function linesWith(text: string, name: string): readonly string[] {
  return text.includes(name) ? text.split('\n') : [];
}

function textOf(tree: SourceTree, path: string): string {
  try {
    return tree.text(path) ?? '';
  } catch (error) {
    if (error instanceof ProblemError) return '';
    throw error;
  }
}
