import { listChanges } from '../../adapters/store/changes.ts';
import { type ChangeSummary, summaryOf } from './changes.ts';
import { ReadError } from './read-error.ts';
import type { Sources } from './sources.ts';

/** What a person did in a change. `contributor`: wrote commits, or took part otherwise. */
export type PersonRole = 'author' | 'approver' | 'discarded-approver' | 'merger' | 'contributor';

export type PersonDetail = Readonly<{
  login: string;
  /** Newest first, at most 200. */
  changes: readonly Readonly<{ roles: readonly PersonRole[]; change: ChangeSummary }>[];
}>;

/** @throws ReadError 404 when the person took part in no change. */
export async function loadPerson(sources: Sources, login: string): Promise<PersonDetail> {
  const changes = await listChanges(sources.db, { person: login, limit: 200 });
  if (changes.length === 0) throw new ReadError(404, `${login} took part in no change`);
  return {
    login,
    changes: changes.map(summaryOf).map(change => ({ roles: rolesOf(login, change), change })),
  };
}

function rolesOf(login: string, { author, decision, merge }: ChangeSummary): readonly PersonRole[] {
  const roles: PersonRole[] = [];
  if (author === login) roles.push('author');
  if (decision.approvers.includes(login)) roles.push('approver');
  if (decision.discarded.some(discarded => discarded.login === login)) roles.push('discarded-approver');
  if (merge?.by === login) roles.push('merger');
  return roles.length === 0 ? ['contributor'] : roles;
}
