import { bool, float, int, none, type Origins, PythonError, str, type Value } from './value.ts';

/** What a plain (unquoted) scalar is under YAML 1.1 by PyYAML's implicit resolvers, in the order PyYAML asks them. */
export type PlainType = 'bool' | 'float' | 'int' | 'merge' | 'null' | 'timestamp' | 'value' | 'str';

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INT =
  /^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const NULL = /^(?:~|null|Null|NULL|)$/;
const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::(\d\d))?))?)?$/;

/** Numbers longer than this are refused: no configuration needs them and converting them is slow. */
const MAX_DIGITS = 1000;

export function plainType(text: string): PlainType {
  if (BOOL.test(text)) return 'bool';
  if (FLOAT.test(text)) return 'float';
  if (INT.test(text)) return 'int';
  if (text === '<<') return 'merge';
  if (NULL.test(text)) return 'null';
  if (isTimestamp(text)) return 'timestamp';
  if (text === '=') return 'value';
  return 'str';
}

function isTimestamp(text: string): boolean {
  return TIMESTAMP.test(text) && (text.length > 10 || /^\d{4}-\d\d-\d\d$/.test(text));
}

/** The value of a plain scalar. @throws PythonError when PyYAML would refuse it */
export function plainValue(text: string, origins: Origins): Value {
  switch (plainType(text)) {
    case 'bool':
      return bool(/^(?:yes|true|on)$/i.test(text), origins);
    case 'float':
      return float(plainFloat(text), origins);
    case 'int':
      return int(plainInt(text), origins);
    case 'null':
      return none(origins);
    case 'timestamp':
      return str(timestampText(text), origins);
    case 'value':
      throw new PythonError('fails', 'a lone "=" is not a value; quote it');
    case 'merge':
    case 'str':
      return str(text, origins);
  }
}

function plainInt(text: string): bigint {
  if (text.length > MAX_DIGITS) throw new PythonError('fails', `a number of ${text.length} digits`);
  const sign = text.startsWith('-') ? -1n : 1n;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  if (/^0[bx]?$/.test(digits) && digits !== '0') throw new PythonError('fails', `invalid number ${text}`);
  if (digits.includes(':')) return sign * digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);
  if (/^0[0-7]+$/.test(digits)) return sign * BigInt(`0o${digits.slice(1)}`);
  return sign * BigInt(digits);
}

function plainFloat(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase();
  if (digits === '.inf') return sign * Number.POSITIVE_INFINITY;
  if (digits === '.nan') return Number.NaN;
  if (digits.includes(':')) return sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return sign * Number(digits);
}

/** `str()` of the date or datetime PyYAML makes of a timestamp. */
function timestampText(text: string): string {
  const match = TIMESTAMP.exec(text);
  if (!match) return text;
  const [, year, month = '', day = '', hour, minute, second, fraction, zulu, sign, offsetHour, offsetMinute] = match;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  if (hour === undefined) return date;
  const micro = (fraction ?? '').slice(0, 6).padEnd(6, '0');
  const zone = zulu ? '+00:00' : sign ? `${sign}${(offsetHour ?? '').padStart(2, '0')}:${offsetMinute ?? '00'}` : '';
  return `${date} ${hour.padStart(2, '0')}:${minute}:${second}${micro === '000000' ? '' : `.${micro}`}${zone}`;
}
