/**
 * Permission bits of octal digits or of a symbolic mode that sets user, group and others; null when it only changes
 * some, so that they depend on what the file has.
 */
export function modeBits(text: string): number | null {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  let bits = 0;
  const set = new Set<string>();
  for (const clause of text.split(',')) {
    const match = /^([ugoa]+)=([rwx]*)$/.exec(clause);
    if (!match) return null;
    const [, who = '', what = ''] = match;
    const value = (what.includes('r') ? 4 : 0) | (what.includes('w') ? 2 : 0) | (what.includes('x') ? 1 : 0);
    for (const [index, name] of ['u', 'g', 'o'].entries()) {
      if (!who.includes(name) && !who.includes('a')) continue;
      const shift = 6 - 3 * index;
      bits = (bits & ~(7 << shift)) | (value << shift);
      set.add(name);
    }
  }
  return set.size === 3 ? bits : null;
}

/** Permission bits as people write them: `0640`. */
export function octalDigits(bits: number): string {
  return bits.toString(8).padStart(4, '0');
}
