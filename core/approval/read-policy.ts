import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { newBudget } from '../ansible/budget.ts';
import { guardYaml } from '../ansible/yaml-guard.ts';
import { type Problem, ProblemError } from '../source/problem.ts';
import type { SourceTree } from '../source/tree.ts';
import {
  type OperatorPolicy,
  operatorPolicySchema,
  POLICY_PATH,
  type RepositoryPolicy,
  repositoryPolicySchema,
} from './policy.ts';

/** A policy file is small and flat; what is larger is no policy. */
const LIMITS = { yamlBytes: 64 * 1024, yamlDepth: 12 } as const;

/** At most this many problems of one file are told. */
const MOST_PROBLEMS = 20;

export type ReadPolicy = Readonly<{ policy: RepositoryPolicy | null; problems: readonly Problem[] }>;

/**
 * The repository's policy at one revision. No file is an empty policy; a file with anything wrong in it is none, and
 * the problems say where and what (code `policy-invalid`, links `symlink` or `submodule`).
 */
export function readRepositoryPolicy(tree: SourceTree): ReadPolicy {
  const mode = tree.entry(POLICY_PATH)?.mode;
  if (mode === undefined && tree.isDirectory(POLICY_PATH)) {
    return failed(problemAt(0, 'must be a file, not a directory'));
  }
  if (mode === undefined) return { policy: {}, problems: [] };
  if (mode === '120000') return failed({ ...problemAt(0, 'the policy file is a symbolic link'), code: 'symlink' });
  if (mode === '160000') return failed({ ...problemAt(0, 'the policy file is a submodule'), code: 'submodule' });
  try {
    return parsePolicy(POLICY_PATH, tree.text(POLICY_PATH) ?? '', repositoryPolicySchema);
  } catch (error) {
    if (error instanceof ProblemError) return failed(error.problem);
    throw error;
  }
}

/**
 * The operator's floor.
 * @throws ProblemError `policy-invalid` for the first thing that is wrong with it
 */
export function readOperatorPolicy(file: string, text: string): OperatorPolicy {
  const { policy, problems } = parsePolicy(file, text, operatorPolicySchema);
  if (policy === null) throw new ProblemError(problems[0] ?? { ...problemAt(0, 'is not a policy'), file });
  return policy;
}

const problemAt = (line: number, message: string): Problem => ({
  file: POLICY_PATH,
  line,
  code: 'policy-invalid',
  message,
});
const failed = (problem: Problem): ReadPolicy => ({ policy: null, problems: [problem] });

function parsePolicy<T>(
  file: string,
  text: string,
  schema: z.ZodType<T>,
): { policy: T | null; problems: readonly Problem[] } {
  const lines = new LineCounter();
  const problem = (line: number, message: string): Problem => ({ file, line, code: 'policy-invalid', message });
  const none = (...problems: readonly Problem[]) => ({ policy: null, problems: problems.slice(0, MOST_PROBLEMS) });
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const guarded = guardYaml(file, text, newBudget(LIMITS), offset => ({ line: lineOf(offset), column: 1 }));
  if (guarded.over) return none(problem(lineOf(guarded.over.offset), guarded.over.error.message));
  if (guarded.problem) return none(problem(guarded.problem.line, guarded.problem.message));

  const document = parseDocument(text, { version: '1.2', lineCounter: lines, prettyErrors: false });
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0) {
    return none(...complaints.map(({ pos, message }) => problem(lineOf(pos[0]), firstLine(message))));
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 }) ?? {};
  } catch {
    return none(problem(0, 'anchors and aliases are not allowed in a policy'));
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { policy: parsed.data, problems: [] };
  return none(
    ...parsed.error.issues.flatMap(issue =>
      issueMessages(issue).map(({ path, message }) => problem(lineAt(document, path, lineOf), message)),
    ),
  );
}

const firstLine = (message: string): string => message.split('\n')[0] ?? message;

type Located = Readonly<{ path: readonly PropertyKey[]; message: string }>;

function issueMessages(issue: z.core.$ZodIssue): readonly Located[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => ({
      path: [...issue.path, key],
      message: `unknown key \`${key}\`${inWhat(issue.path)}`,
    }));
  }
  if (issue.code === 'invalid_union') {
    const nested = issue.errors.flat().find(inner => inner.path.length > 0) ?? issue.errors[0]?.[0];
    if (nested) return issueMessages({ ...nested, path: [...issue.path, ...nested.path] } as z.core.$ZodIssue);
  }
  const what = issue.path.length === 0 ? 'the policy' : `\`${dotted(issue.path)}\``;
  return [{ path: issue.path, message: `${what}: ${issue.message}` }];
}

const dotted = (path: readonly PropertyKey[]): string =>
  path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${String(part)}`))
    .join('');
const inWhat = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : ` in \`${dotted(path)}\``);

/** Line of the key or item at a path, or of the nearest parent that exists. */
function lineAt(document: Document, path: readonly PropertyKey[], lineOf: (offset: number) => number): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const last = path[length - 1];
    const key = isMap(parent)
      ? parent.items.map(pair => pair.key).find(key => isScalar(key) && String(key.value) === String(last))
      : document.getIn(path.slice(0, length), true);
    if (isNode(key) && key.range) return lineOf(key.range[0]);
  }
  return 0;
}
