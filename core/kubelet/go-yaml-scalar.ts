import { parseGoFloat } from './go-float.ts';

/** A YAML 1.1 scalar as go-yaml v2 resolves it. `number.text` is what Go then writes as JSON. */
export type GoScalar =
  | Readonly<{ kind: 'null' }>
  | Readonly<{ kind: 'bool'; value: boolean }>
  | Readonly<{ kind: 'number'; text: string; float: boolean }>
  | Readonly<{ kind: 'string'; value: string }>
  /** NaN and infinities have no JSON. */
  | Readonly<{ kind: 'not-json'; text: string }>
  | Readonly<{ kind: 'invalid'; message: string }>;

const BOOLS: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(word => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(word => [word, false]),
]);
const NULLS = new Set(['', '~', 'null', 'Null', 'NULL']);
const NOT_JSON = /^(\.(nan|NaN|NAN)|[-+]?\.(inf|Inf|INF))$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const CORE = 'tag:yaml.org,2002:';

/** Resolves a plain (unquoted, untagged) scalar. */
export function resolvePlain(text: string): GoScalar {
  if (NULLS.has(text)) return { kind: 'null' };
  const bool = Object.hasOwn(BOOLS, text) ? BOOLS[text] : undefined;
  if (bool !== undefined) return { kind: 'bool', value: bool };
  if (NOT_JSON.test(text)) return { kind: 'not-json', text };
  const first = text[0] ?? '';
  if (first === '.') {
    const value = parseGoFloat(text, 64);
    return value === null ? { kind: 'string', value: text } : float(value);
  }
  if (!/[-+0-9]/.test(first)) return { kind: 'string', value: text };
  const plain = text.replaceAll('_', '');
  const integer = parseInteger(plain);
  if (integer !== null) return { kind: 'number', text: integer.toString(), float: false };
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return float(value);
  }
  return { kind: 'string', value: text };
}

/** Resolves a scalar with a tag (`!!str 5`, `!!int "5"`) or quotes; quotes alone make it a string. */
export function resolveTagged(text: string, tag: string | undefined, plain: boolean): GoScalar {
  if (tag === undefined || tag === '') return plain ? resolvePlain(text) : { kind: 'string', value: text };
  if (tag === '!') return { kind: 'string', value: text };
  if (!tag.startsWith(CORE)) return { kind: 'string', value: text };
  const name = tag.slice(CORE.length);
  if (name === 'str') return { kind: 'string', value: text };
  if (name === 'timestamp') {
    return isTimestamp(text)
      ? { kind: 'string', value: text }
      : { kind: 'invalid', message: `cannot decode \`${text}\` as a !!timestamp` };
  }
  if (name === 'binary') {
    const packed = text.replace(/[\r\n]/g, '');
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed)) {
      return { kind: 'invalid', message: '!!binary value contains invalid base64 data' };
    }
    return { kind: 'string', value: Buffer.from(packed, 'base64').toString('utf8') };
  }
  const resolved = resolvePlain(text);
  if (name === 'float' && resolved.kind === 'number') {
    const wide = !resolved.float && BigInt(resolved.text) >= 2n ** 63n;
    return wide
      ? { kind: 'invalid', message: `cannot decode !!int \`${text}\` as a !!float` }
      : float(Number(resolved.text));
  }
  const fits: Readonly<Record<string, boolean>> = {
    null: resolved.kind === 'null',
    bool: resolved.kind === 'bool',
    int: resolved.kind === 'number' && !resolved.float,
    float: resolved.kind === 'not-json',
  };
  if (!(name in fits)) return { kind: 'string', value: text };
  return fits[name] ? resolved : { kind: 'invalid', message: `cannot decode \`${text}\` as a !!${name}` };
}

/** Go's `strconv.ParseInt(text, 0, 64)`, then ParseUint: a leading `0` is octal, `0x`, `0o`, `0b` as written. */
export function parseInteger(text: string): bigint | null {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9][0-9]*)$/.exec(text);
  if (!match) return null;
  const [, sign = '', digits = ''] = match;
  if (digits.length > 70) return null;
  const magnitude = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits.toLowerCase());
  const value = sign === '-' ? -magnitude : magnitude;
  return value < -(2n ** 63n) || value >= 2n ** 64n ? null : value;
}

const TIME = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?`;
const TIMESTAMP = new RegExp(
  String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt]${TIME}(?:Z|[-+](\d\d):(\d\d))| +${TIME})?$`,
);

/** What go-yaml takes for a timestamp: a date, and perhaps a time with a zone or, behind a blank, without. */
function isTimestamp(text: string): boolean {
  const match = TIMESTAMP.exec(text);
  if (!match) return false;
  const [year, month, day, ...rest] = match.slice(1).map(part => Number(part ?? 0));
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0, ...plain] = rest;
  const days = new Date(Date.UTC(2000 + ((year ?? 0) % 400), month ?? 0, 0)).getUTCDate();
  const [hours = 0, minutes = 0, seconds = 0] = plain;
  if ((month ?? 0) < 1 || (month ?? 0) > 12 || (day ?? 0) < 1 || (day ?? 0) > days) return false;
  return (
    Math.max(hour, hours) < 24 && Math.max(minute, minutes, second, seconds) < 60 && zoneHour <= 24 && zoneMinute <= 60
  );
}

/** A float as Go's encoding/json writes it. */
function float(value: number): GoScalar {
  return { kind: 'number', text: Object.is(value, -0) ? '-0' : String(value), float: true };
}

/** A float as sigs.k8s.io/yaml writes it where it is a key: in 32 bits, the shortest text. */
export function goFloatKey(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  let precision = 1;
  while (precision < 9 && Math.fround(Number(single.toPrecision(precision))) !== single) precision++;
  const [mantissa = '', exponent = '0'] = single.toExponential(precision - 1).split('e');
  const power = Number(exponent);
  if (Object.is(single, -0)) return '-0';
  if (power >= -4 && power < 6) return String(Number(single.toPrecision(precision)));
  const digits = Math.abs(power).toString().padStart(2, '0');
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
}
