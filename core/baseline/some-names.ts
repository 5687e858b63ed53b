const MOST = 5;

/** Names of things within a sentence: the first few, and how many more. @param what they are, in the plural */
export function someNames(names: readonly string[], what = 'hosts'): string {
  const more = names.length - MOST;
  return more > 0 ? `${names.slice(0, MOST).join(', ')} and ${more} more ${what}` : names.join(', ');
}
