import type { KubeletFacts } from '../../../core/kubelet/facts.ts';
import type { Json } from '../../../core/kubelet/types.ts';
import { touches } from '../../../core/review/touches.ts';
import type { FieldChange, Shown } from '../../../core/review/types.ts';
import type { ExpectedEffect } from './real-change.ts';

/**
 * The paths of a review a named field may show at: `flag --anonymous-auth` and `kubelet-arg read-only-port` as the
 * flag and as the field it sets, `a / --b` as either.
 */
export function pathsOf(field: string, { flags }: KubeletFacts): readonly string[] {
  return field.split(/\s+\/\s+/).flatMap(part => {
    const name = part.trim().replace(/^(?:flag|kubelet-arg|field)\s+/, '');
    const flag = name.replace(/^--/, '');
    if (flag === name && flag === part.trim() && !/^[a-z]+(?:-[a-z]+)+$/.test(flag)) return [name];
    const sets = flags[flag]?.field ?? flags[`--${flag}`]?.field;
    return [`--${flag}`, ...(typeof sets === 'string' ? [sets] : [])];
  });
}

/** Whether a change speaks about one of the paths, a parent or a child of it. */
export function speaksOf(change: FieldChange, paths: readonly string[]): boolean {
  return paths.some(path => touches(change.path, path));
}

export type EffectAnswer = Readonly<{
  /** Changes that speak of the field. */
  changes: readonly FieldChange[];
  /** `exact`: both texts are values and equal ours. `changed`: a text is prose, so only that it changed counts. */
  how: 'exact' | 'changed' | 'unchanged';
  /** What is wrong; null when the effect was found. */
  miss: string | null;
}>;

/**
 * Compares one expected effect with what a review found. Texts with blanks or template braces are prose. A field
 * expected to have no value on both sides, or in a change without any effect (`still`), must not change.
 */
export function answerEffect(
  effect: ExpectedEffect,
  changes: readonly FieldChange[],
  facts: KubeletFacts,
  still: boolean,
): EffectAnswer {
  const speaking = changes.filter(change => speaksOf(change, pathsOf(effect.field, facts)));
  if (still || effect.before === effect.after) {
    const [first] = speaking;
    const miss = first ? `${first.path} must not change: ${shownText(first.before)} → ${shownText(first.after)}` : null;
    return { changes: speaking, how: 'unchanged', miss };
  }
  const how = isProse(effect.before) || isProse(effect.after) ? 'changed' : 'exact';
  if (speaking.length === 0) return { changes: speaking, how, miss: `no change of ${effect.field}` };
  const equal = speaking.filter(
    change => isSide(effect.before, change, 'before') && isSide(effect.after, change, 'after'),
  );
  const [first] = speaking;
  const miss =
    equal.length > 0 || !first ? null : `${first.path} is ${shownText(first.before)} → ${shownText(first.after)}`;
  return { changes: equal.length > 0 ? equal : speaking, how, miss };
}

function isProse(text: string | null): boolean {
  return text !== null && (/\s|\{\{/.test(text.trim()) || text.trim() === '');
}

function isSide(text: string | null, change: FieldChange, side: 'before' | 'after'): boolean {
  const shown = change[side];
  if (isProse(text)) return true;
  if (text === null || text === 'absent' || text === '<absent>') return isUnset(shown);
  if (shown.state !== 'value') return false;
  if (valueText(shown.value) === text) return true;
  const [key = '', value] = text.split('=');
  return value !== undefined && change.path.endsWith(`.${key}`) && valueText(shown.value) === value;
}

/** Nobody set it: no such field, or the kubelet's own default. */
function isUnset(shown: Shown): boolean {
  return shown.state === 'absent' || (shown.state === 'value' && shown.implicit);
}

export function valueText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function shownText(shown: Shown): string {
  if (shown.state !== 'value') return shown.state === 'absent' ? 'absent' : `unknown (${shown.why.join('; ')})`;
  return `${valueText(shown.value)}${shown.implicit ? ' (default)' : ''}`;
}
