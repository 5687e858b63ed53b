import { ProblemError } from '../source/problem.ts';
import { modeOfText, octal } from './file-mode.ts';
import { fromController, type HostRun } from './host-run.ts';
import { type Scope, templateValue } from './jinja/render.ts';
import { OMIT } from './scope.ts';
import type { Traced } from './types.ts';
import { allOrigins, refuseOwn, unknownIn, unknownValue, type Value } from './value.ts';

/** A value with its templates evaluated; what cannot be had is unknown with the reason. @throws ProblemError `over-limit` */
export function templated(run: HostRun, value: Value, scope: Scope): Value {
  try {
    return templateValue(value, scope, run.budget);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code === 'over-limit') throw error;
    return unknownValue(`unevaluated:${error.problem.message}`, [error.problem.message], { origins: value.origins });
  }
}

/** A name that is wholly known, or null. A path on the controller becomes a repository path. */
export function templateText(run: HostRun, value: Value, scope: Scope): string | null {
  const result = templated(run, value, scope);
  if (result.kind === 'str') {
    refuseOwn(result);
    const path = fromController(result.text);
    if (path !== null) return path.includes('\uE000') ? null : path;
  }
  if (unknownIn(result)) return null;
  if (result.kind === 'str') return result.text;
  return result.kind === 'int' ? String(result.value) : null;
}

/** An argument of a task as text with its origins; null when it is not given, empty or omitted. */
export function tracedText(run: HostRun, value: Value | undefined, scope: Scope): Traced<string> | null {
  if (!value) return null;
  const result = templated(run, value, scope);
  const origins = allOrigins(result);
  const unknown = unknownIn(result);
  if (unknown) return { value: { known: false, unknown }, origins };
  if (result.kind === 'str')
    return result.text === OMIT || result.text === '' ? null : { value: { known: true, json: result.text }, origins };
  if (result.kind === 'int' || result.kind === 'float')
    return { value: { known: true, json: String(result.value) }, origins };
  return null;
}

/**
 * A file mode as octal digits: a YAML integer is the mode itself (an unquoted 0640 was read as octal, an unquoted 640
 * was not), digits in text are octal, `u=rw,g=r` counts each class from nothing. null when none is set or kept.
 */
export function tracedMode(run: HostRun, value: Value | undefined, scope: Scope): Traced<string> | null {
  if (!value) return null;
  const result = templated(run, value, scope);
  const origins = allOrigins(result);
  const unknown = unknownIn(result);
  if (unknown) return { value: { known: false, unknown }, origins };
  const digits =
    result.kind === 'int' ? octal(Number(result.value)) : result.kind === 'str' ? modeOfText(result.text) : null;
  if (digits !== null) return { value: { known: true, json: digits }, origins };
  if (result.kind !== 'str' || result.text === OMIT || result.text === 'preserve' || result.text === '') return null;
  const why = `mode ${result.text} depends on the mode the file has`;
  return { value: { known: false, unknown: { key: `mode:${result.text}`, why: [why] } }, origins };
}
