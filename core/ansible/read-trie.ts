/**
 * Remembers the result of a deterministic computation by what it read. The first read is always the same; each next
 * read depends only on what the earlier ones returned, so the reads of all runs form a tree: finding an earlier run
 * with equal reads costs one step per read, however many runs are kept.
 */
export type ReadTrie<T> = { root: Node<T> | null };

type Node<T> = { name: string; next: Map<unknown, Node<T>> } | { result: T };

export function emptyTrie<T>(): ReadTrie<T> {
  return { root: null };
}

/** The result of the run whose reads all equal what `read` returns now (compared by identity), if there is one. */
export function recall<T>(trie: ReadTrie<T>, read: (name: string) => unknown): { result: T } | null {
  let node = trie.root;
  while (node) {
    if ('result' in node) return node;
    node = node.next.get(read(node.name)) ?? null;
  }
  return null;
}

/** Keeps a run: each name it read with what it got, in the order of first reading. */
export function remember<T>(trie: ReadTrie<T>, reads: ReadonlyMap<string, unknown>, result: T): void {
  const steps = [...reads];
  let put: (node: Node<T>) => void = node => {
    trie.root = node;
  };
  let node = trie.root;
  for (const [name, value] of steps) {
    if (!node || 'result' in node) {
      node = { name, next: new Map() };
      put(node);
    }
    const branch = node;
    put = child => branch.next.set(value, child);
    node = branch.next.get(value) ?? null;
  }
  put({ result });
}
