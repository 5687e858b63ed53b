import type { Unknown } from '../source/rope.ts';
import { kindOf } from './file-kind.ts';
import type { Write } from './host-run.ts';
import type { Place } from './repository.ts';
import type { FileAlternative, FileKind, Traced } from './types.ts';

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
  /** The task that edits it in place; from there on its content is not known. */
  editedBy: Place | null;
  problem: Write['problem'];
}>;

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
  const byDest = new Map<string, Map<string, FileState>>();
  for (const write of writes) {
    const key = write.dest.value.known
      ? write.dest.value.json
      : `?${write.dest.value.unknown.key}\0${write.source ?? ''}`;
    let perPlaybook = byDest.get(key);
    if (!perPlaybook) byDest.set(key, (perPlaybook = new Map()));
    const next = apply(perPlaybook.get(write.playbook) ?? null, write);
    if (next) perPlaybook.set(write.playbook, next);
    else perPlaybook.delete(write.playbook);
  }
  return [...byDest.values()].flatMap(perPlaybook => acrossPlaybooks(perPlaybook));
}

function apply(before: FileState | null, write: Write): FileState | null {
  switch (write.effect) {
    case 'absent':
      if (!before || !write.when) return null;
      return { ...before, when: before.when ?? write.when };
    case 'content':
      return applyContent(before, write);
    case 'attributes':
      return before ? { ...before, ...attributes(before, write) } : fresh(write);
    case 'edit': {
      const at = { file: write.task.file, line: write.task.line };
      const state = before ?? fresh(write);
      return { ...state, ...attributes(state, write), editedBy: at, problem: state.problem ?? write.problem };
    }
  }
}

function fresh(write: Write): FileState {
  const { dest, source, task, alternatives, truncated, mode, owner, group, when, problem } = write;
  const text = alternatives.find(({ text }) => text.text.trim() !== '')?.text.text ?? null;
  const path = dest.value.known ? dest.value.json : (source ?? pathOf(dest));
  const kind = kindOf(path, text);
  return { dest, kind, source, task, alternatives, truncated, mode, owner, group, when, editedBy: null, problem };
}

function applyContent(before: FileState | null, write: Write): FileState {
  const after = fresh(write);
  if (!before) return after;
  const kept = { ...attributes(before, write) };
  if (!write.when || before.alternatives.length === 0) return { ...after, ...kept };
  const condition = write.when;
  return {
    ...after,
    ...kept,
    when: before.when,
    truncated: before.truncated || after.truncated,
    editedBy: before.editedBy,
    alternatives: [
      ...after.alternatives.map(({ conditions, text }) => ({
        conditions: [{ unknown: condition, holds: true }, ...conditions],
        text,
      })),
      ...before.alternatives.map(({ conditions, text }) => ({
        conditions: [{ unknown: condition, holds: false }, ...conditions],
        text,
      })),
    ],
  };
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
  const states = [...perPlaybook];
  const last = states.at(-1)?.[1];
  if (!last) return [];
  const texts = new Set(states.map(([, state]) => state.alternatives.map(({ text }) => text.text).join('\0')));
  if (texts.size === 1) return [last];
  return [
    {
      ...last,
      truncated: states.some(([, state]) => state.truncated),
      editedBy: states.map(([, state]) => state.editedBy).find(at => at !== null) ?? null,
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
