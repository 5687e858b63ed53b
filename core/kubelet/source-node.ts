import type { Unknown } from '../source/rope.ts';
import type { EffectiveValue, Span } from './types.ts';

/** Which text a value was read from, or which step made it. */
export type SourceOrigin = Readonly<{ from: EffectiveValue['from']; in: string; span: Span | null }>;

export type SourceEntry = Readonly<{ key: string; keySpan: Span | null; value: SourceNode }>;

/**
 * A document after YAML or JSON is read, before Go types are known. Duplicate keys stay in `entries`, in order.
 * `number.text` is the number as it reaches Go's JSON decoder, so integers keep all their digits.
 */
export type SourceNode = Readonly<{ origin: SourceOrigin }> &
  (
    | Readonly<{ kind: 'null' }>
    | Readonly<{ kind: 'bool'; value: boolean }>
    | Readonly<{ kind: 'number'; text: string }>
    | Readonly<{ kind: 'string'; value: string }>
    | Readonly<{ kind: 'list'; items: readonly SourceNode[] }>
    /** `open`: an unknown stands alone on a line of this mapping, so keys may be missing here. */
    | Readonly<{ kind: 'map'; entries: readonly SourceEntry[]; open: Unknown | null }>
    | Readonly<{ kind: 'unknown'; unknown: Unknown }>
  );

/** What reading one text gave. `strict` are complaints of strict decoding that lenient decoding ignores. */
export type ReadResult =
  | Readonly<{
      ok: true;
      root: SourceNode;
      strict: readonly ReadComplaint[];
      /** Where the kubelet stops reading although more is written; null when it reads everything. */
      unread: number | null;
      format: 'yaml' | 'json';
    }>
  | Readonly<{ ok: false; message: string; offset: number }>;

export type ReadComplaint = Readonly<{ message: string; span: Span; path: string }>;

/** Limits of a text the gate reads itself; beyond them the text is refused, never judged as fine. */
export const TEXT_LIMITS = { characters: 1024 * 1024, depth: 64, nodes: 200_000 } as const;

/** Name of a Go-decoded kind, for type errors. */
export function kindName(node: SourceNode): string {
  return {
    null: 'null',
    bool: 'a boolean',
    number: 'a number',
    string: 'a string',
    list: 'a list',
    map: 'a mapping',
    unknown: 'unknown',
  }[node.kind];
}
