import type { NodeGroup } from '../ansible/types.ts';
import type { GroupPair } from './pair-groups.ts';

/**
 * Whether one side of a pair shows nothing but arguments or single fields in variables that nothing in the repository
 * reads, and the other nothing at all. The nodes run with a kubelet on both sides: what those variables do not say is no
 * less known on the one than on the other.
 */
export function isPartSeen({ base, head, hosting, inventory }: GroupPair): boolean {
  const only = base ?? head;
  const stays = hosting === 'stays' || inventory === '';
  return stays && only !== null && (base === null || head === null) && isPart(only);
}

function isPart({ files, kubelet }: NodeGroup): boolean {
  const isOpen = kubelet?.open.has('') ?? false;
  return (
    files.length > 0 && files.every(({ variable, kind }) => variable !== null && (isOpen || kind === 'kubelet-flags'))
  );
}
