import { isNode, LineCounter, parseDocument } from 'yaml';
import { ProblemError } from '../../source/problem.ts';
import type { Origin } from '../../source/rope.ts';
import type { SourceTree } from '../../source/tree.ts';

/** A YAML 1.2 document of the repository. `root` is plain data; null with the fault when it cannot be read. */
export type RepositoryDocument = Readonly<{
  file: string;
  root: unknown;
  fault: string | null;
  /** Where the value at a path of keys and indexes stands; the nearest thing around it where it is not there. */
  at: (path: readonly (string | number)[]) => Origin;
}>;

const MAX_CHARACTERS = 256 * 1024;
const MAX_ALIASES = 50;

/** Reads a file of GitHub or Galaxy. */
export function readDocument(tree: SourceTree, file: string): RepositoryDocument {
  const whole = (fault: string): RepositoryDocument => ({
    file,
    root: null,
    fault,
    at: () => ({ file, line: 1, kind: 'template' }),
  });
  let text: string | null;
  try {
    text = tree.text(file);
  } catch (error) {
    if (error instanceof ProblemError) return whole(error.problem.message);
    throw error;
  }
  if (text === null) return whole('it is no plain file');
  if (text.length > MAX_CHARACTERS) return whole(`it is longer than ${MAX_CHARACTERS} characters`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  if (document.errors[0]) return whole(document.errors[0].message);
  const at = (path: readonly (string | number)[]): Origin => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return { file, line: lines.linePos(node.range[0]).line, kind: 'template' };
    }
    return { file, line: 1, kind: 'template' };
  };
  try {
    return { file, root: document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown, fault: null, at };
  } catch {
    return whole('it refers to itself too often');
  }
}

/** A value of a mapping, or undefined of anything else. */
export function valueAt(data: unknown, key: string): unknown {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && Object.hasOwn(data, key)
    ? (data as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

/** A list, one value as a list of it, nothing as an empty one. */
export function listAt(data: unknown, key: string): readonly unknown[] {
  const value = valueAt(data, key);
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}
