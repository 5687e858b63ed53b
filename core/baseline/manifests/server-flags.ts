import type { Json } from '../../kubelet/types.ts';
import type { ObjectSource } from '../kubernetes-objects.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { type ServerStart, serverStart } from './api-server.ts';
import { judgeSources, type ObjectAnswer } from './judge-sources.ts';
import { isTexts, type ManifestOperator, member, textsOf } from './operator.ts';
import type { KubernetesObject } from './read-objects.ts';

/** How one operator judges the value of a flag. */
type FlagRule = Readonly<{
  fault: (value: Json) => string | null;
  words: (value: Json) => string;
  holds: (value: Json, actual: string) => boolean;
}>;

const items = (text: string): readonly string[] => text.split(',').map(item => item.trim());
const nothing = (value: Json): string | null => (value === null ? null : 'this operator takes no value');

const CONTAINS: FlagRule = {
  fault: value => (typeof value === 'string' && value !== '' ? null : 'value must be one item of the list'),
  words: value => `a list with ${String(value)}`,
  holds: (value, actual) => items(actual).includes(String(value)),
};

const CONTAINS_ALL_AND_NONE: FlagRule = {
  fault: value =>
    isTexts(member(value, 'all')) && isTexts(member(value, 'none')) ? null : 'value must be {all: […], none: […]}',
  words: value => `${textsOf(value, 'all').join(',')} without ${textsOf(value, 'none').join(' or ')}`,
  holds: (value, actual) =>
    textsOf(value, 'all').every(item => items(actual).includes(item)) &&
    textsOf(value, 'none').every(item => !items(actual).includes(item)),
};

const PRESENT: FlagRule = { fault: nothing, words: () => 'set', holds: (_, actual) => actual !== '' };

/** Flags whose place another one takes: with it, what the first would say stands in a file. */
const REPLACED_BY: Readonly<Record<string, string>> = { 'authorization-mode': 'authorization-config' };

/** Operators over one flag of kube-apiserver, and over flags that must all be set. */
export const FLAG_OPERATORS: Readonly<Record<string, ManifestOperator>> = {
  contains: operator(CONTAINS),
  'contains-all-and-none': operator(CONTAINS_ALL_AND_NONE),
  present: operator(PRESENT),
  'both-or-none-required': {
    ...operator(PRESENT),
    words: ({ paths }) => `${paths.map(flagName).join(' and ')} set`,
  },
};

function operator(rule: FlagRule): ManifestOperator {
  return {
    fault: rule.fault,
    words: ({ check }) => rule.words(check.value),
    evaluate: (control, sources) => control.paths.flatMap(path => evaluate(rule, control, path, sources)),
    nothing: 'nothing in this repository starts kube-apiserver on these nodes',
  };
}

/** `kube-apiserver --name`: the flag with its dashes. */
export function flagName(path: string): string {
  return path.slice(path.indexOf('--'));
}

function evaluate(
  rule: FlagRule,
  control: Control,
  path: string,
  sources: readonly ObjectSource[],
): readonly PlaceAnswer[] {
  const judge = (object: KubernetesObject, source: ObjectSource): readonly ObjectAnswer[] => {
    const start = serverStart(object, source);
    return start ? [judgeFlag(rule, control, path, start, object, source)] : [];
  };
  return judgeSources(sources, judge, path).map(one => ({
    ...one,
    location: `${one.location ?? ''} ${flagName(path)}`,
  }));
}

function judgeFlag(
  rule: FlagRule,
  { check }: Control,
  path: string,
  start: ServerStart,
  object: KubernetesObject,
  source: ObjectSource,
): ObjectAnswer {
  const name = flagName(path).slice(2);
  const given = start.flags.filter(flag => flag.name === name);
  const nodes = given.map(({ node }) => node);
  const evidence = nodes.length > 0 ? nodes.flatMap(object.originsOf).slice(0, 4) : [source.at];
  const base = { path, key: '', evidence };
  const value = actingValue(name, start);
  if (value === null) {
    const reason = `${path} of ${source.name} cannot be known from Git`;
    return { ...base, result: 'undecided', actual: null, reason };
  }
  const what = given.length > 0 ? `is ${value}` : value === undefined ? 'is not set' : `is not set, so ${value} acts`;
  const holds = rule.holds(check.value, value ?? '');
  const reason = `${path} ${what}${holds ? '' : `; expected ${rule.words(check.value)}`}`;
  return { ...base, result: holds ? 'pass' : 'violated', actual: value ?? null, reason };
}

/**
 * What acts: all values given (of a flag given twice the lists are joined), else what is filled in. Null where that cannot
 * be known, undefined where nothing is set.
 */
function actingValue(name: string, { flags, open, defaults }: ServerStart): string | null | undefined {
  const given = flags.filter(flag => flag.name === name);
  const replacing = REPLACED_BY[name];
  if (replacing !== undefined && flags.some(flag => flag.name === replacing)) return null;
  if (given.some(({ value }) => value === null)) return null;
  if (given.length > 0) return given.map(({ value }) => value).join(',');
  return open ? null : defaults[name];
}
