import { ProblemError } from '../../source/problem.ts';
import { type SourceTree, TREE_LIMITS } from '../../source/tree.ts';
import { ownersPattern, type PathPattern } from './path-pattern.ts';

/** A rule of CODEOWNERS: who owns what a pattern covers; nobody where it names none. */
export type OwnerRule = Readonly<{ covers: PathPattern; owners: readonly string[]; line: number }>;

/** The file GitHub reads and its rules, in order; `rules` is null where it cannot be read. */
export type CodeOwners = Readonly<{ file: string; rules: readonly OwnerRule[] | null }>;

/** Where GitHub looks; the first counts. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;
/** A user, a team or an address. */
const OWNER = /^@[\w.-]{1,100}(?:\/[\w.-]{1,100})?$|^[^@\s]{1,100}@[^@\s]{1,200}$/;

/** The owners of a repository's paths, or null where there is no such file. */
export function codeOwners(tree: SourceTree): CodeOwners | null {
  const file = PLACES.find(path => tree.entry(path) !== undefined);
  if (file === undefined) return null;
  const text = textOf(tree, file);
  return { file, rules: text === null ? null : rulesOf(text) };
}

function textOf(tree: SourceTree, file: string): string | null {
  if ((tree.entry(file)?.size ?? 0) > TREE_LIMITS.fileBytes) return null;
  try {
    return tree.text(file);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

function rulesOf(text: string): readonly OwnerRule[] {
  return text.split(/\r?\n/).flatMap((written, index): OwnerRule[] => {
    const line = written.replace(/(?:^|[ \t])#.*$/, '').trim();
    if (line === '' || line.length > 2000) return [];
    const [pattern = '', ...owners] = line.replaceAll('\\ ', '\0').split(/[ \t]+/);
    const covers = ownersPattern(pattern.replaceAll('\0', ' '));
    return covers && owners.every(owner => OWNER.test(owner)) ? [{ covers, owners, line: index + 1 }] : [];
  });
}

/** The rule that decides who owns a path: the last that covers it. */
export function ruleFor(rules: readonly OwnerRule[], path: string): OwnerRule | undefined {
  return rules.findLast(({ covers }) => covers(path));
}
