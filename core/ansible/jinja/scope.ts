import type { Value } from '../value.ts';

/** What a template sees of the world. */
export interface Scope {
  /** Raw (untemplated) value of a variable, or undefined when no such variable exists. */
  lookup(name: string): Value | undefined;
  /** Names of all variables, for `vars` and hints. */
  names?(): Iterable<string>;
  /** Text of another template for include, import and extends, by name as written, seen from a file. */
  loadTemplate?(name: string, from: string): { file: string; text: string } | null;
  /** `jinja2_extensions` of ansible.cfg, such as `jinja2.ext.do`. */
  extensions?: readonly string[];
}
