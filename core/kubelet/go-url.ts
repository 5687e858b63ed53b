import { isIpAddress } from './ip-address.ts';

const HOST = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\0-\x7F]|%25|%[89A-Fa-f][0-9A-Fa-f])*$/;
const ZONE = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\0-\x7F]|%25|%20|%[0-9A-Fa-f]{2})*$/;
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const PORT = /^(?::[0-9]*)?$/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

/**
 * The scheme of an address as Go's `url.Parse` reads it, in lower case, '' for one without; null when Go refuses the
 * address: control characters, wrong escapes, a colon in the first part of a relative path, a host or port that is none.
 */
export function goUrlScheme(address: string): string | null {
  const [beforeFragment, fragment] = cut(address, '#');
  if (/[\0-\x1F\x7F]/.test(beforeFragment) || BAD_ESCAPE.test(fragment)) return null;
  if (beforeFragment === '*') return '';
  if (beforeFragment.startsWith(':')) return null;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(beforeFragment)?.[1] ?? '';
  const [rest] = cut(scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1), '?');
  if (!rest.startsWith('/')) {
    if (scheme !== '') return scheme.toLowerCase();
    if (cut(rest, '/')[0].includes(':')) return null;
  }
  const authority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const [host, path] = authority ? splitPath(rest.slice(2)) : ['', rest];
  if (BAD_ESCAPE.test(path) || (authority && !isAuthority(host, scheme.toLowerCase()))) return null;
  return scheme.toLowerCase();
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function splitPath(text: string): readonly [string, string] {
  const at = text.indexOf('/');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

function isAuthority(authority: string, scheme: string): boolean {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  return USER.test(user) && !BAD_ESCAPE.test(user) && isHost(authority.slice(at + 1), scheme);
}

function isHost(host: string, scheme: string): boolean {
  const open = host.lastIndexOf('[');
  if (open > 0) return false;
  if (open === 0) {
    const close = host.lastIndexOf(']');
    return close >= 0 && PORT.test(host.slice(close + 1)) && isBracketed(host.slice(1, close));
  }
  const colon = scheme === 'http' || scheme === 'https' ? host.indexOf(':') : host.lastIndexOf(':');
  return HOST.test(host) && (colon < 0 || PORT.test(host.slice(colon)));
}

/** An IPv6 address, perhaps with a zone behind `%25`. */
function isBracketed(text: string): boolean {
  const at = text.indexOf('%25');
  const address = at < 0 ? text : text.slice(0, at);
  const zone = at < 0 ? null : text.slice(at + 3);
  if (zone === '' || (zone !== null && (!ZONE.test(zone) || !hostBytesOnly(zone)))) return false;
  return address.includes(':') && isIpAddress(address);
}

/** Escapes of a zone stand for characters a host may have, or a blank. */
function hostBytesOnly(zone: string): boolean {
  return [...zone.matchAll(/%([0-9A-Fa-f]{2})/g)].every(([escape, digits = '']) => {
    const byte = Number.parseInt(digits, 16);
    return escape === '%25' || byte === 0x20 || (byte < 0x80 && HOST.test(String.fromCharCode(byte)));
  });
}
