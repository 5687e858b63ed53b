import type { Random } from '../../../conformance/random.ts';
import type { ModuleCall } from './real-modules.ts';

const LINES = [
  'a=1',
  'a=1',
  'a = 2',
  '#a=1',
  '; a = 2',
  'b=1',
  'b = 2',
  'b',
  'c: 3',
  '  a: x',
  '[s]',
  '[t]',
  '[s]',
  '',
  ' ',
  'k=v=w',
  'a=x y',
  'é=ü',
  '# BEGIN ANSIBLE MANAGED BLOCK',
  '# END ANSIBLE MANAGED BLOCK',
  '# BEGIN m',
  '# END m',
  'a=$x "q"',
  'trailing ',
  '\ttab',
];
const PATTERNS = [
  '^a=',
  'a',
  '^#?a=',
  '^\\s*b\\s*=',
  '(a)=(.*)$',
  '^$',
  '^\\[s\\]',
  '[0-9]$',
  '.*',
  '^.*$',
  'a|b',
  '[ab]+',
  '(?i)A=',
  '(?P<k>\\w+)=(?P<v>.*)',
  '(?=a)',
  '(a)\\1',
  '\\bb\\b',
  '\\d+',
  '$',
  '^',
  '[^=]+=',
  '[$]x',
  'é',
  '.',
  '\\s$',
  'x*',
  '^b *= *2\\s*$',
  '(?m)^b',
  'zzz',
  '\\Aa',
  '2\\Z',
  '\\n',
  'a=1\\nb',
  '^\\s*$',
  '(x)?a=(\\d)',
  '[]=]',
  'a{1,2}=',
];
const TEXTS = ['a=9', 'b = 2', 'a=1', '', 'new line', '[s]', 'é', 'a=1\n', ' lead', '#a=1', 'c: 3'];
const REFERENCES = ['\\1=\\2', '\\g<1>x', '\\g<k>=new', '\\g<0>', '[\\1]', 'x\\ty', 'bad \\q', '\\9', '\\\\', 'a=\\2!'];

function one<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)] as T;
}

function maybe<T>(random: Random, percent: number, value: () => T): T | undefined {
  return random.below(100) < percent ? value() : undefined;
}

export function randomText(random: Random): string {
  const end = random.below(12) === 0 ? '\r\n' : '\n';
  const lines = Array.from({ length: random.below(9) }, () => one(random, LINES));
  const ended = random.below(5) === 0 ? '' : end;
  return lines.length === 0 ? '' : `${lines.join(end)}${ended}`;
}

const GENERATORS: Readonly<Record<string, (random: Random) => Record<string, unknown>>> = {
  lineinfile: random => {
    const backrefs = random.below(4) === 0;
    const search = random.below(6) === 0;
    const after = random.below(2) === 0;
    const place = () => one(random, [...PATTERNS, 'EOF', 'BOF', 'EOF', 'BOF', '']);
    return {
      regexp: search ? undefined : maybe(random, 75, () => one(random, PATTERNS)),
      search_string: search ? one(random, [...TEXTS, 'a=']) : undefined,
      line: maybe(random, 95, () => one(random, backrefs ? [...TEXTS, ...REFERENCES] : TEXTS)),
      state: maybe(random, 40, () => one(random, ['present', 'absent'])),
      insertafter: after ? maybe(random, 50, place) : undefined,
      insertbefore: after ? undefined : maybe(random, 50, place),
      backrefs: backrefs || undefined,
      firstmatch: maybe(random, 30, () => one(random, [true, 'yes', false])),
    };
  },
  replace: random => ({
    regexp: one(random, PATTERNS),
    replace: maybe(random, 90, () => one(random, [...TEXTS, ...REFERENCES])),
    after: maybe(random, 20, () => one(random, PATTERNS)),
    before: maybe(random, 20, () => one(random, PATTERNS)),
  }),
  blockinfile: random => {
    const after = random.below(2) === 0;
    const place = () => one(random, [...PATTERNS, 'EOF', 'BOF']);
    return {
      block: maybe(random, 90, () => one(random, [...TEXTS, 'x\ny', 'x\ny\n', '\nx', 'a=1\n\nb=1'])),
      state: maybe(random, 25, () => one(random, ['present', 'absent'])),
      marker: maybe(random, 30, () =>
        one(random, ['# {mark} m', '# {mark} ANSIBLE MANAGED BLOCK', 'same', '{mark}{mark}']),
      ),
      marker_begin: maybe(random, 10, () => one(random, ['BEGIN', 'FROM'])),
      marker_end: maybe(random, 10, () => one(random, ['END', 'TO'])),
      insertafter: after ? maybe(random, 50, place) : undefined,
      insertbefore: after ? undefined : maybe(random, 50, place),
    };
  },
  ini_file: random => {
    const many = random.below(3) === 0;
    return {
      section: maybe(random, 85, () => one(random, ['s', 't', 'u', ''])),
      option: maybe(random, 90, () => one(random, ['a', 'b', 'new', 'k', 'é'])),
      value: many ? undefined : maybe(random, 85, () => one(random, ['1', '2', '9', '', 'v=w', 'x y'])),
      values: many ? Array.from({ length: random.below(4) }, () => one(random, ['1', '2', '9', '', 'x y'])) : undefined,
      state: maybe(random, 40, () => one(random, ['present', 'absent'])),
      exclusive: maybe(random, 40, () => one(random, [true, false])),
      no_extra_spaces: maybe(random, 40, () => one(random, [true, false])),
      allow_no_value: maybe(random, 25, () => one(random, [true, false])),
    };
  },
};

/** A call of the module with arguments that often meet what the file says. */
export function randomCall(module: string, random: Random): ModuleCall {
  const args = Object.entries(GENERATORS[module]?.(random) ?? {}).filter(([, value]) => value !== undefined);
  return { module, text: randomText(random), args: Object.fromEntries(args) };
}
