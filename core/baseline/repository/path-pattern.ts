/** One step of a pattern: `one` character, any number of them (`many`), or any number of folders (`folders`). */
type Step =
  | Readonly<{ kind: 'one' | 'many'; fits: (character: string) => boolean; optional: boolean }>
  | Readonly<{ kind: 'folders' }>;

/** A pattern over repository paths, ready to be asked; linear in the path, whatever the pattern. */
export type PathPattern = (path: string) => boolean;

const MAX_LENGTH = 1000;
const ANY = (): boolean => true;
const NO_SLASH = (character: string): boolean => character !== '/';

/**
 * A path filter of a GitHub workflow: `*` within a folder, `**` over folders, `?` and `+` repeat the character before
 * them, `[…]` is one of several. Null when it is longer than any sensible one.
 */
export function filterPattern(pattern: string): PathPattern | null {
  return pattern.length > MAX_LENGTH ? null : matcherOf(stepsOf(pattern, true));
}

/**
 * A pattern of CODEOWNERS, as GitHub reads it: like .gitignore, without `!` and `[…]`. A folder covers all below it, but
 * `folder/*` only what lies directly in it. Null for a line GitHub skips.
 */
export function ownersPattern(pattern: string): PathPattern | null {
  if (pattern.length > MAX_LENGTH || /^!|\[|\\/.test(pattern)) return null;
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  if (bare === '') return null;
  const anchored = pattern.startsWith('/') || bare.includes('/');
  const from = anchored ? bare : `**/${bare}`;
  const below = matcherOf(stepsOf(`${from}/**`, false));
  if (pattern.endsWith('/')) return below;
  const itself = matcherOf(stepsOf(from, false));
  return anchored && /(?:^|\/)\*$/.test(bare) ? itself : path => itself(path) || below(path);
}

function stepsOf(pattern: string, repeats: boolean): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? '';
    const start = at === 0 || pattern[at - 1] === '/';
    if (start && pattern.startsWith('**/', at)) {
      steps.push({ kind: 'folders' });
      at += 2;
    } else if (pattern.startsWith('**', at)) {
      steps.push({ kind: 'many', fits: ANY, optional: true });
      at += 1;
    } else if (character === '*') {
      steps.push({ kind: 'many', fits: NO_SLASH, optional: true });
    } else if (repeats && (character === '?' || character === '+') && steps.length > 0) {
      const last = steps.pop();
      if (last && last.kind !== 'folders')
        steps.push(character === '?' ? { ...last, optional: true } : { ...last, kind: 'many' });
    } else if (character === '?') {
      steps.push({ kind: 'one', fits: NO_SLASH, optional: false });
    } else if (repeats && character === '[' && pattern.indexOf(']', at) > 0) {
      const end = pattern.indexOf(']', at);
      steps.push({ kind: 'one', fits: classOf(pattern.slice(at + 1, end)), optional: false });
      at = end;
    } else {
      steps.push({ kind: 'one', fits: one => one === character, optional: false });
    }
  }
  return steps;
}

/** Characters and ranges such as `a-z`. */
function classOf(written: string): (character: string) => boolean {
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < written.length; at++) {
    const first = written[at] ?? '';
    const last = written[at + 1] === '-' ? written[at + 2] : undefined;
    ranges.push([first, last ?? first]);
    if (last !== undefined) at += 2;
  }
  return character => ranges.some(([first, last]) => first <= character && character <= last);
}

/** Follows all ways through the steps at once. A state is a step and whether it has begun. */
function matcherOf(steps: readonly Step[]): PathPattern {
  const end = steps.length * 2;
  const reach = (states: Set<number>, state: number): void => {
    if (states.has(state)) return;
    states.add(state);
    const step = steps[state >> 1];
    if (!step) return;
    const begun = (state & 1) === 1;
    const passes = step.kind === 'folders' ? !begun : step.optional || begun;
    if (passes) reach(states, (state | 1) + 1);
  };
  return path => {
    let states = new Set<number>();
    reach(states, 0);
    for (const character of path) {
      const next = new Set<number>();
      for (const state of states) follow(steps, state, character, target => reach(next, target));
      if (next.size === 0) return false;
      states = next;
    }
    return states.has(end);
  };
}

function follow(steps: readonly Step[], state: number, character: string, to: (state: number) => void): void {
  const step = steps[state >> 1];
  if (!step) return;
  const after = (state | 1) + 1;
  if (step.kind === 'folders') {
    to(state | 1);
    if (character === '/') to(after);
  } else if (step.fits(character)) {
    to(step.kind === 'many' ? state | 1 : after);
  }
}
