import { type Chunk, chunksOf, forksOf, joined } from './chunks.ts';
import type { Piece } from './pieces.ts';

/** The entries of the top level of YAML documents that hold choices; null when they cannot be told apart. */
export function yamlParts(pieces: readonly Piece[]): readonly (readonly Piece[])[] | null {
  const chunks = chunksOf(pieces, /\n/g);
  if (!chunks) return null;
  if (chunks.some(chunk => !chunk.plain && chunk.variants.some(text => /^(?:---|\.\.\.|%|\t)|&\w|<<:/m.test(text))))
    return null;
  const blocks = blocksOf(chunks);
  if (!blocks.every(block => isClosed(block))) return null;
  let document = 0;
  const parts = blocks.map(block => {
    if (block.some(chunk => chunk.plain && chunk.variants.some(text => text.startsWith('---')))) document += 1;
    const texts = block.flatMap(chunk => chunk.variants);
    const keys = texts.flatMap(text => [...text.matchAll(/^(["']?)([\w./-]+)\1[ \t]*:/gm)].map(match => match[2]));
    return {
      pieces: forksOf(block.flatMap(chunk => chunk.pieces)),
      names: new Set(keys.map(key => `${document} ${key}`)),
    };
  });
  return joined(parts.filter(part => part.pieces.length > 0));
}

/** Runs of lines from one line that starts at the margin to the next. */
function blocksOf(chunks: readonly Chunk[]): readonly (readonly Chunk[])[] {
  const blocks: Chunk[][] = [];
  for (const chunk of chunks) {
    const last = blocks.at(-1);
    if (!last) blocks.push([chunk]);
    else if (chunk.variants.every(startsAtMargin)) blocks.push([chunk]);
    else {
      last.push(chunk);
      const [first] = last;
      const before = blocks.at(-2);
      if (before && first?.variants.some(isBlank) && !chunk.variants.every(isBlank)) {
        before.push(...last);
        blocks.pop();
      }
    }
  }
  return blocks;
}

const significant = (text: string): string | undefined => text.split('\n').find(line => /^\s*[^\s#]/.test(line));
const isBlank = (text: string): boolean => significant(text) === undefined;

/** Whether the first line that says something starts a top-level entry. A text that says nothing may vanish. */
function startsAtMargin(text: string): boolean {
  const line = significant(text);
  if (line === undefined) return text === '';
  return /^[^\s#]/.test(line) && !/^-(?:\s|$)/.test(line);
}

/** Whether quotes and brackets are closed in every variant of every line that has several, and in the rest together. */
function isClosed(block: readonly Chunk[]): boolean {
  const rest = block.flatMap(chunk => (chunk.plain ? chunk.variants : [])).join('');
  return isBalanced(rest) && block.every(chunk => chunk.plain || chunk.variants.every(isBalanced));
}

function isBalanced(text: string): boolean {
  const bare = text.replace(/(^|\s)#.*$/gm, '$1');
  let quote = '';
  let depth = 0;
  for (let i = 0; i < bare.length; i++) {
    const char = bare[i] ?? '';
    if (quote !== '') {
      if (quote === '"' && char === '\\') i += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') depth -= 1;
    if (depth < 0) return false;
  }
  return quote === '' && depth === 0;
}
