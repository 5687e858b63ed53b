import { type Arguments, identity, type List, list, unknownValue, type Value } from '../value.ts';

/** A list of which only the order is not known; one of less than two items is as it is. */
export function unordered(value: List, why: readonly string[]): Value {
  if (value.items.length < 2) return value;
  const { origins } = value;
  return {
    ...unknownValue(`unordered ${identity(value)}`, why, { defined: true, type: 'list', origins }),
    members: value.items,
  };
}

/** The items of a list of which only the order is not known: as many as it has, each unknown; null for any other value. */
export function itemsInUnknownOrder(value: Value): readonly Value[] | null {
  if (value.kind !== 'unknown' || !value.members) return null;
  const { key, why, members, origins } = value;
  return members.map((_, at) => unknownValue(`${key}[${at}]`, why, { defined: true, origins }));
}

/** Filters that give the same for every order of what they get. */
const ORDER_IS_FREE: ReadonlySet<string> = new Set(['sort', 'length', 'count', 'min', 'max', 'sum']);
/** Filters that take items one by one, so that only the order of their result is not known either. */
const ORDER_STAYS: ReadonlySet<string> = new Set(
  'list unique map select reject selectattr rejectattr union intersect difference symmetric_difference'.split(' '),
);

/**
 * Input and arguments as lists in some order, and why the order of the result is not known if that still matters; null
 * when the filter needs the order.
 */
export function withoutOrder(
  filter: string,
  input: Value,
  args: Arguments,
): Readonly<{ input: Value; args: Arguments; matters: readonly string[] | null }> | null {
  const free = ORDER_IS_FREE.has(filter) && args.named.size === 0 && args.positional.length === 0;
  if (!free && !ORDER_STAYS.has(filter)) return null;
  const open = [input, ...args.positional].find(membersOf);
  if (open?.kind !== 'unknown' || (free && hasTies(open))) return null;
  const positional = args.positional.map(inSomeOrder);
  return { input: inSomeOrder(input), args: { positional, named: args.named }, matters: free ? null : open.why };
}

/** Whether sorting leaves the order of some items open: texts that differ in case only. */
function hasTies(value: Value): boolean {
  const texts = (membersOf(value) ?? []).flatMap(item => (item.kind === 'str' ? [item.text.toLowerCase()] : []));
  return new Set(texts).size < texts.length;
}

function membersOf(value: Value): readonly Value[] | null {
  return (value.kind === 'unknown' && value.members) || null;
}

function inSomeOrder(value: Value): Value {
  const members = membersOf(value);
  return members ? list([...members], value.origins) : value;
}
