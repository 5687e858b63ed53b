import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { QueryExecutorProvider } from 'kysely';
import { z } from 'zod';
import { signStatement } from '../core/apply/statement.ts';
import { type Signer, verifierOf } from '../core/log/note.ts';
import { askGate, type GateAnswer } from './gate.ts';

const objectId = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a full object id');
const query = z.object({
  repo: z.string().regex(/^[^\s/]+\/[^\s/]+$/, 'must be owner/name'),
  commit: objectId,
  tree: objectId,
});

/** `GET /api/v1/gate?repo=&commit=&tree=`: the answer, and the same as a signed in-toto statement. */
export function gateRoute(
  options: Readonly<{
    db: QueryExecutorProvider;
    signer: Signer;
    now: () => Date;
    observe: (verdict: GateAnswer['verdict']) => void;
  }>,
): RequestHandler {
  const { db, signer, now } = options;
  const keyId = createHash('sha256').update(verifierOf(signer).publicKey).digest('hex');
  return async (request, response) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) {
      const issue = asked.error.issues[0];
      response.status(400).json({ error: `${issue?.path.join('.') ?? 'query'}: ${issue?.message ?? 'malformed'}` });
      return;
    }
    const { repo: repository, commit, tree } = asked.data;
    const answer = await askGate(db, { repository, commit, tree });
    options.observe(answer.verdict);
    const statement = signStatement(
      { commit, tree },
      {
        verdict: answer.verdict,
        reason: answer.reason,
        repository,
        pullRequest: answer.pr,
        approvers: answer.approvers,
        verdictDigest: answer.verdictDigest,
        baselineDigest: answer.baselineDigest,
        timeVerified: now().toISOString(),
      },
      { privateKey: signer.privateKey, keyId },
    );
    response.set('Cache-Control', 'no-store').json({ ...answer, statement });
  };
}
