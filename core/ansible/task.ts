import { type Keywords, readKeywords } from './keywords.ts';
import type { Place } from './repository.ts';
import { listOf, placeOf } from './role.ts';
import { str, type Value } from './value.ts';
import { NO_VARS, type Vars, varsOf } from './variables.ts';

/** A task or block as written. */
export type Task = Readonly<{
  at: Place;
  name: string | null;
  /** Without `ansible.builtin.`; null for a block. */
  module: string | null;
  args: Vars;
  /** The whole argument when it is free text (`include_tasks: x.yml`). */
  free: Value | null;
  vars: Vars;
  when: readonly Value[];
  /** `loop` or `with_<lookup>`. */
  loop: Loop | null;
  handlers: readonly string[];
  /** Handlers it notifies, as written. */
  notify: readonly Value[];
  /** `changed_when: false`. */
  neverChanges: boolean;
  /** `delegate_to`, or the controller for a `local_action`. */
  delegateTo: Value | null;
  /** `delegate_facts: true`: what it sets is set on the host it is delegated to. */
  delegatesFacts: boolean;
  runOnce: boolean;
  /** `throttle: 1`: one host at a time does it. */
  oneByOne: boolean;
  /** Its own, without those of what is around it. */
  keywords: Keywords;
  register: string | null;
  changedWhen: readonly Value[];
  failedWhen: readonly Value[];
  block: Readonly<{ tasks: readonly Value[]; rescue: readonly Value[]; always: readonly Value[] }> | null;
}>;

export type Loop = Readonly<{
  kind: string;
  items: Value;
  /** What an item is called. */
  variable: string;
  /** What its position from 0 is called, if anything. */
  indexVariable: string | null;
  /** Whether `ansible_loop` tells about the loop. */
  extended: boolean;
}>;

const KEYWORDS = new Set(
  'name when vars tags register loop loop_control notify become become_user become_method become_flags become_exe delegate_to delegate_facts run_once ignore_errors ignore_unreachable changed_when failed_when until retries delay environment no_log check_mode diff args block rescue always any_errors_fatal async poll listen throttle timeout module_defaults collections connection remote_user debugger port action local_action first_available_file'.split(
    ' ',
  ),
);

/** Reads one entry of a task list; null when it is no mapping. */
export function readTask(file: string, value: Value): Task | null {
  const keys = varsOf(value);
  if (!keys) return null;
  const call = moduleOf(keys);
  const name = keys.get('name');
  const register = keys.get('register');
  const block = keys.get('block');
  return {
    at: placeOf(file, value),
    name: name?.kind === 'str' ? name.text : null,
    module: block ? null : (call?.module ?? null),
    args: call?.args ?? NO_VARS,
    free: call?.free ?? null,
    vars: varsOf(keys.get('vars')) ?? NO_VARS,
    when: listOf(keys.get('when')),
    loop: loopOf(keys),
    handlers: listOf(keys.get('notify')).flatMap(one => (one.kind === 'str' ? [one.text] : [])),
    notify: listOf(keys.get('notify')),
    neverChanges: isLiteral(keys.get('changed_when'), false),
    delegateTo: keys.get('delegate_to') ?? (keys.has('local_action') ? str('localhost') : null),
    delegatesFacts: isLiteral(keys.get('delegate_facts'), true),
    runOnce: isLiteral(keys.get('run_once'), true),
    oneByOne: isOne(keys.get('throttle')),
    keywords: readKeywords(keys),
    register: register?.kind === 'str' ? register.text : null,
    changedWhen: listOf(keys.get('changed_when')),
    failedWhen: listOf(keys.get('failed_when')),
    block: block
      ? { tasks: listOf(block), rescue: listOf(keys.get('rescue')), always: listOf(keys.get('always')) }
      : null,
  };
}

function isLiteral(value: Value | undefined, answer: boolean): boolean {
  return value?.kind === 'bool' && value.value === answer;
}

function isOne(value: Value | undefined): boolean {
  return value?.kind === 'int' && Number(value.value) === 1;
}

function loopOf(keys: Vars): Loop | null {
  const kind = [...keys.keys()].find(key => key === 'loop' || key.startsWith('with_'));
  const items = kind === undefined ? undefined : keys.get(kind);
  if (kind === undefined || !items) return null;
  const control = varsOf(keys.get('loop_control'));
  const [variable, index, extended] = ['loop_var', 'index_var', 'extended'].map(name => control?.get(name));
  return {
    kind,
    items,
    variable: variable?.kind === 'str' ? variable.text : 'item',
    indexVariable: index?.kind === 'str' ? index.text : null,
    extended: extended?.kind === 'bool' && extended.value,
  };
}

function moduleOf(keys: Vars): { module: string; args: Vars; free: Value | null } | null {
  const extra = varsOf(keys.get('args')) ?? NO_VARS;
  const action = keys.get('action') ?? keys.get('local_action');
  if (action?.kind === 'str') {
    const [module = '', ...rest] = action.text.split(/\s+/);
    return { module: shortName(module), ...argumentsOf(shortName(module), str(rest.join(' '), action.origins), extra) };
  }
  const actionModule = varsOf(action)?.get('module');
  if (actionModule?.kind === 'str' && action)
    return { module: shortName(actionModule.text), ...argumentsOf(shortName(actionModule.text), action, extra) };
  for (const [key, value] of keys) {
    if (!KEYWORDS.has(key) && !key.startsWith('with_'))
      return { module: shortName(key), ...argumentsOf(shortName(key), value, extra) };
  }
  return null;
}

/** A module's name without Ansible's own collections. */
export function shortName(module: string): string {
  return module.replace(/^ansible\.(?:builtin|legacy)\./, '');
}

/** Modules whose text is a command: only these options are taken out of it (`FREEFORM_ACTIONS`). */
const FREE_FORM = new Set(['command', 'shell', 'raw', 'script']);
const COMMAND_OPTION = /^(?:creates|removes|chdir|executable|warn|stdin|stdin_add_newline|strip_empty_ends)$/;

/** Arguments as a mapping or as `key=value` text; `free` is the text that is no such pair. */
export function argumentsOf(module: string, value: Value, extra: Vars): { args: Vars; free: Value | null } {
  const mapping = varsOf(value);
  if (mapping) return { args: extra.size > 0 ? new Map([...extra, ...mapping]) : mapping, free: null };
  if (value.kind !== 'str') return { args: extra, free: null };
  const args = new Map(extra);
  const words: string[] = [];
  for (const word of wordsOf(value.text)) {
    const pair = /^(\w+)=([\s\S]*)$/.exec(word);
    if (pair && (!FREE_FORM.has(module) || COMMAND_OPTION.test(pair[1] ?? '')))
      args.set(pair[1] ?? '', str(unquote(pair[2] ?? ''), value.origins));
    else words.push(word);
  }
  const free =
    args.size === extra.size || FREE_FORM.has(module)
      ? value
      : words.length > 0
        ? str(words.join(' '), value.origins)
        : null;
  return { args, free };
}

/** Words of a `key=value` argument line; quotes and `{{ … }}` keep their blanks. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let quote = '';
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    const pair = char + (text[i + 1] ?? '');
    if (quote === '' && (pair === '{{' || pair === '{%')) depth++;
    if (quote === '' && (pair === '}}' || pair === '%}')) depth = Math.max(0, depth - 1);
    if (depth === 0 && quote === '' && (char === '"' || char === "'")) quote = char;
    else if (quote === char) quote = '';
    if (/\s/.test(char) && quote === '' && depth === 0) {
      if (word !== '') words.push(word);
      word = '';
    } else {
      word += char;
    }
  }
  if (word !== '') words.push(word);
  return words;
}

function unquote(text: string): string {
  return /^(["'])[\s\S]*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
