import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * An HTML comment that marks a comment or review as ours, bound to its subject: `<!-- kubelet-gate:KIND:HMAC -->`. Nobody
 * without the secret can make one, and one copied to another pull request does not match there.
 * @param parts what the marker is about, for example repository, pull request number and digest
 */
export function hiddenMarker(secret: string, kind: string, ...parts: readonly (string | number)[]): string {
  const mac = createHmac('sha256', secret)
    .update(JSON.stringify([kind, ...parts]))
    .digest('hex');
  return `<!-- kubelet-gate:${kind}:${mac} -->`;
}

/** Whether a body ends with the marker. */
export function carriesMarker(body: string, marker: string): boolean {
  const end = Buffer.from(body.trimEnd().slice(-marker.length));
  const wanted = Buffer.from(marker);
  return end.length === wanted.length && timingSafeEqual(end, wanted);
}
