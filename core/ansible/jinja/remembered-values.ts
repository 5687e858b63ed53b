import { emptyTrie, type ReadTrie, recall, remember } from '../read-trie.ts';
import { type Entry, PythonError, type Value } from '../value.ts';
import type { UnknownCondition } from './engine.ts';
import type { Run } from './frame.ts';

/**
 * What variables evaluated to, by their raw value and everything the evaluation asked for. Ansible evaluates a variable
 * anew wherever it is used; the same questions with the same answers give the same value. Shared by all evaluations of
 * one playbook over one inventory.
 */
export type RememberedValues = {
  of: WeakMap<Value, ReadTrie<Remembered>>;
  /** Values kept; past the most, all are forgotten. */
  kept: number;
};

/** `rendered`: whether a text was rendered for it, see `Run.converts`. */
type Remembered = Readonly<{ value: Value; rendered: boolean }>;

/** Values kept at most: hosts that share nothing would fill the memory. */
const MOST_KEPT = 20_000;

export function nothingRemembered(): RememberedValues {
  return { of: new WeakMap(), kept: 0 };
}

/** What a question asks for: its first character. The name of the variable itself is the question without one. */
const [EVALUATED, RAW, DECIDE] = ['=', '~', '?'] as const;

/** Answers, for the evaluation at hand, what an earlier one asked. */
export type Answers = Readonly<{ evaluated: (name: string) => unknown; raw: (name: string) => unknown }>;

/** An evaluation being watched. `decide` is how it decided when it began: in any other way its answers are its own. */
type Watched = { readonly asked: Map<string, unknown>; readonly decide: Run['decide']; complete: boolean };

/** Remembers evaluated variables for one outcome of one evaluation. */
export class ValueMemory {
  readonly #run: Run;
  readonly #remembered: RememberedValues;
  readonly #answers: Answers;
  readonly #open: Watched[] = [];

  constructor(run: Run, remembered: RememberedValues, answers: Answers) {
    this.#run = run;
    this.#remembered = remembered;
    this.#answers = answers;
  }

  /** The evaluated value of a variable: as it was when all it asked for was as now, or what `evaluate` makes. */
  valueOf(name: string, raw: Value, evaluate: () => Value): Value {
    return this.#valueOf(name, raw, evaluate, null);
  }

  /** The same for a part of what is being evaluated: that asks for whatever the part asks for. */
  partOf(raw: Value, evaluate: () => Value): Value {
    const whole = this.#open.at(-1);
    return whole ? this.#valueOf('', raw, evaluate, whole) : evaluate();
  }

  #valueOf(name: string, raw: Value, evaluate: () => Value, whole: Watched | null): Value {
    const run = this.#run;
    if (run.openLoops.length > 0) return evaluate();
    const known = this.#recalled(name, raw, whole);
    if (known) {
      if (known.rendered) run.converts = true;
      return known.value;
    }
    const watched: Watched = { asked: new Map([['', name]]), decide: run.decide, complete: true };
    const converted = run.converts;
    run.converts = false;
    this.#open.push(watched);
    try {
      const value = evaluate();
      if (watched.complete && outlives(value)) this.#keep(raw, watched, { value, rendered: run.converts });
      return value;
    } finally {
      this.#open.pop();
      run.converts ||= converted;
      if (whole) this.#join(whole, watched);
    }
  }

  /** The evaluation at hand was told the evaluated value of a variable. */
  evaluated(name: string, value: Value | undefined): void {
    this.#note(EVALUATED + name, value);
  }

  /** The evaluation at hand was told what a variable says, unevaluated. */
  raw(name: string, value: Value | undefined): void {
    this.#note(RAW + name, value);
  }

  /** The evaluation at hand took an unknown condition to hold or not. */
  decided(condition: UnknownCondition, holds: boolean): void {
    if (this.#open.length > 0) this.#note(DECIDE + JSON.stringify(condition), holds);
  }

  /** The evaluation at hand asked for something that is not remembered, such as another template. */
  askedElse(): void {
    const watched = this.#open.at(-1);
    if (watched) watched.complete = false;
  }

  #note(question: string, answer: unknown): void {
    const watched = this.#open.at(-1);
    if (!watched) return;
    if (watched.decide !== this.#run.decide) watched.complete = false;
    else if (!watched.asked.has(question)) watched.asked.set(question, answer);
  }

  #join(whole: Watched, { asked, complete }: Pick<Watched, 'asked' | 'complete'>): void {
    if (!complete || whole.decide !== this.#run.decide) whole.complete = false;
    for (const [question, answer] of asked) {
      if (question !== '' && !whole.asked.has(question)) whole.asked.set(question, answer);
    }
  }

  #recalled(name: string, raw: Value, whole: Watched | null): Remembered | null {
    const trie = this.#remembered.of.get(raw);
    if (!trie) return null;
    const asked = new Map<string, unknown>();
    const answer = (question: string): unknown => {
      const given = this.#answer(name, question);
      if (whole) asked.set(question, given);
      return given;
    };
    const known = this.#unwatched(() => recall(trie, answer)?.result ?? null);
    if (known && whole) this.#join(whole, { asked, complete: true });
    return known;
  }

  /** What is asked to find an earlier evaluation is not asked by the one at hand. */
  #unwatched<T>(work: () => T): T | null {
    this.#open.push({ asked: new Map(), decide: this.#run.decide, complete: false });
    try {
      return work();
    } catch (error) {
      if (error instanceof PythonError) return null;
      throw error;
    } finally {
      this.#open.pop();
    }
  }

  #answer(name: string, question: string): unknown {
    if (question === '') return name;
    const subject = question.slice(1);
    switch (question[0]) {
      case EVALUATED:
        return this.#answers.evaluated(subject);
      case RAW:
        return this.#answers.raw(subject);
      default:
        return this.#run.decide(JSON.parse(subject) as UnknownCondition);
    }
  }

  #keep(raw: Value, { asked }: Watched, result: Remembered): void {
    const all = this.#remembered;
    if (all.kept >= MOST_KEPT) {
      all.of = new WeakMap();
      all.kept = 0;
    }
    all.kept += 1;
    let trie = all.of.get(raw);
    if (!trie) all.of.set(raw, (trie = emptyTrie()));
    remember(trie, asked, result);
  }
}

/** Lists and mappings seen to outlive the evaluation that made them. */
const lasting = new WeakSet<object>();

/** Runtime objects and mappings made when asked for belong to the evaluation that made them. */
function outlives(value: Value): boolean {
  switch (value.kind) {
    case 'object':
    case 'lazy':
      return false;
    case 'list':
    case 'tuple':
      return allOutlive(value.items, value.items);
    case 'dict':
      return allOutlive(value.entries, value.entries.values());
    default:
      return true;
  }
}

function allOutlive(container: object, parts: Iterable<Value | Entry>): boolean {
  if (lasting.has(container)) return true;
  lasting.add(container);
  for (const part of parts) {
    if (outlives('kind' in part ? part : part[1])) continue;
    lasting.delete(container);
    return false;
  }
  return true;
}
