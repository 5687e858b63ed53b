import type { Unknown } from '../../source/rope.ts';
import type { Budget } from '../budget.ts';
import { isSince } from '../types.ts';
import type { Origins, Value } from '../value.ts';
import type { Constants } from './constants.ts';
import type { Engine } from './engine.ts';
import type { Choices } from './join-ways.ts';
import { type ResolvedNames, resolvedNames } from './resolved-names.ts';
import type { OwnOperations } from './scope.ts';
import type { Body, SyntaxOptions, Template } from './syntax.ts';
import type { Source } from './text.ts';

/** One rendering of one outcome: what its templates share. */
export interface Run extends Engine {
  readonly budget: Budget;
  decide: Engine['decide'];
  /** Where evaluation is; names the place of an error. */
  at: { source: Source; offset: number };
  /**
   * Ansible keeps on its Jinja environment whether text is turned into lists, mappings and booleans; templating a
   * variable leaves it on for the files included later.
   */
  converts: boolean;
  /** When not null, unknown conditions around statements are not decided: both ways run, and are kept here. */
  readonly choices: Choices | null;
  readonly openLoops: Unknown[];
  /** Set when values may hold what each host has its own of. */
  readonly own: OwnOperations | null;
  /** Evaluates a variable only to fail as Ansible would. @throws PythonError, OverLimit */
  attempt(name: string): void;
  /** Another template, parsed; null when there is none by that name. */
  load(name: string, from: Unit): Loaded | null;
}

export type Loaded = Readonly<{ file: string; source: Source; template: Template }>;

/** One template text being rendered. */
export type Unit = Readonly<{
  file: string;
  source: Source;
  syntax: SyntaxOptions;
  /** Text is turned into lists, mappings and booleans where it looks like one, as in variables. */
  converts: boolean;
  /** Variables can be seen; not so in a template imported without context. */
  seesVariables: boolean;
  /** Copies of variables that are this template's own objects, where that makes a difference. */
  copies: Map<string, Value> | null;
  /** Whether it may change what it copied: then also what no template gets to change, such as `groups`, is copied. */
  mutates: boolean;
  /** Names its parts look up as they are entered; null where that makes no difference. */
  names: ResolvedNames | null;
  /** Its constants, where it may write YAML: that shows which of them are the same object. */
  constants: Constants | null;
  /** Definitions of each block, the most derived first. */
  blocks: Map<string, BlockDefinition[]>;
}>;

export type BlockDefinition = Readonly<{ body: Body; unit: Unit }>;

/** Names set by the template, innermost first. */
export type Frame = Readonly<{ names: Map<string, Value>; parent: Frame | null; unit: Unit }>;

/**
 * Whether a template works on copies of variables: until ansible-core 2.18 each name a template uses is evaluated for it
 * once, to lists and mappings that are in no other value.
 */
export function worksOnCopies({ ansible }: Run, { mutates, dumps }: Template): boolean {
  return mutates || (dumps && !isSince(ansible, '2.19'));
}

export function childFrame(parent: Frame, unit: Unit = parent.unit): Frame {
  return { names: new Map(), parent, unit };
}

export function nameIn(frame: Frame, name: string): Value | undefined {
  for (let at: Frame | null = frame; at; at = at.parent) {
    const value = at.names.get(name);
    if (value) return value;
  }
  return undefined;
}

/**
 * Until ansible-core 2.18 a variable is evaluated where Jinja looks its name up, and fails there, used or not; an
 * undefined one does not (`AnsibleJ2Vars.__getitem__`). `part` is what is entered, see `resolvedNames`.
 * @throws PythonError, OverLimit
 */
export function enterFrame(run: Run, part: object, frame: Frame): void {
  const { names, seesVariables } = frame.unit;
  if (!names || !seesVariables) return;
  for (const name of names.of(part)) if (!nameIn(frame, name)) run.attempt(name);
}

/** What `enterFrame` needs to know of a template; null where its version evaluates what is used. */
export function namesLookedUp({ ansible }: Run, template: Template): ResolvedNames | null {
  return ansible === 'untold' || isSince(ansible, '2.19') ? null : resolvedNames(template);
}

/** What a body prints, and the conditions and loops that let it. */
export type Output = Readonly<{ nodes: Value[]; controls: Origins }>;
