import * as jcs from 'canonicalize';

// The package is CommonJS and exports the function itself, while its types declare a default export.
const serialize = jcs.default as unknown as (value: unknown) => string | undefined;

/**
 * Canonical JSON of a value: the same text for equal values, whatever the order of their keys. RFC 8785 (JCS).
 * Members that are undefined are left out.
 *
 * @throws TypeError for what is not JSON: undefined, NaN, infinities, and strings with a lone surrogate.
 */
export function canonicalJson(value: unknown): string {
  const json = serialize(value);
  if (json === undefined) throw new TypeError('undefined is not a JSON value');
  if (hasLoneSurrogate(json)) throw new TypeError('a string with a lone surrogate has no canonical JSON');
  return json;
}

/** JSON.stringify writes a lone surrogate as `\udXXX` and everything else outside ASCII as itself. */
function hasLoneSurrogate(json: string): boolean {
  return json.includes('\\ud') && /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json);
}
