import { describe, expect, test } from '@jest/globals';
import { carriesMarker, hiddenMarker } from '../../../adapters/github/hidden-marker.ts';

const SECRET = 'a webhook secret of at least 32 bytes';
const REPO = 'acme/nodes';

describe('hidden markers', () => {
  test('differ by secret, kind and subject, and count only at the end', () => {
    const marker = hiddenMarker(SECRET, 'summary', REPO, 7);
    const others = [
      hiddenMarker('another secret', 'summary', REPO, 7),
      hiddenMarker(SECRET, 'review', REPO, 7),
      hiddenMarker(SECRET, 'summary', REPO, 8),
      hiddenMarker(SECRET, 'summary', `${REPO}/7`),
    ];
    expect(new Set([marker, ...others]).size).toBe(5);
    expect(carriesMarker(`text\n\n${marker}\n`, marker)).toBe(true);
    expect(carriesMarker(`${marker}\n\nquoted by somebody`, marker)).toBe(false);
    for (const other of others) expect(carriesMarker(`text\n\n${other}`, marker)).toBe(false);
  });
});
