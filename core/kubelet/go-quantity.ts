const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const LIMIT = 2n ** 63n - 1n;

/** A quantity in billionths (the smallest unit Kubernetes keeps), rounded up and capped like the original, and its suffix. */
export type Quantity = Readonly<{ nanos: bigint; suffix: string; digits: number }>;

/** `resource.ParseQuantity`: `1.5Gi`, `100m`, `1e3`, `.5`, or null when Kubernetes refuses the text. */
export function parseQuantity(text: string): Quantity | null {
  const match = /^([+-]?)([0-9]*)(?:(\.)([0-9]*))?(.*)$/s.exec(text);
  if (!match) return null;
  const [, sign = '', integer = '', , fraction = '', suffix = ''] = match;
  if (integer === '' && fraction === '') return null;
  if (integer.length + fraction.length > 500) return null;
  const digits = BigInt(integer + fraction);
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(suffix)?.[1];
  let scaled: bigint;
  if (exponent !== undefined || suffix in DECIMAL) {
    const power = (exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent)) + 9 - fraction.length;
    if (exponent !== undefined && Math.abs(Number(exponent)) > 2 ** 31) return null;
    scaled =
      power >= 0
        ? digits * 10n ** BigInt(Math.min(power, 2000))
        : roundUp(digits, 10n ** BigInt(Math.min(-power, 600)));
  } else if (suffix in BINARY) {
    scaled = roundUp(digits * 10n ** 9n * 2n ** BigInt(BINARY[suffix] ?? 0), 10n ** BigInt(fraction.length));
  } else return null;
  const most = LIMIT * 10n ** 9n;
  if (suffix in BINARY && scaled > most) scaled = most;
  const places = integer.replace(/^0+/, '').length + fraction.length;
  return { nanos: sign === '-' ? -scaled : scaled, suffix, digits: places };
}

function roundUp(value: bigint, by: bigint): bigint {
  return value % by === 0n ? value / by : value / by + 1n;
}

/**
 * `Quantity.Value()`: whole units, rounded away from zero. What does not fit 64 bits is 0 when it was written with at
 * most 18 digits, else cut to the 64 bits Go keeps.
 */
export function quantityUnits({ nanos, digits }: Quantity): bigint {
  const units = roundUp(nanos < 0n ? -nanos : nanos, 10n ** 9n);
  if (units > LIMIT && digits <= 18) return 0n;
  return BigInt.asIntN(64, nanos < 0n ? -units : units);
}

/** What Kubernetes writes for a quantity it has read from `text`: `1.5Gi` becomes `1536Mi`; canonical texts stay. */
export function canonicalQuantity(text: string, { nanos, suffix }: Quantity): string {
  if (nanos === 0n) return '0';
  if (isKept(text, suffix)) return text;
  const whole = nanos % 10n ** 9n === 0n;
  const small = nanos > -1024n * 10n ** 9n && nanos < 1024n * 10n ** 9n;
  if (suffix in BINARY && whole && !small) {
    let units = nanos / 10n ** 9n;
    let power = 0;
    for (; units % 1024n === 0n; power++) units /= 1024n;
    return `${units}${['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'][power] ?? ''}`;
  }
  let mantissa = nanos;
  let exponent = -9;
  for (; mantissa % 10n === 0n; exponent++) mantissa /= 10n;
  for (; exponent % 3 !== 0; exponent--) mantissa *= 10n;
  if (/^[eE][-+0-9]/.test(suffix)) return `${mantissa}${exponent === 0 ? '' : `e${exponent}`}`;
  const letter = Object.entries(DECIMAL).find(([, power]) => power === exponent)?.[0];
  return `${mantissa}${letter ?? ''}`;
}

/** Go keeps the text of a quantity that is canonical already by its quick check. */
function isKept(text: string, suffix: string): boolean {
  const number = text.slice(0, text.length - suffix.length).replace(/^[-+]/, '');
  const [integer = '', fraction = ''] = number.split('.');
  const digits = (integer.replace(/^0+/, '') || '0') + fraction;
  if (suffix in BINARY) {
    const exponent = BINARY[suffix] ?? 0;
    const precision = 15 - digits.length - Math.trunc((exponent * 3) / 10) - 1;
    return fraction === '' && precision >= 0 && (BigInt(digits) & 7n) !== 0n;
  }
  const exponent = /^[eE][-+0-9]/.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const scale = exponent - fraction.length;
  return digits.length <= 18 && scale >= -9 && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}
