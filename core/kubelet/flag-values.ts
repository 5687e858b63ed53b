import { isIpAddress } from './ip-address.ts';
import type { Json } from './types.ts';
import { isLabelValue, isQualifiedName } from './validation/label-names.ts';

/** Go's `strconv.ParseInt(text, 0, 64)`: base prefixes, and underscores between digits. null when Go refuses it. */
export function parseFlagInteger(text: string): bigint | null {
  const match =
    /^([-+]?)(0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/.exec(text);
  if (!match) return null;
  const digits = (match[2] ?? '').replaceAll('_', '').toLowerCase();
  const magnitude = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
  return match[1] === '-' ? -magnitude : magnitude;
}

/** One record of Go's encoding/csv, as pflag splits lists: quotes keep commas; null when the quoting is wrong. */
export function splitCommas(text: string): readonly string[] | null {
  if (text === '') return [];
  const fields: string[] = [];
  let rest = text;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(,|$)/.exec(rest);
    const plain = quoted ? null : /^([^",]*)(,|$)/.exec(rest);
    const match = quoted ?? plain;
    if (!match) return null;
    const [whole, field = '', comma = ''] = match;
    fields.push(quoted ? field.replaceAll('""', '"') : field);
    if (comma === '') return fields;
    rest = rest.slice(whole.length);
  }
}

/** `--register-with-taints`: `key[=value]:Effect`, each key and effect once. null when the kubelet refuses it. */
export function parseTaints(text: string): readonly Json[] | null {
  const taints: Json[] = [];
  const seen = new Set<string>();
  for (const spec of text.split(',')) {
    const removed = spec.endsWith('-');
    const [left = '', effect, ...more] = (removed ? spec.slice(0, -1) : spec).split(':');
    const [key = '', value = '', ...extra] = effect === undefined ? [left] : left.split('=');
    const known = effect === undefined || ['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect);
    if (more.length > 0 || extra.length > 0 || !known || !isLabelValue(value) || !isQualifiedName(key)) return null;
    if (removed) continue;
    if (effect === undefined || seen.has(`${key}:${effect}`)) return null;
    seen.add(`${key}:${effect}`);
    taints.push({ key, ...(value === '' ? {} : { value }), effect });
  }
  return taints;
}

/** `--vmodule`: `pattern=N,...`; empty parts are skipped. */
export function parseVmodule(text: string): readonly Json[] | null {
  const items = text
    .split(',')
    .filter(part => part !== '')
    .map(part => /^([^=]+)=([0-9]+)$/.exec(part));
  if (items.some(match => match === null || Number(match[2]) >= 2 ** 31)) return null;
  return items.map(match => ({ filePattern: match?.[1] ?? '', verbosity: Number(match?.[2]) }));
}

/** `--reserved-memory`: `node:type=quantity[,…][;…]`. */
export function parseReservedMemory(text: string, quantity: (text: string) => string | null): readonly Json[] | null {
  const nodes: Json[] = [];
  for (const reservation of text.split(';')) {
    const [node = '', types, ...more] = reservation.split(':');
    if (types === undefined || more.length > 0 || !/^[-+]?[0-9]+$/.test(node)) return null;
    const limits: Record<string, Json> = {};
    for (const pair of types.split(',')) {
      const [type = '', amount, ...extra] = pair.split('=');
      const written = amount === undefined || extra.length > 0 ? null : quantity(amount);
      if (written === null || (type !== 'memory' && !type.startsWith('hugepages-'))) return null;
      limits[type] = written;
    }
    nodes.push({ numaNode: Number(BigInt.asIntN(32, BigInt(node.replace('+', '')))), limits });
  }
  return nodes;
}

/** Labels of the `kubernetes.io` and `k8s.io` namespaces that a kubelet may set on its own node. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);

/** Why ValidateKubeletFlags refuses a node label, or null. */
export function nodeLabelFault(key: string, value: string): string | null {
  const namespace = key.includes('/') ? key.slice(0, key.indexOf('/')) : '';
  const reserved = /(^|\.)(kubernetes|k8s)\.io$/.test(namespace);
  if (reserved && !OWN_LABELS.has(key) && !/(^|\.)(kubelet|node)\.kubernetes\.io$/.test(namespace)) {
    return `unknown 'kubernetes.io' or 'k8s.io' label ${key}`;
  }
  if (!isQualifiedName(key)) return `invalid node label ${key}`;
  return isLabelValue(value) ? null : `invalid value of node label ${key}: ${value}`;
}

/** An address flag: a text Go's lenient ParseIP reads. Leading zeros are decimal. */
export function isAddressFlag(text: string): boolean {
  return isIpAddress(text.includes(':') ? text : text.replace(/(^|\.)0+(?=\d)/g, '$1'));
}
