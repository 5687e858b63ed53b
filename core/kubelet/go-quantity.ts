const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const LIMIT = 2n ** 63n - 1n;

/** A quantity in billionths (the smallest unit Kubernetes keeps), capped like the original, and its suffix. */
export type Quantity = Readonly<{ nanos: bigint; suffix: string }>;

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
      power >= 0 ? digits * 10n ** BigInt(Math.min(power, 60)) : roundUp(digits, 10n ** BigInt(Math.min(-power, 600)));
  } else if (suffix in BINARY) {
    scaled = roundUp(digits * 10n ** 9n * 2n ** BigInt(BINARY[suffix] ?? 0), 10n ** BigInt(fraction.length));
  } else return null;
  const most = LIMIT * 10n ** 9n;
  if (scaled > most) scaled = most;
  return { nanos: sign === '-' ? -scaled : scaled, suffix };
}

function roundUp(value: bigint, by: bigint): bigint {
  return value % by === 0n ? value / by : value / by + 1n;
}
