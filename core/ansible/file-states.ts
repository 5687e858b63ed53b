import { posix } from 'node:path';
import type { Problem } from '../source/problem.ts';
import { type RenderedText, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import type { Budget } from './budget.ts';
import { applyEdit, editBudget, editedSomehow, unseenFile } from './edits/apply-edit.ts';
import { type LostLine, lostLines } from './edits/lost-lines.ts';
import { kindOf } from './file-kind.ts';
import type { Write, WrittenVariable } from './host-run.ts';
import type { Condition, FileAlternative, FileKind, Traced } from './types.ts';
import { allOf, anyOf, asUnknown, conditionOf, contradict, opposite } from './unknown-conditions.ts';

/** A file on a host after every task that touches it. */
export type FileState = Readonly<{
  dest: Traced<string>;
  kind: FileKind;
  source: string | null;
  task: Write['task'];
  alternatives: readonly FileAlternative[];
  truncated: boolean;
  mode: Traced<string> | null;
  owner: Traced<string> | null;
  group: Traced<string> | null;
  when: Unknown | null;
  /** Edits made to a file that nothing of the playbook writes, in order: what it was before is not known. */
  unseenEdits: readonly EditWrite[];
  /** Lines that edits took out of the text. */
  lost: readonly LostLine[];
  problem: Write['problem'];
  /** Of edits: tasks that would fail on the file, and what cannot be known of them. */
  failures: readonly Problem[];
  variable: WrittenVariable | null;
}>;

export type EditWrite = Extract<Write, { effect: 'edit' }>;

/** Texts of a file that are told apart when edits hang on conditions. */
const MAX_ALTERNATIVES = 32;

/** A readable path of a destination, known or not. */
export function pathOf(dest: Traced<string>): string {
  return dest.value.known ? dest.value.json : dest.value.unknown.key;
}

/**
 * The files a host ends up with, in the order they first appear: at one destination the later task wins; what an
 * unknown condition decides stays an alternative. Playbooks are run apart, so two of them that write different texts
 * to one place make alternatives too.
 */
export function fileStates(writes: readonly Write[]): readonly FileState[] {
  const budget = editBudget();
  const byDest = new Map<string, Map<string, FileState>>();
  for (const write of writes) {
    const key = keyOf(write, byDest);
    let perPlaybook = byDest.get(key);
    if (!perPlaybook) byDest.set(key, (perPlaybook = new Map()));
    const next = apply(budget, perPlaybook.get(write.playbook) ?? null, write);
    if (next) perPlaybook.set(write.playbook, next);
    else perPlaybook.delete(write.playbook);
  }
  return [...byDest.values()].flatMap(perPlaybook => acrossPlaybooks(perPlaybook));
}

/** A destination that is not known is one file per source; an edit goes to the last of them. */
function keyOf({ dest, source, effect }: Write, known: ReadonlyMap<string, unknown>): string {
  if (dest.value.known) return posix.normalize(dest.value.json);
  const prefix = `?${dest.value.unknown.key}\0`;
  const last = effect === 'edit' ? [...known.keys()].findLast(key => key.startsWith(prefix)) : undefined;
  return last ?? `${prefix}${source ?? ''}`;
}

function apply(budget: Budget, before: FileState | null, write: Write): FileState | null {
  switch (write.effect) {
    case 'absent':
      if (!before || !write.when) return null;
      return {
        ...before,
        when: allOf([...(before.when ? [before.when] : []), asUnknown(conditionOf(write.when, false))]),
      };
    case 'content':
      return applyContent(before, write);
    case 'attributes':
      return before ? { ...before, ...attributes(before, write) } : fresh(write);
    case 'edit':
      return applyEditTo(budget, before, write);
  }
}

function fresh(write: Write): FileState {
  const { dest, source, task, alternatives, truncated, mode, owner, group, when, problem, variable = null } = write;
  const text = alternatives.find(({ text }) => saysSomething(text))?.text.text ?? null;
  const path = dest.value.known ? dest.value.json : (variable?.standsAt ?? source ?? pathOf(dest));
  const kind = kindOf(path, text);
  return {
    dest,
    kind,
    source,
    task,
    alternatives,
    truncated,
    mode,
    owner,
    group,
    when,
    unseenEdits: [],
    lost: [],
    problem,
    failures: [],
    variable,
  };
}

function saysSomething({ text }: RenderedText): boolean {
  return text.replace(UNKNOWN_TOKEN, '').trim() !== '';
}

/**
 * Of two tasks that write a file under unknown conditions the later wins where its own holds, the earlier where it does
 * not; under the same condition, or under none, the later has the file for itself.
 */
function applyContent(before: FileState | null, write: Write): FileState {
  const after = fresh(write);
  if (!before) return after;
  const { when } = write;
  if (!when || before.alternatives.length === 0) return { ...after, ...attributes(before, write) };
  const here = conditionOf(when, true);
  const earlier = before.when && conditionOf(before.when, true);
  const isSame = earlier?.unknown.key === here.unknown.key;
  if (isSame && earlier.holds === here.holds) return { ...after, ...attributes(before, { ...write, when: null }) };
  const elsewhere = opposite(here);
  const kept = before.alternatives.filter(({ conditions }) => !contradict(conditions, [elsewhere]));
  return {
    ...after,
    ...attributes(before, write),
    when: before.when && !isSame ? anyOf([before.when, when]) : null,
    truncated: before.truncated || after.truncated,
    unseenEdits: before.unseenEdits,
    lost: before.lost,
    failures: [...before.failures, ...(before.problem ? [before.problem] : [])],
    alternatives: [...after.alternatives.map(one => assuming(here, one)), ...kept.map(one => assuming(elsewhere, one))],
  };
}

function assuming(condition: Condition, { conditions, text }: FileAlternative): FileAlternative {
  const isThere = conditions.some(({ unknown }) => unknown.key === condition.unknown.key);
  return { conditions: isThere ? conditions : [condition, ...conditions], text };
}

/** A file after several edits in a row. */
export function applyEdits(state: FileState, edits: readonly EditWrite[]): FileState {
  const budget = editBudget();
  return edits.reduce<FileState>((before, edit) => applyEditTo(budget, before, edit), state);
}

/**
 * A file after an edit, for each text it may have. Of a file nothing in the playbook writes, and of one that an unknown
 * condition may leave as it was, the lines around the edit are not known.
 */
function applyEditTo(budget: Budget, before: FileState | null, write: EditWrite): FileState {
  const start = before ?? fresh(write);
  const state = { ...start, ...attributes(start, write) };
  const path = pathOf(write.dest);
  if (state.alternatives.length === 0 && state.problem && state.problem.code !== 'not-evaluated') return state;
  const own = state.when?.key === write.when?.key || !write.when ? null : conditionOf(write.when, true);
  const unseen = state.alternatives.length === 0;
  const texts = withUnseen(state, unseen, own === null && write.when !== null, path);
  const failures: Problem[] = [];
  const edited = texts.flatMap((one): readonly FileAlternative[] => {
    if (own && contradict(one.conditions, [own])) return [one];
    const { alternatives, problem } = applyEdit(budget, write.edit, one.text, path);
    if (problem && !isKnown(state, problem)) failures.push(problem);
    const after = alternatives.map(({ conditions, text }) => ({
      conditions: [...one.conditions, ...conditions],
      text,
    }));
    if (!own || contradict(one.conditions, [opposite(own)])) return after;
    if (after.every(({ text }) => text.text === one.text.text)) return after;
    return [
      ...after.map(({ conditions, text }) => ({ text, conditions: [...conditions, own] })),
      { text: one.text, conditions: [...one.conditions, opposite(own)] },
    ];
  });
  const alternatives =
    edited.length <= MAX_ALTERNATIVES
      ? edited
      : [
          {
            conditions: [],
            text: editedSomehow(
              write.edit,
              texts.map(({ text }) => text),
              path,
            ),
          },
        ];
  return {
    ...state,
    alternatives,
    when: texts === state.alternatives ? state.when : null,
    kind: kindAfter(state, unseen, path, alternatives),
    unseenEdits: unseen || state.unseenEdits.length > 0 ? [...state.unseenEdits, write] : [],
    lost: [...state.lost, ...lostLines(write.edit, texts, alternatives)],
    failures: [...state.failures, ...(before && write.problem ? [write.problem] : []), ...failures.slice(0, 1)],
  };
}

/** A budget that is spent is said once. */
function isKnown({ failures }: FileState, { code }: Problem): boolean {
  return code === 'over-limit' && failures.some(failure => failure.code === code);
}

/** The texts to edit: those that are known, and the file as it is on the node where nothing may have written it. */
function withUnseen(
  { alternatives, when }: FileState,
  unseen: boolean,
  sameCondition: boolean,
  path: string,
): readonly FileAlternative[] {
  if (unseen) return [{ conditions: [], text: unseenFile(path) }];
  if (!when || sameCondition) return alternatives;
  const written = conditionOf(when, true);
  return [
    ...alternatives.map(({ conditions, text }) => ({ conditions: [written, ...conditions], text })),
    { conditions: [opposite(written)], text: unseenFile(path) },
  ];
}

/** Of a file that is not seen as a whole the path says what it is, else the text. */
function kindAfter(
  { kind, dest }: FileState,
  unseen: boolean,
  path: string,
  alternatives: readonly FileAlternative[],
): FileKind {
  const name = dest.value.known ? dest.value.json : path;
  const byPath = unseen ? kindOf(name, null) : 'other';
  if (byPath !== 'other') return byPath;
  const text: RenderedText | undefined = alternatives.find(one => one.text.text.trim() !== '')?.text;
  const byText = kindOf(name, text?.text ?? null);
  return byText === 'other' ? kind : byText;
}

function attributes(before: FileState, write: Write): Pick<FileState, 'mode' | 'owner' | 'group'> {
  return {
    mode: attribute(before.mode, write.mode, write.when),
    owner: attribute(before.owner, write.owner, write.when),
    group: attribute(before.group, write.group, write.when),
  };
}

/** A later value wins; set under an unknown condition it is unknown unless it changes nothing. */
function attribute(
  before: Traced<string> | null,
  after: Traced<string> | null,
  when: Unknown | null,
): Traced<string> | null {
  if (!after) return before;
  if (!when || (before?.value.known && after.value.known && before.value.json === after.value.json)) return after;
  const texts = [before, after].map(one =>
    one === null ? 'unset' : one.value.known ? one.value.json : one.value.unknown.key,
  );
  return {
    value: { known: false, unknown: { key: `if ${when.key} then ${texts[1]} else ${texts[0]}`, why: when.why } },
    origins: [...after.origins, ...(before?.origins ?? [])],
  };
}

function acrossPlaybooks(perPlaybook: ReadonlyMap<string, FileState>): readonly FileState[] {
  const states = onWritten([...perPlaybook]);
  const last = states.at(-1)?.[1];
  if (!last) return [];
  const texts = new Set(states.map(([, state]) => state.alternatives.map(({ text }) => text.text).join('\0')));
  if (texts.size === 1) return [last];
  return [
    {
      ...last,
      truncated: states.some(([, state]) => state.truncated),
      unseenEdits: states.every(([, state]) => state.unseenEdits.length > 0) ? last.unseenEdits : [],
      lost: states.flatMap(([, state]) => state.lost),
      failures: states.flatMap(([, state]) => state.failures),
      alternatives: states.flatMap(([playbook, state]) =>
        state.alternatives.map(({ conditions, text }) => ({
          conditions: [
            { unknown: { key: `last run: ${playbook}`, why: [`whether ${playbook} ran last`] }, holds: true },
            ...conditions,
          ],
          text,
        })),
      ),
    },
  ];
}

/** A playbook that only edits a file edits what another playbook writes there. */
function onWritten(states: readonly (readonly [string, FileState])[]): readonly (readonly [string, FileState])[] {
  const written = states.findLast(([, state]) => state.unseenEdits.length === 0 && state.alternatives.length > 0)?.[1];
  if (!written) return states;
  return states.map(([playbook, state]) =>
    state.unseenEdits.length > 0 && state.source === null
      ? [playbook, applyEdits(written, state.unseenEdits)]
      : [playbook, state],
  );
}
