import { type Arguments, allOrigins, list, none, PythonError, type Str, str, tuple, type Value } from '../../value.ts';
import { bind, type Engine } from '../engine.ts';
import { derived } from '../python.ts';
import { compileRegex, type Match, substitute } from '../regex.ts';
import { mapText, slice } from '../text.ts';
import { any, asText, type Filters, isTrue, textOf } from './filter.ts';

const NOT_EVALUATED = { why: ['a regular expression that is not evaluated here'], defined: true } as const;

function groupText(text: Str, match: Match, group: number): Value {
  const range = match.groups[group];
  return range ? slice(text, range[0], range[1]) : none();
}

function search(engine: Engine, input: Value, args: Arguments): Value {
  const [pattern, ...wanted] = args.positional;
  const flags = {
    ignoreCase: isTrue(engine, args.named.get('ignorecase')),
    multiline: isTrue(engine, args.named.get('multiline')),
  };
  const text = asText(engine, input);
  const regex = compileRegex(engine, textOf(pattern ?? args.named.get('regex'), 'the pattern'), flags, text.text);
  if (!regex) return derived('regex_search', [input, ...args.positional, ...args.named.values()], NOT_EVALUATED);
  const [match] = regex.matches(text.text, 1);
  if (!match) return none(allOrigins(input));
  if (wanted.length === 0) return slice(text, match.start, match.end);
  return list(
    wanted.map(value => {
      const [, name, number] = /^\\(?:g<(\S+)>|(\d+))/.exec(textOf(value, 'a group')) ?? [];
      const group = number ?? (/^\d+$/.test(name ?? '') ? name : undefined);
      const position = group === undefined ? regex.groupOf(name ?? '') : Number(group);
      if (position === null || position >= match.groups.length) throw new PythonError('fails', 'Unknown argument');
      return groupText(text, match, position);
    }),
    allOrigins(input),
  );
}

export const REGEX_FILTERS: Filters = {
  regex_replace: any((engine, input, args) => {
    const { pattern, replacement, ignorecase, multiline } = bind('regex_replace', args, [
      'pattern',
      'replacement',
      'ignorecase',
      'multiline',
    ]);
    const flags = { ignoreCase: isTrue(engine, ignorecase), multiline: isTrue(engine, multiline) };
    const text = asText(engine, input);
    const regex = compileRegex(engine, pattern ? textOf(pattern, 'the pattern') : '', flags, text.text);
    if (!regex) return derived('regex_replace', [input, ...args.positional, ...args.named.values()], NOT_EVALUATED);
    return substitute(engine, regex, text, replacement ? asText(engine, replacement) : str(''));
  }),
  regex_search: any(search),
  regex_findall: any((engine, input, args) => {
    const { regex: pattern, multiline, ignorecase } = bind('regex_findall', args, ['regex', 'multiline', 'ignorecase']);
    const flags = { ignoreCase: isTrue(engine, ignorecase), multiline: isTrue(engine, multiline) };
    const text = asText(engine, input);
    const regex = compileRegex(engine, textOf(pattern, 'the pattern'), flags, text.text);
    if (!regex) return derived('regex_findall', [input, ...args.positional, ...args.named.values()], NOT_EVALUATED);
    const orEmpty = (value: Value) => (value.kind === 'none' ? str('') : value);
    const found = regex.matches(text.text).map(match => {
      if (match.groups.length <= 2) return orEmpty(groupText(text, match, match.groups.length - 1));
      return tuple(match.groups.slice(1).map((_, i) => orEmpty(groupText(text, match, i + 1))));
    });
    return list(found, allOrigins(input));
  }),
  regex_escape: any((engine, input, args) => {
    const { re_type } = bind('regex_escape', args, ['re_type']);
    const special =
      re_type && textOf(re_type, 're_type') === 'posix_basic' ? /[\].[^$*\\]/g : /[\s#$&()*+\-.?[\\\]^{|}~]/g;
    return mapText(engine.budget, asText(engine, input), text => text.replace(special, '\\$&'));
  }),
};
