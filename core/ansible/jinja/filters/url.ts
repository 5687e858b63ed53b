import { allOrigins, dict, int, none, type Origins, PythonError, str, type Value } from '../../value.ts';
import { bind } from '../engine.ts';
import { derived } from '../python.ts';
import { any, type Filters, optionalText, textOf } from './filter.ts';

/** `ansible.builtin.urlsplit`: the parts of a URL as Python's `urllib.parse.urlsplit` tells them, in the order of their names. */
export const URL_FILTERS: Filters = {
  urlsplit: any((_, input, args) => {
    const { query } = bind('urlsplit', args, ['query']);
    const asked = optionalText(query, 'query') ?? '';
    const text = textOf(input, 'a URL');
    if (/[[\]]|[^\x20-\x7e]|^ | $/.test(text))
      return derived('urlsplit', [input, ...args.positional, ...args.named.values()], {
        why: ['a URL with brackets, blanks at its ends or characters beyond ASCII'],
        ...(asked === '' ? { type: 'dict' } : {}),
      });
    const parts = urlParts(text, allOrigins(input));
    if (asked === '')
      return dict(
        [...parts].map(([name, value]) => [str(name), value]),
        allOrigins(input),
      );
    const part = parts.get(asked);
    if (!part) throw new PythonError('fails', `urlsplit: unknown URL component: ${asked}`);
    return part;
  }),
};

function urlParts(url: string, origins: Origins): ReadonlyMap<string, Value> {
  const text = (value: string | null): Value => (value === null ? none(origins) : str(value, origins));
  const [, scheme = '', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):)?(.*)$/is.exec(url) ?? [];
  const [, netloc = '', behind = ''] = /^(?:\/\/([^/?#]*))?(.*)$/s.exec(rest) ?? [];
  const [before, fragment] = partition(behind, '#');
  const [path, query] = partition(before, '?');
  const at = netloc.lastIndexOf('@');
  const [user, password] = at < 0 ? [null, null] : partition(netloc.slice(0, at), ':');
  const [host, port] = partition(netloc.slice(at + 1), ':');
  return new Map([
    ['fragment', text(fragment ?? '')],
    ['hostname', text(host === '' ? null : host.replace(/^[^%]*/, name => name.toLowerCase()))],
    ['netloc', text(netloc)],
    ['password', text(password)],
    ['path', text(path)],
    ['port', port === null || port === '' ? none(origins) : int(portNumber(port), origins)],
    ['query', text(query ?? '')],
    ['scheme', text(scheme.toLowerCase())],
    ['username', text(user)],
  ]);
}

/** What stands before and behind the first of a separator; null where there is none. */
function partition(text: string, separator: string): readonly [string, string | null] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}

function portNumber(port: string): number {
  if (!/^[0-9]+$/.test(port)) throw new PythonError('fails', `Port could not be cast to integer value as '${port}'`);
  if (Number(port) > 65_535) throw new PythonError('fails', 'Port out of range 0-65535');
  return Number(port);
}
