import { ProblemError } from '../source/problem.ts';
import { newBudget } from './budget.ts';
import { listOf } from './role.ts';
import { shortName } from './task.ts';
import { identity, type Value } from './value.ts';
import { varsOf } from './variables.ts';
import { WRITING_MODULES } from './write-file.ts';
import { loadYaml } from './yaml.ts';

/** Keywords that leave what a task writes as it is: names, what is told of it, and what only a dry run looks at. */
const KEYWORDS_ASIDE = new Set(['name', 'tags', 'notify', 'changed_when', 'diff', 'no_log']);

/** Arguments of modules that write files that do so, and those the gate compares for themselves. */
const ARGUMENTS_ASIDE = new Set(['backup', 'mode', 'owner', 'group']);

/**
 * Whether two blocks of a task file or playbook, one list item each, say the same to Ansible as far as what lands on a
 * node goes: layout, quotes, comments, the order of keys, `yes` for `true` and the full name of a builtin module make no
 * difference. false when either cannot be read.
 */
export function sameTask(before: string, after: string): boolean {
  const [first, second] = [before, after].map(saidBy);
  return first !== undefined && first !== null && first === second;
}

function saidBy(text: string): string | null {
  try {
    const { documents, problems } = loadYaml('', text, newBudget());
    const [value] = documents;
    return documents.length === 1 && problems.length === 0 && value ? JSON.stringify(listOf(value).map(said)) : null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return null;
  }
}

function said(item: Value): unknown {
  const keys = varsOf(item);
  if (!keys) return identity(item);
  return [...keys]
    .filter(([key]) => !KEYWORDS_ASIDE.has(key))
    .map(([key, value]) => [shortName(key), saidByKey(shortName(key), value)] as const)
    .sort(byName);
}

/** Arguments of a module that writes files one by one, any other value as a whole. */
function saidByKey(key: string, value: Value): unknown {
  const given = WRITING_MODULES.has(key) ? varsOf(value) : null;
  if (!given) return identity(value);
  return [...given]
    .filter(([name]) => !ARGUMENTS_ASIDE.has(name))
    .map(([name, argument]) => [name, identity(argument)] as const)
    .sort(byName);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
