import { type Problem, type ProblemCode, ProblemError } from '../source/problem.ts';
import { type RenderedText, type Unknown, unknownToken } from '../source/rope.ts';
import type { SourceTree } from '../source/tree.ts';
import { waysApart } from './apart/ways-apart.ts';
import { newBudget, OverLimit } from './budget.ts';
import { declinedFormat, declinedSentence } from './declined-formats.ts';
import { type Frame, type HostRun, ownOperations, type Rendered, readExternal, trieOf } from './host-run.ts';
import { GLOBALS } from './jinja/globals.ts';
import { type Alternative, type Choices, renderTemplate, type Scope } from './jinja/render.ts';
import { recall, remember } from './read-trie.ts';
import { treeDigest } from './tree-digest.ts';
import { allOrigins, digest, identity, OWN_MARK, refuseOwn, type Str, unknownValue, type Value } from './value.ts';

/**
 * Renders a template, or takes the result of an earlier host for which it read the same values. Budgets count per
 * rendering.
 */
export function renderFile(run: HostRun, frame: Frame, file: string, text: string, scope: Scope): Rendered {
  const place = [frame.playIndex, frame.role?.role.directory, ...frame.chain.map(one => one.role.directory)].join('\0');
  const trie = trieOf(run.world, `${file}\0${place}`);
  const known = recall(trie, name => (name.startsWith(OWN_MARK) ? readExternal(run, name) : scope.lookup(name)));
  if (known) return known.result;
  const reads = new Map<string, unknown>();
  let shareable = true;
  const recording: Scope = {
    ...scope,
    lookup: name => {
      if (reads.has(name)) return reads.get(name) as Value | undefined;
      const value = scope.lookup(name);
      reads.set(name, value);
      return value;
    },
    names: () => {
      shareable = false;
      return scope.names?.() ?? [];
    },
    ...(run.forMany ? { own: ownOperations(run, (question, answer) => reads.set(question, answer)) } : {}),
  };
  const rendered = renderWhole(file, text, recording, run.world.repository.tree);
  if (shareable) remember(trie, reads, rendered);
  return rendered;
}

/**
 * A template that needs a variable nobody defines, or one whose own value Ansible fails on, is rendered with it unknown:
 * the variable may come from the command line or an inventory that is not here, and what else the template says must not
 * be hidden behind it.
 */
function renderWhole(file: string, text: string, scope: Scope, tree: SourceTree): Rendered {
  const rendered = renderOnce(file, text, scope, tree);
  if (!('problem' in rendered) || !LACKING.has(rendered.problem.code)) return rendered;
  const lookup = (name: string) => scope.lookup(name) ?? (GLOBALS.has(name) ? undefined : undefinedHere(name));
  const lenient = renderOnce(file, text, { ...scope, lookup, instead: failingHere }, tree);
  return 'problem' in lenient ? rendered : { ...lenient, lacking: rendered.problem };
}

const LACKING: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['template-undefined', 'template-invalid']);

function failingHere(name: string, raw: Value, failure: string): Value {
  return unknownValue(
    `failing variable:${name}: ${identity(raw)}: ${failure}`,
    [`variable ${name} cannot be evaluated: ${failure}`],
    {
      origins: allOrigins(raw),
    },
  );
}

function undefinedHere(name: string): Value {
  return unknownValue(`variable:${name}`, [`variable ${name} is defined nowhere in this repository`], {
    defined: false,
  });
}

function renderOnce(file: string, text: string, scope: Scope, tree: SourceTree): Rendered {
  try {
    const { alternatives, truncated } = renderTemplate(file, text, scope, newBudget());
    if (!truncated) return { alternatives, truncated, lacking: null };
    const apart = renderApart(file, text, scope);
    if (apart) return { alternatives: apart, truncated: false, lacking: null };
    return { alternatives: [...alternatives, remaining(file, tree)], truncated: true, lacking: null };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { problem: declinedInstead(file, text) ?? error.problem };
  }
}

/** What is no Jinja at all fails as Jinja in ways that help nobody: it is declined by name. */
function declinedInstead(file: string, text: string): Problem | null {
  const declined = declinedFormat(file, text);
  return declined && { file, line: declined.line, code: 'declined', message: declinedSentence(declined) };
}

/**
 * When there are too many ways through a template to look at each: the alternatives of its independent parts, one part
 * at a time. null when the template cannot be taken apart so.
 * @throws NeedsHost when a part holds what each host has its own of
 */
export function renderApart(file: string, text: string, scope: Scope): readonly Alternative[] | null {
  const budget = newBudget();
  const choices: Choices = new Map();
  try {
    const { alternatives, truncated } = renderTemplate(file, text, scope, budget, choices);
    if (truncated) return null;
    const found: Alternative[] = [];
    for (const { conditions, text: joined } of alternatives) {
      const whole: Str = { kind: 'str', origins: [], ...joined };
      refuseOwn(whole);
      const ways = waysApart(whole, conditions, choices, budget);
      if (!ways) return null;
      found.push(...ways);
    }
    return found;
  } catch (error) {
    if (error instanceof ProblemError || error instanceof OverLimit) return null;
    throw error;
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
export function whollyUnknown(unknown: Unknown): RenderedText {
  const id = digest(unknown.key).slice(0, 8);
  const text = unknownToken(id);
  return { text, segments: [{ length: text.length, origins: [] }], unknowns: new Map([[id, unknown]]) };
}
