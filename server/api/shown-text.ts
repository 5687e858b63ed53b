import type { Json } from '../../core/kubelet/types.ts';
import type { Shown } from '../../core/review/types.ts';

/** A value in one line for people: strings bare, everything else as JSON, what nobody wrote marked as default. */
export function shownText(shown: Shown): string {
  switch (shown.state) {
    case 'absent':
      return 'not set';
    case 'unknown':
      return `unknown (${shown.why.join('; ') || 'not known from Git'})`;
    case 'value':
      return shown.implicit ? `${jsonText(shown.value)} (default)` : jsonText(shown.value);
  }
}

/** Strings bare, unless they would read as something else. */
export function jsonText(value: Json): string {
  const bare = typeof value === 'string' && value !== '' && value === value.trim();
  return bare && !/^([[{"]|true$|false$|null$|-?\d)/.test(value) ? value : JSON.stringify(value);
}
