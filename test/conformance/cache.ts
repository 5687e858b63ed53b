import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the scripts of this folder put programs to compare with: outside the tree, one folder a family. */
export function cacheFolder(family: string): string {
  const { KUBELET_GATE_CACHE, XDG_CACHE_HOME } = process.env;
  return join(KUBELET_GATE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'kubelet-gate'), family);
}
