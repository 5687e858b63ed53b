import { UNKNOWN_TOKEN, unknownToken } from '../../source/rope.ts';
import { type Budget, OverLimit, spend } from '../budget.ts';
import { expandedSize } from '../expanded-size.ts';
import { holdsOwnToken, NeedsHost, type Value, visitParts } from '../value.ts';
import { parseLiteral } from './literal.ts';
import { derived, toText } from './python.ts';
import { concat } from './text.ts';

/**
 * What a variable's template comes to, as Ansible 2.14 without native Jinja types has it: text, read back as a list,
 * mapping or boolean where it looks like one. A single value that survives the way over text stays as it is.
 */
export function convert(budget: Budget, nodes: readonly Value[]): Value {
  const [only] = nodes;
  if (nodes.length === 1 && only) {
    if (only.kind === 'str' && only.verbatim) return only;
    if (only.kind === 'unknown' || only.kind === 'lazy' || only.kind === 'bool' || survivesText(budget, only))
      return only;
  }
  const text = concat(
    budget,
    nodes.map(node => toText(budget, node)),
  );
  if (holdsOwnToken(text) && mayReadTrueOrFalse(text.text)) throw new NeedsHost();
  const looksLikeValue = /^[{[]/.test(text.text) || text.text === 'True' || text.text === 'False';
  if (!looksLikeValue) return text;
  const value = parseLiteral(budget, text);
  if (value === 'invalid') return text;
  if (value === 'unknown') return derived('literal', [text]);
  return text.unsafe ? markUnsafe(value) : value;
}

/** One token alone never does: such a value is not taken for a host's own. */
function mayReadTrueOrFalse(text: string): boolean {
  const around = text.replace(UNKNOWN_TOKEN, '');
  return /^[TrueFals]*$/.test(around) && (around !== '' || text.length > TOKEN_LENGTH);
}
const TOKEN_LENGTH = unknownToken('00000000').length;

/** Whether `literal_eval(str(value))` gives the value back. Only lists and mappings are read back at all. */
function survivesText(budget: Budget, value: Value): boolean {
  if (value.kind !== 'list' && value.kind !== 'dict') return false;
  const size = expandedSize(value);
  if (size > budget.limits.yamlNodes)
    throw new OverLimit(`makes a value of more than ${budget.limits.yamlNodes} parts`);
  spend(budget, size >> 2);
  let survives = true;
  visitParts(value, part => {
    const lost =
      part.kind === 'lazy' ||
      part.kind === 'object' ||
      part.kind === 'undefined' ||
      (part.kind === 'str' && part.markup);
    if (lost || (part.kind === 'float' && !Number.isFinite(part.value))) survives = false;
  });
  return survives;
}

function markUnsafe(value: Value): Value {
  if (value.kind === 'str') return { ...value, unsafe: true };
  if (value.kind === 'list') return { ...value, items: value.items.map(markUnsafe) };
  if (value.kind !== 'dict') return value;
  const entries = new Map([...value.entries].map(([name, [key, item]]) => [name, [key, markUnsafe(item)] as const]));
  return { ...value, entries };
}
