/**
 * Remembers the result of a deterministic computation by what it read. The first read is always the same; each next
 * read depends only on what the earlier ones returned, so the reads of all runs form a tree: finding an earlier run
 * with equal reads costs one step per read, however many runs are kept.
 */
export type ReadTrie<T> = { root: Node<T> | null };

type Branch<T> = { name: string; next: Map<unknown, Node<T>>; ahead: Map<unknown, Node<T>> };
type Node<T> = Branch<T> | { result: T };

/** Readers that get equal values for every name but those `differs` says. `id` is equal for the readers of one kin. */
export type Kin = Readonly<{ id: unknown; differs: (name: string) => boolean }>;

export function emptyTrie<T>(): ReadTrie<T> {
  return { root: null };
}

/**
 * The result of the run whose reads all equal what `read` returns now (compared by identity), if there is one. For
 * readers of a kin only what may differ among them is read.
 */
export function recall<T>(trie: ReadTrie<T>, read: (name: string) => unknown, kin?: Kin): { result: T } | null {
  let node = trie.root;
  while (node) {
    if ('result' in node) return node;
    if (!kin || kin.differs(node.name)) {
      node = node.next.get(read(node.name)) ?? null;
      continue;
    }
    const known: Node<T> | undefined = node.ahead.get(kin.id);
    const ahead: Node<T> | null = known ?? lookAhead(node, read, kin);
    if (ahead && !known) node.ahead.set(kin.id, ahead);
    node = ahead;
  }
  return null;
}

/** The first place on the way from a branch where readers of a kin may part, or its result. */
function lookAhead<T>(from: Branch<T>, read: (name: string) => unknown, kin: Kin): Node<T> | null {
  let node: Node<T> | null = from;
  while (node && 'next' in node && !kin.differs(node.name)) node = node.next.get(read(node.name)) ?? null;
  return node;
}

/**
 * Keeps a run: each name it read with what it got, in the order of first reading. A run that read in another order than
 * an earlier one with equal answers is not kept.
 */
export function remember<T>(trie: ReadTrie<T>, reads: ReadonlyMap<string, unknown>, result: T): void {
  let put: (node: Node<T>) => void = node => {
    trie.root = node;
  };
  let node = trie.root;
  for (const [name, value] of reads) {
    if (!node) put((node = { name, next: new Map(), ahead: new Map() }));
    if ('result' in node || node.name !== name) return;
    const { next }: Branch<T> = node;
    put = child => next.set(value, child);
    node = next.get(value) ?? null;
  }
  if (!node) put({ result });
}
