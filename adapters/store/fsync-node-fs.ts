import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** The parts of Emscripten's NODEFS this file relies on. They are internals: PGlite's version is pinned for it. */
type FsStream = Readonly<{ nfd?: number; node: object }>;
type NodeFsInternals = {
  stream_ops: { fsync?: (stream: FsStream) => number };
  realPath(node: object): string;
};

/** `EIO` as Emscripten numbers it (WASI errno). */
const EIO = 29;

/**
 * PGlite's NodeFS with an fsync that reaches the disk. Emscripten's NODEFS has no `fsync`, so without this hook
 * PostgreSQL's fsync of the write-ahead log returns at once and a power cut loses committed transactions.
 * `calls` counts the hook, for the self-test at start.
 */
export class FsyncNodeFS extends NodeFS {
  calls = 0;

  override async init(
    pg: PGlite,
    options: Parameters<NodeFS['init']>[1],
  ): Promise<Awaited<ReturnType<NodeFS['init']>>> {
    const { emscriptenOpts } = await super.init(pg, options);
    const install = (module: unknown) => {
      const nodeFs = (module as { NODEFS: NodeFsInternals }).NODEFS;
      nodeFs.stream_ops.fsync = stream => {
        this.calls += 1;
        try {
          if (stream.nfd === undefined) fsyncDirectory(nodeFs.realPath(stream.node));
          else fsyncSync(stream.nfd);
          return 0;
        } catch {
          return EIO;
        }
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), install] } };
  }
}

/** Makes a created or renamed name durable. NODEFS opens no descriptor for directories, so they are opened here. */
function fsyncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
