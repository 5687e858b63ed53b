import type { Value } from './value.ts';

/**
 * What Ansible takes a value for where it wants yes or no: `boolean(…, strict=False)`, for which everything else is no.
 * null: nobody knows.
 */
export function booleanOf(value: Value | undefined): boolean | null {
  switch (value?.kind) {
    case 'bool':
      return value.value;
    case 'int':
    case 'float':
      return Number(value.value) === 1;
    case 'str':
      return value.unknowns?.size ? null : /^\s*(?:y|yes|t|true|on|1)\s*$/i.test(value.text);
    case 'unknown':
      return null;
    default:
      return false;
  }
}
