import { ProblemError } from '../../source/problem.ts';
import type { Place } from '../repository.ts';
import { toJson, unknownIn, type Value } from '../value.ts';
import { addGroup, type Inventory, MAX_HOSTS } from './inventory.ts';

/** Sets a group variable; `ansible_group_priority` orders groups of one depth instead. */
export function setGroupVar(inventory: Inventory, groupName: string, name: string, value: Value, at: Place): void {
  const group = addGroup(inventory, groupName);
  if (name !== 'ansible_group_priority') {
    group.vars.set(name, value);
    return;
  }
  const priority = unknownIn(value) ? Number.NaN : Number(toJson(value));
  if (!Number.isInteger(priority)) {
    throw new ProblemError({
      ...at,
      code: 'inventory-invalid',
      message: `ansible_group_priority of ${groupName} must be a whole number.`,
    });
  }
  group.priority = priority;
}

/** Host names of an inventory pattern such as `node[01:10].example.org:2222`, and the port written behind it. */
export function expandHostPattern(pattern: string, at: Place): { hosts: readonly string[]; port: string | null } {
  const withPort = /^\[(.+)\]:([0-9]+)$/.exec(pattern) ?? /^((?:[^:[\]]|\[[^\]]*\])*):([0-9]+)$/.exec(pattern);
  return { hosts: expandRanges(withPort?.[1] ?? pattern, at), port: withPort?.[2] ?? null };
}

/** What is wrong with a host name that may hold ranges; null for a good one. */
export function hostPatternProblem(pattern: string): string | null {
  if (/[\s,&!]/.test(pattern)) return 'must be one host name, or a range such as node[01:20]';
  try {
    expandHostPattern(pattern, { file: '', line: 0 });
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.message;
    throw error;
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Takes a name apart at its first `[` and its first `]`, as often as there is a `[` (`expand_hostname_range`). */
function expandRanges(pattern: string, at: Place): string[] {
  let names = [''];
  let rest = pattern;
  while (rest.includes('[')) {
    const [before = '', range = '', tail, ...more] = rest.replace('[', '|').replace(']', '|').split('|');
    if (tail === undefined || more.length > 0) throw invalidRange(pattern, at);
    const steps = rangeOf(range, pattern, at);
    if (names.length * steps.length > MAX_HOSTS) throw tooMany(pattern, at);
    names = names.flatMap(name => steps.map(step => name + before + step));
    rest = tail;
  }
  return names.map(name => name + rest);
}

function rangeOf(range: string, pattern: string, at: Place): string[] {
  const parts = range.split(':');
  const from = parts[0] || '0';
  const to = parts[1] ?? '';
  const step = Number(parts[2] || 1);
  if (to === '' || parts.length > 3 || !(step >= 1)) throw invalidRange(pattern, at);
  if (/^[A-Za-z]$/.test(from) && /^[A-Za-z]$/.test(to)) {
    const letters: string[] = [];
    for (let i = LETTERS.indexOf(from); i <= LETTERS.indexOf(to); i += step) letters.push(LETTERS[i] ?? '');
    return letters;
  }
  const first = Number(from);
  const last = Number(to);
  const padded = from.length > 1 && from.startsWith('0');
  if (!Number.isInteger(first) || !Number.isInteger(last) || first > last) throw invalidRange(pattern, at);
  if (padded && from.length !== to.length) throw invalidRange(pattern, at);
  if ((last - first) / step > MAX_HOSTS) throw tooMany(pattern, at);
  const numbers: string[] = [];
  for (let i = first; i <= last; i += step) numbers.push(padded ? String(i).padStart(from.length, '0') : String(i));
  return numbers;
}

function invalidRange(pattern: string, at: Place): ProblemError {
  return new ProblemError({
    ...at,
    code: 'inventory-invalid',
    message: `${pattern} is no host range Ansible accepts: write [begin:end] or [begin:end:step], padded ends of one length.`,
  });
}

function tooMany(pattern: string, at: Place): ProblemError {
  return new ProblemError({
    ...at,
    code: 'over-limit',
    message: `${pattern} stands for more than ${MAX_HOSTS} hosts; it was not evaluated.`,
  });
}
