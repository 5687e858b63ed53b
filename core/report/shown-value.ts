import type { Json } from '../kubelet/types.ts';
import { NODE_PATH, type Shown } from '../review/types.ts';
import { visible } from './foreign-text.ts';

/** A JSON value as people write it: strings bare where they cannot be mistaken for something else. */
export function jsonText(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const mistakable = value === '' || value.trim() !== value || /^(?:[-+.\d[{"'].*|true|false|null|~)$/is.test(value);
  return mistakable ? JSON.stringify(value) : value;
}

/** A value before or after, in words for people. */
export function shownText(shown: Shown): string {
  switch (shown.state) {
    case 'value':
      return `${visible(shortDigest(jsonText(shown.value)))}${shown.implicit ? ' (default)' : ''}`;
    case 'absent':
      return 'not set';
    case 'unknown':
      return visible(`unknown (${shown.why.join('; ')})`);
  }
}

const shortDigest = (text: string): string => text.replace(/^sha256:([0-9a-f]{12})[0-9a-f]{52}$/, 'sha256:$1…');

/** `authorization.mode: Webhook -> AlwaysAllow`, one text to stand in one code span. */
export function changeText(path: string, before: Shown, after: Shown): string {
  if (path === NODE_PATH) return before.state === 'absent' ? 'joins' : 'leaves';
  return `${visible(path)}: ${shownText(before)} -> ${shownText(after)}`;
}

/** Caps the pieces of `changeText` leave room for. */
export const CHANGE_CAP = 640;
