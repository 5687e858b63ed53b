import { PythonError } from '../value.ts';
import { Undecided } from './undecided.ts';

type Part = number | string;

/** How two versions order under Python's LooseVersion (`loose`), or by semantic versioning. @throws PythonError, Undecided for `pep440` */
export function compareVersions(a: string, b: string, scheme: string): number {
  switch (scheme) {
    case 'loose':
      return compareParts(looseParts(a), looseParts(b));
    case 'strict':
      return compareParts(strictParts(a), strictParts(b));
    case 'semver':
    case 'semantic':
      return compareSemantic(a, b);
    case 'pep440':
      throw new Undecided();
    default:
      throw new PythonError('fails', `Invalid version type (${scheme})`);
  }
}

function looseParts(version: string): Part[] {
  const parts = version.match(/\d+|[a-z]+|\.|[^\da-z.]+/g) ?? [];
  return parts.filter(part => part !== '.').map(part => (/^\d+$/.test(part) ? Number(part) : part));
}

function compareParts(a: readonly Part[], b: readonly Part[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as Part, b[i] as Part];
    if (x === y) continue;
    if (typeof x !== typeof y) {
      throw new PythonError(
        'fails',
        `Version comparison failed: '<' not supported between instances of '${typeof x}' and '${typeof y}'`,
      );
    }
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}

function strictParts(version: string): Part[] {
  const match = /^(\d+)\.(\d+)(\.(\d+))?([ab](\d+))?$/.exec(version);
  if (!match) throw new PythonError('fails', `Version comparison failed: invalid version number '${version}'`);
  const [, major, minor, , patch = '0', , pre] = match;
  const stage = match[5] ? (match[5].startsWith('a') ? 0 : 1) : 2;
  return [Number(major), Number(minor), Number(patch), stage, Number(pre ?? 0)];
}

const SEMANTIC =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([\da-zA-Z-]+(?:\.[\da-zA-Z-]+)*))?(?:\+[\da-zA-Z.-]+)?$/;

function compareSemantic(a: string, b: string): number {
  const [x, y] = [SEMANTIC.exec(a), SEMANTIC.exec(b)];
  if (!x || !y) throw new PythonError('fails', `Version comparison failed: invalid semantic version '${x ? b : a}'`);
  for (let i = 1; i <= 3; i++) {
    const order = Number(x[i]) - Number(y[i]);
    if (order !== 0) return order;
  }
  if (x[4] === undefined || y[4] === undefined) return Number(x[4] === undefined) - Number(y[4] === undefined);
  return comparePrereleases(x[4].split('.'), y[4].split('.'));
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x = '', y = ''] = [a[i], b[i]];
    if (x === y) continue;
    const numeric = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (numeric[0] && numeric[1]) return Number(x) - Number(y);
    if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return a.length - b.length;
}
