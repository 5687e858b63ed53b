import { createHash } from 'node:crypto';
import { canonicalJson } from '../core/source/canonical-json.ts';

/** Hexadecimal SHA-256 over the canonical JSON (RFC 8785) of a value. */
export function sha256Of(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
