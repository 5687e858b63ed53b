import { type Piece, plainText } from './pieces.ts';
import { wordParts } from './word-parts.ts';
import { yamlParts } from './yaml-parts.ts';

/**
 * Parts of a text that no condition connects: whatever one of them says, the others say the same. Each is the pieces of
 * it that hold conditions.
 *
 * YAML is cut into the entries of its top level, everything else (units, environment files) into words. Parts that
 * hang on the same condition, name the same key, flag or variable, or are not closed in themselves (an open quote,
 * bracket, line or comment) are one part, or there are no parts at all.
 *
 * @returns null when the text cannot be cut up
 */
export function independentParts(pieces: readonly Piece[]): readonly (readonly Piece[])[] | null {
  const base = plainText(pieces, new Map());
  return isYaml(base) ? yamlParts(pieces) : wordParts(pieces);
}

function isYaml(text: string): boolean {
  const lines = text.split('\n').filter(line => /^[^\s#]/.test(line));
  return (
    lines.length > 0 && lines.every(line => /^(?:["']?[\w.-]+["']?[ \t]*:(?:\s|$)|-(?:\s|$)|\.\.\.|\uE000)/.test(line))
  );
}
