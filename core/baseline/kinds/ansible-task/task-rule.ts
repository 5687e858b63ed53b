import { z } from 'zod';
import type { PlayStep, StepCall } from '../../../ansible/types.ts';
import { NAMES, PATTERN } from '../../tasks/named-operator.ts';
import { type Argument, argument, commandOf, type TaskView } from '../../tasks/task-view.ts';
import { allOf, isSo, maybe, NO, type Truth, YES } from '../../tasks/truth.ts';

const KEYWORD = z.enum(['changed_when', 'failed_when', 'ignore_errors', 'check_mode', 'no_log']);
export type Keyword = z.infer<typeof KEYWORD>;
export const KEYWORDS = z.partialRecord(KEYWORD, z.boolean());

/**
 * Which tasks a rule speaks of. `text`: patterns the command has to match, of which the first says what it is about;
 * `arguments`: a pattern for each; `without`: arguments it does not give; `keywords`: what a keyword is set to; `unless` and `except`: arguments and keywords
 * that take a task out.
 */
export const TASK_RULE = z.strictObject({
  modules: NAMES,
  text: z.array(PATTERN).min(1).optional(),
  arguments: z.record(z.string(), PATTERN).optional(),
  without: z.array(z.string().min(1)).optional(),
  unless: z.record(z.string(), PATTERN).optional(),
  keywords: KEYWORDS.optional(),
  except: KEYWORDS.optional(),
});
export type TaskRule = z.infer<typeof TASK_RULE>;

/** Whether a rule is about a call at all, and whether all it says holds there. */
export type Matched = Readonly<{ concerns: Truth; matches: Truth }>;

const NEITHER: Matched = { concerns: NO, matches: NO };

/** What a rule says of one call of a task. */
export function matchRule(rule: TaskRule, view: TaskView, call: StepCall): Matched {
  if (!rule.modules.includes(view.module)) return NEITHER;
  const except = [
    ...Object.entries(rule.unless ?? {}).map(([name, pattern]) => matched(pattern, argument(view, call, name))),
    ...Object.entries(rule.except ?? {}).map(([name, value]) => hasKeyword(view.step, name, value)),
  ];
  if (except.some(({ holds }) => holds === true)) return NEITHER;
  const command = rule.text ? commandOf(view, call) : null;
  const text = (rule.text ?? []).map(pattern => matched(pattern, command));
  const given = Object.entries(rule.arguments ?? {}).map(([name, pattern]) =>
    matched(pattern, argument(view, call, name)),
  );
  const without = (rule.without ?? []).map(name => isSo(argument(view, call, name) === null));
  const keywords = Object.entries(rule.keywords ?? {}).map(([name, value]) => hasKeyword(view.step, name, value));
  return { concerns: text[0] ?? YES, matches: allOf([...text, ...given, ...without, ...keywords]) };
}

/** Patterns may take time that grows with the square of a text. */
const MOST_READ = 8_000;

/** Whether an argument matches. What is written of one that is not known counts; the rest may or may not. */
function matched(pattern: RegExp, given: Argument | null): Truth {
  if (!given) return NO;
  if (given.text.length > MOST_READ) return maybe(`an argument is longer than ${MOST_READ} characters`);
  if (pattern.test(given.text)) return YES;
  return given.unknown === null ? NO : maybe(given.unknown);
}

const TRUE = /^(?:true|yes|on|1|y|t)$/i;
const FALSE = /^(?:false|no|off|0|n|f)$/i;
const ONLY_IN_CHECK_MODE = /^\s*(?:\{\{)?\s*ansible_check_mode\s*(?:\}\})?\s*$/;

/** Whether a keyword is set to a value. A condition of `changed_when` and `failed_when` is one, whatever it says. */
export function hasKeyword(step: PlayStep, name: string, value: boolean): Truth {
  const written = keywordOf(step, name);
  if (written === null || ONLY_IN_CHECK_MODE.test(written)) return NO;
  if (TRUE.test(written)) return isSo(value);
  if (FALSE.test(written)) return isSo(!value);
  return name === 'changed_when' || name === 'failed_when' ? NO : maybe(`${name} is ${written}`);
}

function keywordOf(step: PlayStep, name: string): string | null {
  switch (name) {
    case 'changed_when':
      return step.changedWhen;
    case 'failed_when':
      return step.failedWhen;
    case 'ignore_errors':
      return step.ignoreErrors;
    case 'check_mode':
      return step.checkMode;
    case 'no_log':
      return step.noLog;
    default:
      return null;
  }
}
