import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { signStatement, verifyStatement } from '../../../core/apply/statement.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const predicate = {
  verdict: 'approved',
  reason: 'approved by ada',
  repository: 'acme/nodes',
  pullRequest: 7,
  approvers: ['ada'],
  verdictDigest: 'sha256:00',
  baselineDigest: 'sha256:11',
  timeVerified: '2026-11-25T01:00:00.000Z',
};
const envelope = signStatement({ commit: 'c'.repeat(40), tree: 'd'.repeat(40) }, predicate, { privateKey, keyId: 'k' });

describe('the gate statement', () => {
  test('verifies offline with the public key and names commit and tree', () => {
    expect(verifyStatement(envelope, publicKey)).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'acme/nodes', digest: { gitCommit: 'c'.repeat(40), gitTree: 'd'.repeat(40) } }],
      predicate,
    });
  });

  test('does not verify when a byte of the payload or its type is different', () => {
    const payload = Buffer.from(envelope.payload, 'base64');
    payload[10] = payload[10]! ^ 1;
    expect(verifyStatement({ ...envelope, payload: payload.toString('base64') }, publicKey)).toBeNull();
    expect(verifyStatement({ ...envelope, payloadType: 'application/json' }, publicKey)).toBeNull();
  });

  test('does not verify under another key', () => {
    expect(verifyStatement(envelope, generateKeyPairSync('ed25519').publicKey)).toBeNull();
  });
});
