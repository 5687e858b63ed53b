import { posix } from 'node:path';
import { allOrigins, PythonError, pythonType, str, tuple, type Value } from '../../value.ts';
import { iterate } from '../access.ts';
import { defined, derived, isUnknown } from '../python.ts';
import { slice } from '../text.ts';
import { Undecided } from '../undecided.ts';
import { any, asText, type Filters, textOf, whole } from './filter.ts';

function text(value: Value) {
  if (value.kind !== 'str')
    throw new PythonError('fails', `expected str, bytes or os.PathLike object, not ${pythonType(value)}`);
  return value;
}

/** Python's `os.path` on POSIX. */
export const PATH_FILTERS: Filters = {
  basename: {
    unknowns: 'own',
    apply: (engine, input) => {
      const path = defined(input);
      const name = path.kind === 'str' ? slice(path, path.text.lastIndexOf('/') + 1) : path;
      return isUnknown(engine.budget, name) ? derived('basename', [path]) : text(name);
    },
  },
  dirname: any((_, input) => {
    const head = text(input).text.slice(0, text(input).text.lastIndexOf('/') + 1);
    const kept = /^\/+$/.test(head) ? head : head.replace(/\/+$/, '');
    return slice(text(input), 0, kept.length);
  }),
  splitext: any((_, input) => {
    const path = text(input);
    const name = path.text.lastIndexOf('/') + 1;
    const dot = path.text.lastIndexOf('.');
    const hidden = dot <= name || /^\.*$/.test(path.text.slice(name, dot));
    return hidden ? tuple([path, str('')]) : tuple([slice(path, 0, dot), slice(path, dot)]);
  }),
  path_join: any((_, input) => {
    if (input.kind === 'str') return input;
    let joined = '';
    for (const part of iterate(input)) {
      const piece = textOf(part, 'a path');
      if (piece.startsWith('/')) joined = piece;
      else joined += joined === '' || joined.endsWith('/') ? piece : `/${piece}`;
    }
    return str(joined, allOrigins(input));
  }),
  /** A relative path hangs on the directory Ansible is started in. Links are not followed: a repository has none the gate would follow. */
  realpath: whole((_, input) => {
    const path = text(input);
    if (!/^[/\uE000]/.test(path.text)) throw new Undecided();
    const [root = '', ...names] = path.text.split('/');
    const kept: string[] = [];
    for (const name of names) {
      if (name === '..') {
        if ((kept.pop() ?? root).includes('\uE000')) throw new Undecided();
      } else if (name !== '' && name !== '.') kept.push(name);
    }
    const real = [root, ...kept].join('/') || '/';
    return { ...path, text: real, segments: [{ length: real.length, origins: allOrigins(path) }] };
  }),
  relpath: any((engine, input, args) => {
    const [start] = args.positional;
    const from = start ? asText(engine, start).text : '';
    const path = text(input).text;
    if (!path.startsWith('/') || !from.startsWith('/')) throw new Undecided();
    return str(posix.relative(from, path) || '.', allOrigins(input));
  }),
};
