import { RE2JS } from 're2js';
import { hostsOf, type Inventory } from './inventory.ts';

/**
 * Hosts a play's `hosts:` names, in inventory order: names, groups, `all`, globs, `~regex`, `[n]` and `[a:b]`
 * subscripts, joined by `,` or `:`; `&` intersects, `!` excludes. A pattern that matches nothing gives no host, as
 * Ansible does.
 */
export function matchHosts(inventory: Inventory, patterns: readonly string[]): readonly string[] {
  if (patterns.length === 0) return [];
  const parts = patterns.flatMap(splitPattern);
  const plain = parts.filter(part => part[0] !== '!' && part[0] !== '&');
  const [only = 'all', ...more] = plain;
  let hosts = matchOne(inventory, only);
  if (more.length > 0) hosts = [...new Set([only, ...more].flatMap(part => matchOne(inventory, part)))];
  for (const part of parts.filter(part => part[0] === '&')) {
    const kept = new Set(matchOne(inventory, part.slice(1)));
    hosts = hosts.filter(host => kept.has(host));
  }
  for (const part of parts.filter(part => part[0] === '!')) {
    const dropped = new Set(matchOne(inventory, part.slice(1)));
    hosts = hosts.filter(host => !dropped.has(host));
  }
  return hosts;
}

const matched = new WeakMap<Inventory, Map<string, ReadonlySet<string>>>();

/** The hosts of an inventory that is read whole; worked out once for equal patterns. */
export function hostsMatched(inventory: Inventory, patterns: readonly string[]): ReadonlySet<string> {
  let known = matched.get(inventory);
  if (!known) matched.set(inventory, (known = new Map()));
  const key = JSON.stringify(patterns);
  let hosts = known.get(key);
  if (!hosts) known.set(key, (hosts = new Set(matchHosts(inventory, patterns))));
  return hosts;
}

/** Whether patterns name nothing but groups, so that hosts in the same groups are matched alike. */
export function namesGroupsOnly(inventory: Inventory, patterns: readonly string[]): boolean {
  return patterns
    .flatMap(splitPattern)
    .map(part => part.replace(/^[!&]/, ''))
    .every(name => name === 'all' || name === '*' || inventory.groups.has(name));
}

function splitPattern(pattern: string): string[] {
  const found: string[] = [];
  if (pattern.includes(',')) found.push(...pattern.split(','));
  else if (pattern.startsWith('~')) found.push(pattern);
  else {
    let current = '';
    let depth = 0;
    for (const char of pattern) {
      if (char === '[') depth++;
      if (char === ']') depth--;
      if (char === ':' && depth === 0) {
        found.push(current);
        current = '';
      } else {
        current += char;
      }
    }
    found.push(current);
  }
  return found.map(part => part.trim()).filter(part => part !== '');
}

function matchOne(inventory: Inventory, pattern: string): readonly string[] {
  const subscript = /^([^~].*?)\[(-?\d+)(?:([:-])(-?\d*))?\]$/.exec(pattern);
  const base = subscript?.[1] ?? pattern;
  const hosts = matchName(inventory, base);
  if (!subscript) return hosts;
  const first = Number(subscript[2]);
  if (subscript[3] === undefined) return hosts.at(first) === undefined ? [] : [hosts.at(first) as string];
  const last = subscript[4] === '' || subscript[4] === undefined ? hosts.length - 1 : Number(subscript[4]);
  return hosts.slice(first, last < 0 ? hosts.length + last + 1 : last + 1);
}

function matchName(inventory: Inventory, pattern: string): readonly string[] {
  if (pattern === 'all' || pattern === '*') return hostsOf(inventory, 'all');
  if (inventory.groups.has(pattern)) return hostsOf(inventory, pattern);
  if (inventory.hosts.has(pattern)) return [pattern];
  if (!/[*?[~]/.test(pattern)) return [];
  const matches = pattern.startsWith('~') ? regexMatcher(pattern.slice(1)) : globMatcher(pattern);
  const found = new Set<string>();
  for (const name of inventory.groups.keys()) {
    if (matches(name)) for (const host of hostsOf(inventory, name)) found.add(host);
  }
  for (const name of inventory.hosts.keys()) if (matches(name)) found.add(name);
  return [...found];
}

function globMatcher(glob: string): (name: string) => boolean {
  const expression = glob
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\[!/g, '[^');
  return regexMatcher(`${expression}$`);
}

function regexMatcher(expression: string): (name: string) => boolean {
  try {
    const compiled = RE2JS.compile(`^(?:${expression})`);
    return name => compiled.matcher(name).find();
  } catch {
    return () => false;
  }
}
