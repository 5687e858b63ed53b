const BLANKS = String.raw`[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+`;
const ENDS = new RegExp(`^${BLANKS}|${BLANKS}$`, 'g');

/** Go's `strings.TrimSpace`: next line (U+0085) is blank, the byte order mark is not. */
export function goTrimSpace(text: string): string {
  return text.replace(ENDS, '');
}
