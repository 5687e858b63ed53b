import { fixedDict, hostsOfGroup } from './fixed-values.ts';
import { hostsOf, type Inventory } from './inventory/inventory.ts';
import { type Dict, type Entry, type Str, str } from './value.ts';

/** Ansible's `groups` of an inventory: the hosts of every group, `all` included. */
export function groupsOfHosts(inventory: Inventory): Dict {
  const names = new Map<string, Str>();
  const named = (host: string): Str => {
    let name = names.get(host);
    if (!name) names.set(host, (name = str(host)));
    return name;
  };
  const entryOf = (group: string): Entry => [str(group), hostsOfGroup(hostsOf(inventory, group), named)];
  return fixedDict(new GroupEntries([...inventory.groups.keys()], entryOf));
}

/** Entries of a mapping that are made when they are looked at: a group may list 100,000 hosts nobody asks for. */
class GroupEntries extends Map<string, Entry> {
  readonly #late: Map<string, () => Entry>;

  constructor(groups: readonly string[], entryOf: (group: string) => Entry) {
    super();
    this.#late = new Map();
    for (const group of groups) {
      super.set(`s${group}`, [str(group), str('')]);
      this.#late.set(`s${group}`, () => entryOf(group));
    }
  }

  override get(name: string): Entry | undefined {
    const make = this.#late.get(name);
    if (make) this.set(name, make());
    return super.get(name);
  }

  override set(name: string, entry: Entry): this {
    this.#late.delete(name);
    return super.set(name, entry);
  }

  override delete(name: string): boolean {
    this.#late.delete(name);
    return super.delete(name);
  }

  override clear(): void {
    this.#late.clear();
    super.clear();
  }

  override values(): MapIterator<Entry> {
    this.#makeAll();
    return super.values();
  }

  override entries(): MapIterator<[string, Entry]> {
    this.#makeAll();
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, Entry]> {
    return this.entries();
  }

  override forEach(callback: (entry: Entry, name: string, map: Map<string, Entry>) => void): void {
    this.#makeAll();
    super.forEach(callback);
  }

  #makeAll(): void {
    for (const name of this.#late.keys()) this.get(name);
  }
}
