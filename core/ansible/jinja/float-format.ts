import { floatText } from './python.ts';

/**
 * Decimal forms of a float as Python writes them: of its exact binary value, halves to even.
 * JavaScript's `toFixed` and `toExponential` round halves up and leave plain digits at 1e21.
 */

/** `size` with `digits` digits after the point, as `%.3f`. `size` is not negative. */
export function fixedPoint(size: number, digits: number): string {
  if (!Number.isFinite(size)) return floatText(size);
  const text = timesTenTo(size, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `size` as one digit, `digits` more and an exponent of at least two digits, as `%.3e`. `size` is not negative. */
export function exponential(size: number, digits: number): string {
  if (!Number.isFinite(size)) return floatText(size);
  let exponent = size === 0 ? 0 : Number(size.toExponential().split('e')[1]);
  let text = timesTenTo(size, digits - exponent).toString();
  if (text.length > digits + 1) {
    exponent++;
    text = timesTenTo(size, digits - exponent).toString();
  }
  text = text.padEnd(digits + 1, '0');
  const fraction = digits === 0 ? '' : `.${text.slice(1)}`;
  const sign = exponent < 0 ? '-' : '+';
  return `${text[0]}${fraction}e${sign}${Math.abs(exponent).toString().padStart(2, '0')}`;
}

/** `size` in the shorter of both forms with `digits` significant digits and no zeros at the end, as `%.3g`. */
export function general(size: number, digits: number): string {
  if (!Number.isFinite(size)) return floatText(size);
  const significant = Math.max(1, digits);
  const long = exponential(size, significant - 1);
  const [mantissa = '', exponent = ''] = long.split('e');
  const power = Number(exponent);
  if (power < -4 || power >= significant) return `${withoutZeros(mantissa)}e${exponent}`;
  return withoutZeros(fixedPoint(size, significant - 1 - power));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** The whole number nearest to `size` (finite, not negative) times ten to `power`, halves to even. */
export function timesTenTo(size: number, power: number): bigint {
  const { mantissa, exponent } = binary(size);
  const above = mantissa * 10n ** BigInt(Math.max(0, power)) * 2n ** BigInt(Math.max(0, exponent));
  const below = 10n ** BigInt(Math.max(0, -power)) * 2n ** BigInt(Math.max(0, -exponent));
  const [whole, twice] = [above / below, (above % below) * 2n];
  return twice > below || (twice === below && whole % 2n === 1n) ? whole + 1n : whole;
}

/** The whole number and the power of two a finite float is made of (IEEE 754, 64 bits). */
function binary(size: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  const bits = view.getBigUint64(0);
  const [exponent, fraction] = [Number((bits >> 52n) & 0x7ffn), bits & 0xfffffffffffffn];
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 };
}
