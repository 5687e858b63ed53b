import { describe, expect, test } from '@jest/globals';
import { type InventoryOptions, sharedInventory } from '../../../core/ansible/inventory/load-inventory.ts';
import { newRenderMemory } from '../../../core/ansible/render-memory.ts';
import { openRepository } from '../../../core/ansible/repository.ts';
import { treeOf } from '../../../core/source/tree.ts';

const FILES = { 'inventory/a': '[k]\nn1\n', 'inventory/b.ini': '[k]\nn2\n', 'inventory/group_vars/k.yml': 'x: 1\n' };

type Revision = readonly [files: Readonly<Record<string, string>>, options?: InventoryOptions];

/** What each revision gets, one after the other, with one memory. */
function hostsOf(...revisions: readonly Revision[]) {
  const memory = newRenderMemory();
  return revisions.map(([files, options]) => {
    const repository = openRepository(treeOf(files), memory);
    const { inventory, problems } = sharedInventory(repository, 'inventory', options);
    const told = problems.map(({ file, code }) => `${file} ${code}`);
    return { inventory, hosts: [...inventory.hosts.keys()], read: [...repository.read], problems: told };
  });
}

describe('an inventory of two revisions', () => {
  test('is the same where none of its files changes, and its files are read in both', () => {
    const vars = { ...FILES, 'inventory/group_vars/k.yml': 'x: 2\n', 'site.yml': '[]' };
    const [base, head] = hostsOf([FILES], [vars]);
    expect(head?.inventory).toBe(base?.inventory);
    expect(head?.read).toEqual(['inventory/a']);
    expect(base?.read).toEqual(['inventory/a']);
  });

  test.each<[string, Revision, readonly string[]]>([
    ['a file changes', [{ ...FILES, 'inventory/a': '[k]\nn9\n' }], ['n9']],
    ['a file comes', [{ ...FILES, 'inventory/c': '[k]\nn3\n' }], ['n1', 'n3']],
    ['a file goes', [{ 'inventory/a2': '[k]\nn1\n' }], ['n1']],
    ['the version reads other files', [FILES, { ansible: '2.19' }], ['n1', 'n2']],
  ])('is another one where %s', (_, revision, hosts) => {
    const [base, head] = hostsOf([FILES], revision);
    expect([base?.hosts, head?.hosts]).toEqual([['n1'], hosts]);
    expect(head?.inventory).not.toBe(base?.inventory);
  });

  test('is another one where other hosts are declared for it', () => {
    const declaring = (host: string): InventoryOptions => ({
      declared: new Map([['inventory', new Map([['k', [host]]])]]),
    });
    const files = { 'inventory/x.aws_ec2.yml': 'plugin: aws_ec2\n' };
    const [one, other, none] = hostsOf([files, declaring('d1')], [files, declaring('d2')], [files]);
    expect([one?.hosts, other?.hosts, none?.hosts]).toEqual([['d1'], ['d2'], []]);
    expect([one?.problems, none?.problems]).toEqual([[], ['inventory/x.aws_ec2.yml not-evaluated']]);
  });

  test('that something is wrong with says so each time', () => {
    const wrong = { 'inventory/a.yml': 'k: [\n' };
    const [base, head] = hostsOf([wrong], [wrong]);
    expect(base?.problems).toEqual(['inventory/a.yml yaml-invalid']);
    expect(head?.problems).toEqual(base?.problems);
  });

  test('tells no problem that was told before', () => {
    const repository = openRepository(treeOf({ 'inventory/a.yml': 'k: [\n' }));
    expect(sharedInventory(repository, 'inventory').problems).toHaveLength(1);
    expect(sharedInventory(repository, 'inventory').problems).toEqual([]);
    expect(repository.problems).toEqual([]);
  });
});
