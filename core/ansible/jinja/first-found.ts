import { booleanOf } from '../boolean.ts';
import { type AnsibleVersion, isSince } from '../types.ts';
import { field, none, PythonError, str, type Value } from '../value.ts';

/** Names to look for, in that order, and whether finding none is no failure; null: nobody knows. */
export type Searched = Readonly<{ names: readonly Value[]; skip: boolean | null }>;

type Options = (name: 'files' | 'paths' | 'skip') => Value | undefined;
type Search = { names: Value[]; skip: boolean | null; options: Options };

/**
 * What `first_found` looks for: each file below each path, where those are given (`first_found._process_terms`). A text,
 * when it cannot be told: why. Until ansible-core 2.15 files of an option take the place of all terms before them, and
 * until 2.14 options without a term are passed over. Of 2.16 to 2.18 only some read options beside terms.
 *
 * @throws PythonError for terms it cannot use
 */
export function searchedFiles(
  ansible: AnsibleVersion,
  terms: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Searched | string {
  const options: Options = name => named.get(name);
  const search: Search = { names: [], skip: false, options };
  if (!isSince(ansible, '2.16')) {
    const implied = terms.length === 0 && named.size > 0 && isSince(ansible, '2.15');
    return replaced(search, implied ? [str('')] : terms, options) ?? search;
  }
  const isPlain = ['files', 'paths', 'skip'].every(name => !named.has(name));
  if (!isSince(ansible, '2.19') && terms.length > 0 && !isPlain) return 'options beside the names to look for';
  const why = extended(search, terms.length > 0 ? terms : texts(options('files')), isSince(ansible, '2.19'));
  if (why !== null) return why;
  return isSince(ansible, '2.19') ? { ...search, skip: booleanOf(search.options('skip')) } : search;
}

/** Until ansible-core 2.15; null when it is told. */
function replaced(search: Search, terms: readonly Value[], named: Options): string | null {
  for (const term of terms) {
    if (isMany(term)) {
      const inner: Search = { names: [], skip: false, options: named };
      const why = replaced(inner, term.items, named);
      if (why !== null) return why;
      search.names.push(...inner.names);
      search.skip = inner.skip;
      continue;
    }
    const options = optionsOf(term) ?? named;
    const files = split(texts(options('files')));
    const paths = split(texts(options('paths')), OF_PATHS);
    search.skip = booleanOf(options('skip'));
    if (paths.length > 0) search.names.push(...below(paths, files));
    else if (files.length > 0) search.names = [...files];
    else if (optionsOf(term)) return 'options without a file';
    else search.names.push(name(term));
  }
  return null;
}

/** Since ansible-core 2.16: names beside options go by those of the mapping before them. */
function extended(search: Search, terms: readonly Value[], onlyFiles: boolean): string | null {
  for (const term of terms) {
    if (isMany(term)) {
      search.skip = false;
      const why = extended(search, term.items, onlyFiles);
      if (why !== null) return why;
      continue;
    }
    const own = optionsOf(term);
    if (own) search.options = own;
    const files = split(own ? texts(own('files')) : [name(term)]);
    const paths = split(texts(search.options('paths')), OF_PATHS);
    search.skip = booleanOf(search.options('skip'));
    if (paths.length > 0) search.names.push(...below(paths, files));
    else if (files.length === 0 && !onlyFiles) return 'options without a file';
    else search.names.push(...files);
  }
  return null;
}

function isMany(term: Value): term is Extract<Value, { kind: 'list' | 'tuple' }> {
  return term.kind === 'list' || term.kind === 'tuple';
}

function optionsOf(term: Value): Options | null {
  return term.kind === 'dict' ? option => field(term, option) : null;
}

function name(term: Value): Value {
  if (term.kind === 'str' || term.kind === 'unknown' || term.kind === 'undefined') return term;
  throw new PythonError('fails', 'first_found takes names of files, mappings or lists of them');
}

/** An option that is a list: text is one of names behind commas. */
function texts(option: Value | undefined): readonly Value[] {
  const value = option ?? none();
  if (value.kind === 'none') return [];
  if (isMany(value)) return value.items;
  if (value.kind !== 'str' || value.unknowns?.size) return [value];
  return value.text.split(',').map(text => str(unquoted(text.trim()), value.origins));
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

const OF_PATHS = /[,:;]/;

function split(values: readonly Value[], separators = /[,;]/): readonly Value[] {
  return values.flatMap(value => {
    if (isMany(value)) return split(value.items, separators);
    if (value.kind !== 'str' || value.unknowns?.size) return [value];
    return value.text.split(separators).map(text => str(text, value.origins));
  });
}

function below(paths: readonly Value[], files: readonly Value[]): readonly Value[] {
  return paths.flatMap(path => files.map(file => joined(path, file)));
}

function joined(path: Value, file: Value): Value {
  if (path.kind !== 'str' || file.kind !== 'str') return path.kind === 'str' ? file : path;
  const unknowns = new Map([...(path.unknowns ?? []), ...(file.unknowns ?? [])]);
  const alone = file.text.startsWith('/') || path.text === '';
  const text = alone ? file.text : `${path.text.replace(/\/$/, '')}/${file.text}`;
  return { ...str(text, file.origins), ...(unknowns.size > 0 ? { unknowns } : {}) };
}
