import type { Budget } from '../budget.ts';
import type { AnsibleVersion } from '../types.ts';
import type { Value } from '../value.ts';
import type { Engine } from './engine.ts';
import type { RememberedValues } from './remembered-values.ts';
import type { Template } from './syntax.ts';

/** What a template sees of the world. */
export interface Scope {
  /** Raw (untemplated) value of a variable, or undefined when no such variable exists. */
  lookup(name: string): Value | undefined;
  /** Names of all variables, for `vars` and hints. */
  names?(): Iterable<string>;
  /** Text of another template for include, import and extends, by name as written, seen from a file. */
  loadTemplate?(name: string, from: string): { file: string; text: string } | null;
  /** Text of a file of the repository that is read as it is; null when there is none by that name. */
  loadFile?(name: string): { file: string; text: string } | null;
  /** A file by name as a path on the controller; null: there is none, `unknown`: nobody can tell. */
  findFile?(name: string): Value | null | 'unknown';
  /** `jinja2_extensions` of ansible.cfg, such as `jinja2.ext.do`. */
  extensions?: readonly string[];
  /** Absent = `2.14`. */
  ansible?: AnsibleVersion;
  /** Texts parsed before, to be used again. */
  parsed?: ParsedTemplates;
  /** What variables evaluated to before. */
  remembered?: RememberedValues;
  /** Set when variables may hold what each host has its own of. */
  own?: OwnOperations;
  /** Stands in for a variable whose own templates Ansible would fail on; absent = the failure is the template's. */
  instead?(name: string, raw: Value, failure: string): Value;
}

/** Parsed texts by syntax, then by text. */
export type ParsedTemplates = Map<string, Map<string, Template>>;

/** An operation of a template that depends on nothing but its inputs. @throws PythonError, OverLimit */
export type Operation = (engine: Engine, inputs: readonly Value[]) => Value;

/** Operations on values that hold what each host has its own of (see own-values.ts). */
export interface OwnOperations {
  /**
   * The result of an operation as far as it is one for all hosts the evaluation stands for; what each host has its own
   * of stays a token. `name` and `inputs` say all the result depends on.
   * `budget` pays for the host at hand.
   * @throws NeedsHost when the result cannot be had that way; PythonError, OverLimit as the operation
   */
  apply(budget: Budget, name: string, inputs: readonly Value[], work: Operation): Value;
}
