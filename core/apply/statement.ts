import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../source/canonical-json.ts';

/** What the gate says of one commit, as the predicate of an in-toto statement. */
export type GatePredicate = Readonly<{
  /** `approved` or `denied`. */
  verdict: string;
  reason: string;
  repository: string;
  pullRequest: number | null;
  approvers: readonly string[];
  /** Digest of the verdict the approvers saw. */
  verdictDigest: string | null;
  baselineDigest: string | null;
  /** RFC 3339. */
  timeVerified: string;
}>;

/** A DSSE envelope (secure-systems-lab/dsse): base64 payload and signatures over its pre-authentication encoding. */
export type Envelope = Readonly<{
  payloadType: string;
  payload: string;
  signatures: readonly Readonly<{ keyid: string; sig: string }>[];
}>;

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const PREDICATE_TYPE = 'https://kubelet-gate.dev/attestation/gate/v1';

/**
 * An in-toto Statement v1 about a commit and its tree, signed with the log's Ed25519 key, so that what the gate said
 * can be shown and verified without asking it again.
 */
export function signStatement(
  subject: Readonly<{ commit: string; tree: string }>,
  predicate: GatePredicate,
  key: Readonly<{ privateKey: KeyObject; keyId: string }>,
): Envelope {
  const payload = Buffer.from(
    canonicalJson({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: predicate.repository, digest: { gitCommit: subject.commit, gitTree: subject.tree } }],
      predicateType: PREDICATE_TYPE,
      predicate,
    }),
  );
  const sig = sign(null, preAuthentication(PAYLOAD_TYPE, payload), key.privateKey);
  return {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: key.keyId, sig: sig.toString('base64') }],
  };
}

/** The statement of an envelope whose signature verifies under the key, else null. */
export function verifyStatement(envelope: Envelope, publicKey: KeyObject): unknown {
  const payload = Buffer.from(envelope.payload, 'base64');
  const message = preAuthentication(envelope.payloadType, payload);
  const key = publicKey.type === 'private' ? createPublicKey(publicKey) : publicKey;
  const genuine = envelope.signatures.some(({ sig }) => verify(null, message, key, Buffer.from(sig, 'base64')));
  return genuine ? JSON.parse(payload.toString('utf8')) : null;
}

/** PAE of DSSE v1: `DSSEv1 <length> <type> <length> <payload>`. */
function preAuthentication(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}
