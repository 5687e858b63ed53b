import { ProblemError } from '../../source/problem.ts';
import type { Place } from '../repository.ts';
import type { Value } from '../value.ts';
import { int } from '../value.ts';
import { varsOf } from '../variables.ts';
import { expandHostPattern, setGroupVar } from './host-range.ts';
import { addChild, addGroup, addHost, type Inventory, setHostVar } from './inventory.ts';

const MAX_NESTING = 30;

/**
 * Reads a YAML inventory document: groups with `hosts`, `vars` and `children` (ansible.plugins.inventory.yaml).
 * @throws ProblemError `inventory-invalid`, `over-limit`
 */
export function readYamlInventory(inventory: Inventory, file: string, document: Value): void {
  for (const [name, body] of varsOf(document) ?? []) readGroup(inventory, file, name, body, 0);
}

function readGroup(inventory: Inventory, file: string, name: string, body: Value, depth: number): void {
  const at = placeOf(file, body);
  if (depth > MAX_NESTING) {
    throw new ProblemError({ ...at, code: 'over-limit', message: `Groups nest deeper than ${MAX_NESTING} levels.` });
  }
  addGroup(inventory, name);
  if (body.kind === 'none') return;
  const sections = varsOf(body);
  if (!sections) {
    throw new ProblemError({ ...at, code: 'inventory-invalid', message: `Group ${name} must be a mapping.` });
  }
  for (const [section, value] of sections) SECTIONS.get(section)?.(inventory, file, name, value, depth);
}

type ReadSection = (inventory: Inventory, file: string, name: string, section: Value, depth: number) => void;

/** Sections of a group, read in the order they are written: the host that comes last has its variables. */
const SECTIONS: ReadonlyMap<string, ReadSection> = new Map<string, ReadSection>([
  [
    'vars',
    (inventory, file, name, section) => {
      for (const [key, value] of entriesOf(section)) setGroupVar(inventory, name, key, value, placeOf(file, value));
    },
  ],
  [
    'children',
    (inventory, file, name, section, depth) => {
      for (const [key, value] of entriesOf(section)) {
        readGroup(inventory, file, key, value, depth + 1);
        addChild(inventory, name, key, placeOf(file, value));
      }
    },
  ],
  [
    'hosts',
    (inventory, file, name, section) => {
      for (const [pattern, vars] of entriesOf(section)) {
        const { hosts, port } = expandHostPattern(pattern, placeOf(file, vars));
        for (const hostName of hosts) {
          const written = port === null ? null : int(Number(port), vars.origins);
          const host = addHost(inventory, hostName, name, placeOf(file, vars), written);
          for (const [key, value] of varsOf(vars) ?? []) setHostVar(host, key, value);
        }
      }
    },
  ],
]);

/** A section is a mapping, or one name alone. */
function entriesOf(section: Value | undefined): Iterable<readonly [string, Value]> {
  if (section?.kind === 'str') return [[section.text, { kind: 'none', origins: section.origins }]];
  return varsOf(section) ?? [];
}

function placeOf(file: string, value: Value): Place {
  return { file, line: value.origins[0]?.line ?? 1 };
}
