/**
 * Whether a pattern covers a name: `*` stands for any run of characters, everything else for itself. A pattern also
 * covers what is below it: `authentication` covers `authentication.anonymous.enabled`. Linear in practice and never
 * exponential, whatever the pattern.
 */
export function covers(pattern: string, name: string): boolean {
  return matches(pattern, name) || matches(`${pattern}.*`, name);
}

function matches(pattern: string, name: string): boolean {
  let [p, n, star, resume] = [0, 0, -1, 0];
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (pattern[p] === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
