import { EventEmitter } from 'node:events';
import type { PGlite, Results } from '@electric-sql/pglite';

/** What a query answers, as node-postgres shapes it; Kysely and BullMQ read exactly these keys. */
export type PoolResult<Row> = {
  command: 'UPDATE' | 'DELETE' | 'INSERT' | 'SELECT' | 'MERGE' | 'COMMIT' | 'ROLLBACK';
  rowCount: number;
  rows: Row[];
};

/** How long a query waits for a transaction on the one session to end before it fails rather than hang for ever. */
const SESSION_WAIT_MS = 60_000;

/** First word that matters for who owns the session, and the channel of LISTEN and UNLISTEN. */
const CONTROL =
  /^\s*(?:--[^\n]*\n\s*)*(begin|start\s+transaction|commit|end|rollback(?!\s+to)|listen|unlisten)\b\s*("?[\w*]+"?)?/i;

type Control = Readonly<{ verb: 'begin' | 'finish' | 'listen' | 'unlisten'; channel: string }> | undefined;

function controlOf(text: string): Control {
  const match = CONTROL.exec(text);
  if (match === null) return undefined;
  const word = (match[1] ?? '').toLowerCase();
  const channel = (match[2] ?? '').replaceAll('"', '');
  if (word === 'listen' || word === 'unlisten') return { verb: word, channel };
  return { verb: word === 'begin' || word.startsWith('start') ? 'begin' : 'finish', channel };
}

function toPoolResult<Row>(result: Results<Row> | undefined): PoolResult<Row> {
  return {
    command: (result?.command ?? 'SELECT') as PoolResult<Row>['command'],
    rowCount: result?.rowCount ?? result?.affectedRows ?? 0,
    rows: result?.rows ?? [],
  };
}

/**
 * The one PostgreSQL session of an embedded PGlite, shaped like a `pg.Pool`, so that Kysely and BullMQ's PostgreSQL
 * backend share it. Queries run one at a time, first come first served; a client that issues BEGIN owns the session
 * until COMMIT, ROLLBACK or release. LISTEN is fanned out to every client that asked for the channel.
 *
 * Code inside a transaction must not await a query made outside of it: there is only one session, so that query waits
 * for the transaction and fails after a minute.
 */
export class PglitePool extends EventEmitter {
  /** BullMQ reads this: a notification inside one process cannot be lost to a dropped TCP connection. */
  readonly options = { keepAlive: true };
  readonly #db: PGlite;
  readonly #channels = new Map<string, { readonly clients: Set<PgliteClient>; readonly ready: Promise<void> }>();
  #tail: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(db: PGlite) {
    super();
    this.setMaxListeners(0);
    this.#db = db;
  }

  async connect(): Promise<PgliteClient> {
    return new PgliteClient(this);
  }

  async query<Row>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<Row>> {
    const release = await this.acquire();
    try {
      return await this.run<Row>(text, parameters);
    } finally {
      release();
    }
  }

  /** Refuses further queries once those already waiting are done. PGlite itself is closed by whoever opened it. */
  async end(): Promise<void> {
    const release = await this.acquire();
    this.#ended = true;
    release();
  }

  /** Waits for the session; the caller must call what it gets back exactly once. */
  async acquire(): Promise<() => void> {
    const turn = this.#tail;
    let release: () => void = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    this.#tail = turn.then(() => held);
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      const error = new Error('The embedded store was held by one transaction for over a minute.');
      timer = setTimeout(() => reject(error), SESSION_WAIT_MS);
    });
    try {
      await Promise.race([turn, tooLate]);
      return release;
    } catch (error) {
      release();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Runs a query for whoever owns the session. Without parameters the text may hold several statements. */
  async run<Row>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<Row>> {
    if (this.#ended) throw new Error('Cannot use a pool after calling end on the pool');
    if (parameters === undefined || parameters.length === 0) {
      return toPoolResult((await this.#db.exec(text)).at(-1) as Results<Row> | undefined);
    }
    return toPoolResult(await this.#db.query<Row>(text, [...parameters]));
  }

  /** LISTEN outside any transaction: inside one it would be undone by a rollback. */
  async subscribe(channel: string, client: PgliteClient): Promise<void> {
    let entry = this.#channels.get(channel);
    if (entry === undefined) {
      const clients = new Set<PgliteClient>();
      entry = { clients, ready: this.#listen(channel, clients) };
      this.#channels.set(channel, entry);
    }
    entry.clients.add(client);
    await entry.ready;
  }

  async #listen(channel: string, clients: ReadonlySet<PgliteClient>): Promise<void> {
    const release = await this.acquire();
    try {
      await this.#db.listen(channel, payload => {
        for (const client of clients) client.emit('notification', { channel, payload, processId: 0 });
      });
    } finally {
      release();
    }
  }

  unsubscribe(client: PgliteClient): void {
    for (const { clients } of this.#channels.values()) clients.delete(client);
  }
}

/** One checked-out client of a {@link PglitePool}, shaped like `pg.PoolClient`. */
export class PgliteClient extends EventEmitter {
  readonly #pool: PglitePool;
  #endTransaction: (() => void) | undefined;
  #released = false;

  constructor(pool: PglitePool) {
    super();
    this.setMaxListeners(0);
    this.#pool = pool;
  }

  async query<Row>(text: string, parameters?: readonly unknown[]): Promise<PoolResult<Row>> {
    if (this.#released) throw new Error('Client was already released');
    const control = controlOf(text);
    if (control?.verb === 'listen') {
      await this.#pool.subscribe(control.channel, this);
      return toPoolResult<Row>(undefined);
    }
    if (control?.verb === 'unlisten') {
      this.#pool.unsubscribe(this);
      return toPoolResult<Row>(undefined);
    }
    // The session is shared: one client's name must not become every client's.
    if (text.includes("set_config('application_name'")) return toPoolResult<Row>(undefined);
    if (this.#endTransaction !== undefined) {
      try {
        return await this.#pool.run<Row>(text, parameters);
      } finally {
        if (control?.verb === 'finish') this.#giveBack();
      }
    }
    if (control?.verb !== 'begin') return this.#pool.query<Row>(text, parameters);
    this.#endTransaction = await this.#pool.acquire();
    try {
      return await this.#pool.run<Row>(text, parameters);
    } catch (error) {
      this.#giveBack();
      throw error;
    }
  }

  /** Gives the client back; a transaction left open is rolled back first. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#pool.unsubscribe(this);
    if (this.#endTransaction === undefined) return;
    void this.#pool.run('rollback').then(
      () => this.#giveBack(),
      () => this.#giveBack(),
    );
  }

  #giveBack(): void {
    this.#endTransaction?.();
    this.#endTransaction = undefined;
  }
}
