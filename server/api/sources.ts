import type { Connection } from '../../adapters/store/database.ts';

/** Where the read API and the pages get what they show. */
export type Sources = Readonly<{
  db: Connection;
  log: Readonly<{
    origin: string;
    /** Verifier key in the C2SP signed-note form. */
    vkey: string;
  }>;
  /** Where people reach this service, without a trailing slash. */
  publicUrl: string;
  /** GitHub's web address, without a trailing slash. */
  serverUrl: string;
  now: () => Date;
}>;
