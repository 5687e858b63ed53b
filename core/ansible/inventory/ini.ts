import { ProblemError } from '../../source/problem.ts';
import type { Place } from '../repository.ts';
import type { Value } from '../value.ts';
import { expandHostPattern, setGroupVar } from './host-range.ts';
import { addChild, addGroup, addHost, type Inventory, setHostVar } from './inventory.ts';
import { pythonLiteral } from './python-literal.ts';

/**
 * Reads an INI inventory: `[group]`, `[group:children]`, `[group:vars]`, host ranges, `key=value` host variables with
 * shell quoting (ansible.plugins.inventory.ini).
 * @throws ProblemError `inventory-invalid` where Ansible would refuse the file, `over-limit`
 */
export function readIni(inventory: Inventory, file: string, text: string): void {
  let group = 'ungrouped';
  let section: string = 'hosts';
  const declared = new Set(inventory.groups.keys());
  const awaited = new Map<string, { message: string; at: Place }>();

  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const line = raw.trim();
    const at = { file, line: index + 1 };
    if (line === '' || line.startsWith('#') || line.startsWith(';')) return;
    const header = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line);
    if (header) {
      group = header[1] ?? '';
      section = header[2] ?? 'hosts';
      if (!['hosts', 'children', 'vars'].includes(section)) {
        throw invalid(at, `Section [${group}:${section}] is of an unknown type; use hosts, children or vars.`);
      }
      if (section === 'vars' && !declared.has(group)) {
        if (!awaited.has(group))
          awaited.set(group, { message: `[${group}:vars] names a group that is declared nowhere.`, at });
      } else {
        declared.add(group);
        awaited.delete(group);
      }
      addGroup(inventory, group);
      return;
    }
    if (line.startsWith('[') && line.endsWith(']')) {
      throw invalid(at, `${line} is no section header: names hold no spaces or colons.`);
    }
    if (section === 'hosts') readHost(inventory, group, line, at);
    else if (section === 'vars') readVariable(inventory, group, line, at);
    else {
      const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1];
      if (!child) throw invalid(at, `[${group}:children] expects one group name per line, not ${line}.`);
      if (!declared.has(child) && !awaited.has(child)) {
        awaited.set(child, { message: `[${group}:children] names ${child}, a group that is declared nowhere.`, at });
      }
      addChild(inventory, group, child, at);
    }
  });
  for (const { message, at } of awaited.values()) throw invalid(at, message);
}

function readHost(inventory: Inventory, group: string, line: string, at: Place): void {
  const [pattern, ...assignments] = shellWords(line, at);
  if (pattern === undefined) return;
  const vars: [string, Value][] = assignments.map(assignment => {
    const equals = assignment.indexOf('=');
    if (equals < 0) throw invalid(at, `Expected key=value after the host name, got ${assignment}.`);
    return [assignment.slice(0, equals), literalOf(assignment.slice(equals + 1), at)];
  });
  const { hosts, port } = expandHostPattern(pattern, at);
  for (const name of hosts) {
    const host = addHost(inventory, name, group, at, port === null ? null : literalOf(port, at));
    for (const [key, value] of vars) setHostVar(host, key, value);
  }
}

function readVariable(inventory: Inventory, group: string, line: string, at: Place): void {
  const equals = line.indexOf('=');
  if (equals < 0) throw invalid(at, `[${group}:vars] expects key=value, got ${line}.`);
  const name = line.slice(0, equals).trim();
  setGroupVar(inventory, group, name, literalOf(line.slice(equals + 1).trim(), at), at);
}

function literalOf(text: string, at: Place): Value {
  return pythonLiteral(text, [{ ...at, kind: 'variable' }]);
}

function invalid(at: Place, message: string): ProblemError {
  return new ProblemError({ ...at, code: 'inventory-invalid', message });
}

/** Words of a line as Python's `shlex.split(comments=True)` cuts them. */
function shellWords(line: string, at: Place): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < line.length; ) {
    const char = line[i] ?? '';
    if (char === '#') break;
    if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
      i++;
    } else if (char === "'" || char === '"') {
      const { text, next } = quoted(line, i, at);
      word = (word ?? '') + text;
      i = next;
    } else if (char === '\\') {
      word = (word ?? '') + (line[i + 1] ?? '');
      i += 2;
    } else {
      word = (word ?? '') + char;
      i++;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

function quoted(line: string, start: number, at: Place): { text: string; next: number } {
  const quote = line[start];
  let text = '';
  for (let i = start + 1; i < line.length; i++) {
    const char = line[i] ?? '';
    if (char === quote) return { text, next: i + 1 };
    if (quote === '"' && char === '\\' && (line[i + 1] === '"' || line[i + 1] === '\\')) text += line[++i] ?? '';
    else text += char;
  }
  throw invalid(at, `A quotation mark is not closed: ${line}`);
}
