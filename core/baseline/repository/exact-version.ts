import type { Origin } from '../../source/rope.ts';
import { notApplicable } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { noValue, type RepositoryOperator } from './operator.ts';
import { listAt, type RepositoryDocument, readDocument, valueAt } from './read-document.ts';

/** Collections and roles of every requirements.yml: one exact version each, of Git a full commit or a tag. */
export const EXACT_VERSION: RepositoryOperator = {
  fault: noValue,
  words: () => 'one exact version',
  evaluate: (control, { tree }) => {
    const files = tree.entries().filter(({ path }) => /(?:^|\/)requirements\.ya?ml$/.test(path));
    const answers = files.flatMap(({ path }) => ofFile(control, readDocument(tree, path)));
    return answers.length > 0
      ? answers
      : [notApplicable(control.paths[0] ?? '', 'no requirements.yml names collections or roles')];
  },
};

/** A required collection or role as written. */
type Required = Readonly<{
  what: 'collection' | 'role';
  name: string;
  version: string | null;
  git: boolean;
  /** Of this machine or of a file that is fetched whole: its version stands nowhere. */
  elsewhere: boolean;
  at: Origin;
}>;

function ofFile({ paths }: Control, document: RepositoryDocument): readonly PlaceAnswer[] {
  const [path = ''] = paths;
  const { file, fault } = document;
  if (fault !== null) {
    const reason = `${file} cannot be read: ${fault}`;
    return [{ result: 'undecided', path, location: file, actual: null, reason, evidence: [document.at([])] }];
  }
  return requiredIn(document).map(one => {
    const { result, why } = judge(one);
    const reason = `the ${one.what} ${one.name} ${why}`;
    return {
      result,
      path: `${file} ${one.name}`,
      location: `${file}#${one.name}`,
      actual: null,
      reason,
      evidence: [one.at],
    };
  });
}

function requiredIn(document: RepositoryDocument): readonly Required[] {
  const { root } = document;
  if (Array.isArray(root))
    return (root as readonly unknown[]).flatMap((item, index) => required(document, 'role', item, [index]));
  const of = (key: string, what: Required['what']): readonly Required[] =>
    listAt(root, key).flatMap((item, index) => required(document, what, item, [key, index]));
  return [...of('collections', 'collection'), ...of('roles', 'role')];
}

function required(
  document: RepositoryDocument,
  what: Required['what'],
  item: unknown,
  path: readonly (string | number)[],
): readonly Required[] {
  const text = (key: string): string => {
    const value = valueAt(item, key);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  if (typeof item === 'string') {
    const [name = '', version] = what === 'role' ? item.split(',') : item.split(/:(?!\/\/)/);
    return [{ what, name, version: version ?? null, git: isGit(name), elsewhere: false, at: document.at(path) }];
  }
  const name = text('name') || text('src') || text('role');
  if (name === '') return [];
  const source = `${text('src')} ${text('source')} ${name}`;
  const type = text('type') || text('scm');
  return [
    {
      what,
      name,
      version: text('version') === '' ? null : text('version'),
      git: type === 'git' || (type === '' && source.split(' ').some(isGit)),
      elsewhere: /^(?:dir|file|subdirs|url)$/.test(type) || (text('src') || name).endsWith('.tar.gz'),
      at: document.at([...path, ...(text('version') === '' ? [] : ['version'])]),
    },
  ];
}

const isGit = (source: string): boolean =>
  /^git[@+]|\.git(?:#|,|$)|^(?:https?|ssh):\/\/(?:github|gitlab)\./.test(source);

type Judgement = Readonly<{ result: 'pass' | 'violated' | 'undecided'; why: string }>;

const RELEASE = /^(?:==)?v?\d{1,9}(?:\.\d{1,9}){1,5}(?:[-+.][0-9A-Za-z.-]{1,60})?$/;

function judge({ version, git, elsewhere, name }: Required): Judgement {
  if (elsewhere) {
    return /\d\.\d/.test(name)
      ? { result: 'pass', why: 'is one file with its version in its name' }
      : { result: 'undecided', why: 'is taken from a place where its version cannot be seen' };
  }
  if (version === null) return { result: 'violated', why: 'has no version, so the newest is installed' };
  if (version.includes('{{')) return { result: 'undecided', why: 'has a version that cannot be known from Git' };
  if (git && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(version)) return { result: 'pass', why: 'is one commit' };
  if (RELEASE.test(version)) return { result: 'pass', why: `is version ${version}` };
  if (/[<>=!*~^,]/.test(version)) return { result: 'violated', why: `takes any version that is ${version}` };
  if (/^(?:main|master|devel|develop|dev|trunk|stable|latest|HEAD)$/i.test(version))
    return { result: 'violated', why: `follows ${version}, which moves` };
  if (/^[0-9a-f]{7,39}$/.test(version)) return { result: 'violated', why: 'has a shortened commit id' };
  return {
    result: 'undecided',
    why: `has the version ${version}, of which nobody sees whether it is a tag or a branch`,
  };
}
