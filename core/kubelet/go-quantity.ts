const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const LIMIT = 2n ** 63n - 1n;
const MOST = LIMIT * 10n ** 9n;

/**
 * A quantity in billionths (the smallest unit Kubernetes keeps), rounded up and capped like the original, and its
 * suffix. `quick`: few enough digits that Go keeps a 64-bit number and a power of ten instead of a long decimal.
 */
export type Quantity = Readonly<{
  nanos: bigint;
  suffix: string;
  quick: Readonly<{ value: bigint; power: number }> | null;
}>;

/**
 * `resource.ParseQuantity`: `1.5Gi`, `100m`, `1e3`, `.5`, or null when Kubernetes refuses the text. A lone sign or suffix
 * (`G`) is zero where Go reads it the quick way.
 */
export function parseQuantity(text: string): Quantity | null {
  const match = /^([+-]?)([0-9]*)(?:(\.)([0-9]*))?(.*)$/s.exec(text);
  if (!match) return null;
  const [, sign = '', integer = '', , fraction = '', suffix = ''] = match;
  if (text === '' || integer.length + fraction.length > 500) return null;
  const magnitude = suffix in BINARY ? binary(integer, fraction, suffix) : decimal(integer, fraction, suffix);
  if (magnitude === null || (integer === '' && fraction === '' && !magnitude.quick)) return null;
  if (sign !== '-') return magnitude;
  const { nanos, quick } = magnitude;
  return { nanos: -nanos, suffix, quick: quick && { ...quick, value: -quick.value } };
}

function decimal(integer: string, fraction: string, suffix: string): Quantity | null {
  const exponent = decimalExponent(suffix);
  if (exponent === null) return null;
  const value = BigInt(integer + fraction || '0');
  const power = exponent - fraction.length;
  const shift = power + 9;
  const nanos =
    shift >= 0 ? value * 10n ** BigInt(Math.min(shift, 2000)) : roundUp(value, 10n ** BigInt(Math.min(-shift, 600)));
  const quick = significant(integer, fraction) <= 18 && power >= -9;
  return { nanos, suffix, quick: quick ? { value, power } : null };
}

function binary(integer: string, fraction: string, suffix: string): Quantity {
  const bits = BINARY[suffix] ?? 0;
  const value = BigInt(integer + fraction || '0') * 2n ** BigInt(bits);
  const nanos = roundUp(value * 10n ** 9n, 10n ** BigInt(fraction.length));
  const quick = fraction === '' && significant(integer, '') + Math.trunc((bits * 3) / 10) <= 14;
  return { nanos: nanos > MOST ? MOST : nanos, suffix, quick: quick ? { value, power: 0 } : null };
}

/** Power of ten of a decimal suffix or of an exponent, whose upper bits Go drops; null when it is neither. */
function decimalExponent(suffix: string): number | null {
  if (Object.hasOwn(DECIMAL, suffix)) return DECIMAL[suffix] ?? null;
  const text = /^[eE]([+-]?[0-9]{1,25})$/.exec(suffix)?.[1];
  if (text === undefined) return null;
  const exponent = BigInt(text.replace('+', ''));
  return exponent < -LIMIT - 1n || exponent > LIMIT ? null : Number(BigInt.asIntN(32, exponent));
}

/** Digits Go counts: zeros in front do not, a number without an integer part has one. */
function significant(integer: string, fraction: string): number {
  return Math.max(1, integer.replace(/^0+/, '').length) + fraction.length;
}

function roundUp(value: bigint, by: bigint): bigint {
  return value % by === 0n ? value / by : value / by + 1n;
}

/** Powers of ten Go multiplies with at once, keeping the low 64 bits; at others it gives up. */
const AT_ONCE: ReadonlySet<number> = new Set([1, 2, 3, 6, 9]);

/**
 * `Quantity.Value()`: whole units, rounded away from zero. Beyond 64 bits it is what Go is left with: 0 or the low bits,
 * and of a long negative decimal the low bits are taken before they are divided.
 */
export function quantityUnits({ nanos, quick }: Quantity): bigint {
  if (quick || nanos >= 0n) {
    const units = nanos < 0n ? -roundUp(-nanos, 10n ** 9n) : roundUp(nanos, 10n ** 9n);
    const low = BigInt.asIntN(64, units);
    return units === low || !quick || AT_ONCE.has(quick.power) ? low : 0n;
  }
  if (nanos === -MOST) return -LIMIT;
  const low = BigInt.asIntN(64, nanos);
  return low / 10n ** 9n + (low % 10n ** 9n === 0n ? 0n : 1n);
}

/** What Kubernetes writes for a quantity it has read from `text`: `1.5Gi` becomes `1536Mi`; canonical texts stay. */
export function canonicalQuantity(text: string, quantity: Quantity): string {
  const { nanos, suffix, quick } = quantity;
  if (nanos === 0n) return '0';
  if (isKept(text, quantity)) return text;
  const whole = nanos % 10n ** 9n === 0n;
  const small = nanos > -1024n * 10n ** 9n && nanos < 1024n * 10n ** 9n;
  if (suffix in BINARY && whole && !small) {
    let units = nanos / 10n ** 9n;
    let power = 0;
    for (; units % 1024n === 0n; power++) units /= 1024n;
    return `${units}${['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][power] ?? ''}`;
  }
  let mantissa = quick ? quick.value : nanos;
  let exponent = quick ? quick.power : -9;
  for (; mantissa % 10n === 0n; exponent++) mantissa /= 10n;
  for (; exponent % 3 !== 0; exponent--) mantissa *= 10n;
  if (/^[eE][-+0-9]/.test(suffix)) return `${mantissa}${exponent === 0 ? '' : `e${exponent}`}`;
  const letter = Object.entries(DECIMAL).find(([, power]) => power === exponent)?.[0];
  return `${mantissa}${letter ?? ''}`;
}

/** Go keeps the text of a quantity that is canonical already by its quick check. */
function isKept(text: string, { suffix, quick }: Quantity): boolean {
  if (!quick) return false;
  const number = text.slice(0, text.length - suffix.length).replace(/^[-+]?0*/, '');
  const digits = (number.startsWith('.') ? `0${number}` : number).replace('.', '');
  if (suffix in BINARY) return (BigInt(digits) & 7n) !== 0n;
  return quick.power % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}
