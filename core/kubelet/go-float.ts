/** IEEE 754 as Go rounds to it: bits of the mantissa, exponent of the smallest number, the largest number. */
const FORMATS = {
  32: { mantissa: 24, least: -149, most: 2 ** 128 - 2 ** 104 },
  64: { mantissa: 53, least: -1074, most: Number.MAX_VALUE },
} as const;

const DECIMAL = /^([-+]?)(\d(?:_?\d)*)?(?:\.(\d(?:_?\d)*)?)?(?:e([-+]?\d(?:_?\d)*))?$/i;
const HEXADECIMAL = /^([-+]?)0x((?:_?[\da-f])+)?(?:\.([\da-f](?:_?[\da-f])*)?)?p([-+]?\d(?:_?\d)*)$/i;

/** Digits that can still decide how a number is rounded; of those behind only counts whether one is not zero. */
const DIGITS = 1000;

/**
 * Go's `strconv.ParseFloat(text, bits)`: decimal, hexadecimal (`0x1p-2`, the exponent is needed), underscores between
 * digits, infinities and NaN in any case. null when Go refuses the text, also as out of range.
 */
export function parseGoFloat(text: string, bits: 32 | 64): number | null {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[-+]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const match = DECIMAL.exec(text) ?? HEXADECIMAL.exec(text);
  if (!match || (match[2] === undefined && match[3] === undefined)) return null;
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match.map(part => part?.replaceAll('_', ''));
  const base = HEXADECIMAL.test(text) ? 2 : 10;
  const perDigit = base === 2 ? 4 : 1;
  const digits = (integer + fraction).replace(/^0+/, '');
  const power = Number(exponent) - fraction.length * perDigit;
  const magnitude = digits === '' ? 0 : rounded(digits, base, power, perDigit, bits);
  if (magnitude === null) return null;
  return sign === '-' ? -magnitude : magnitude;
}

/** The nearest number of the format, ties to even; null above its largest. */
function rounded(digits: string, base: 2 | 10, power: number, perDigit: number, bits: 32 | 64): number | null {
  const size = digits.length * perDigit + power;
  if (size > 2000) return null;
  if (size < -2000) return 0;
  const rest = digits.slice(DIGITS);
  const kept = rest === '' ? digits : digits.slice(0, DIGITS) + (/[^0]/.test(rest) ? '1' : '0');
  const scale = power + (digits.length - kept.length) * perDigit;
  const integer = BigInt(base === 2 ? `0x${kept}` : kept);
  const factor = BigInt(base) ** BigInt(Math.abs(scale));
  const numerator = scale < 0 ? integer : integer * factor;
  const denominator = scale < 0 ? factor : 1n;
  const { mantissa, least, most } = FORMATS[bits];
  let shift = Math.max(least, bitsOf(numerator) - bitsOf(denominator) - mantissa);
  let quotient = shifted(numerator, denominator, shift);
  if (bitsOf(quotient) > mantissa) quotient = shifted(numerator, denominator, ++shift);
  const value = Number(quotient) * 2 ** shift;
  return value > most ? null : value;
}

/** `numerator / denominator / 2^shift`, rounded to the nearest integer, ties to even. */
function shifted(numerator: bigint, denominator: bigint, shift: number): bigint {
  const above = shift < 0 ? numerator << BigInt(-shift) : numerator;
  const below = shift < 0 ? denominator : denominator << BigInt(shift);
  const quotient = above / below;
  const twice = (above % below) * 2n;
  return twice > below || (twice === below && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

function bitsOf(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
