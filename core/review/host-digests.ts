import { createHash } from 'node:crypto';
import type { NodeGroup, Rendering } from '../ansible/types.ts';
import { isCertain } from './node-fields.ts';
import type { HostDigests } from './types.ts';

/**
 * What Ansible must put on every host: destination -> sha256 (hex) of the UTF-8 text, or null where the text is not
 * wholly known or the task may not run. Files without text of their own (mode and owner only) and files at unknown
 * paths are left out. Where two tasks write one file the later one counts. A host of two inventories keeps a digest
 * only where both agree.
 */
export function hostDigests(rendering: Rendering): HostDigests {
  const digests = new Map<string, Readonly<Record<string, string | null>>>();
  for (const { groups } of rendering.inventories) {
    for (const group of groups) {
      const files = groupDigests(group);
      for (const host of group.hosts) digests.set(host, merged(digests.get(host), files));
    }
  }
  return Object.fromEntries(digests);
}

function groupDigests(group: NodeGroup): Record<string, string | null> {
  const files = new Map<string, string | null>();
  for (const file of group.files) {
    const { dest, text, when } = file;
    if (!dest.value.known || text === null) continue;
    const certain = when === null && isCertain(file);
    files.set(dest.value.json, certain ? createHash('sha256').update(text.text).digest('hex') : null);
  }
  return Object.fromEntries(files);
}

function merged(
  first: Readonly<Record<string, string | null>> | undefined,
  second: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  if (first === undefined) return second;
  const both = { ...first, ...second };
  for (const dest of Object.keys(both)) {
    if (dest in first && dest in second && first[dest] !== second[dest]) both[dest] = null;
  }
  return both;
}
