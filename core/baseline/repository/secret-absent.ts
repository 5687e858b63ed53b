import { notApplicable, undecided } from '../place-answer.ts';
import type { PlaceAnswer } from '../types.ts';
import type { RepositoryOperator } from './operator.ts';
import { type Secret, type SecretKind, scanSecrets } from './scan-secrets.ts';

const WORDS: Readonly<Record<SecretKind, string>> = {
  'private-key': 'a private key',
  'bootstrap-token': 'a bootstrap token',
};

const isKind = (value: unknown): value is SecretKind => typeof value === 'string' && Object.hasOwn(WORDS, value);

/** Secrets in clear anywhere in the repository: `private-key` or `bootstrap-token`. What they are is never told. */
export const SECRET_ABSENT: RepositoryOperator = {
  fault: value => (isKind(value) ? null : `value must be ${Object.keys(WORDS).join(' or ')}`),
  words: value => `no ${isKind(value) ? WORDS[value].slice(2) : ''} in clear`,
  evaluate: (control, { tree, rendering }) => {
    const wanted = control.check.value;
    if (!isKind(wanted)) return [];
    const { found, unread } = scanSecrets(tree);
    const own = found.filter(({ kind, example, file }) => kind === wanted && (!example || rendering.read.has(file)));
    const answers = own.map(secret => answerOf(wanted, secret));
    const unseen = unread.map(file => ({
      ...undecided(control.paths[0] ?? '', `${file} is too large to be looked through for ${WORDS[wanted]}`, [
        { file, line: 1, kind: 'template' },
      ]),
      location: file,
    }));
    if (answers.length + unseen.length > 0) return [...answers, ...unseen];
    if (tree.entries().length === 0) return [notApplicable(control.paths[0] ?? '', 'the repository is empty')];
    const reason = `no file holds ${WORDS[wanted]} in clear`;
    return [{ result: 'pass', path: control.paths[0] ?? '', location: '', actual: null, reason, evidence: [] }];
  },
};

function answerOf(kind: SecretKind, { file, line, digest, example }: Secret): PlaceAnswer {
  const evidence = [{ file, line, kind: 'template' as const }];
  const place = { path: file, location: digest, actual: null, evidence };
  return example
    ? {
        ...place,
        result: 'undecided',
        reason: `${file} holds the example token of kubeadm's documentation; where it is used, everybody can join a node`,
      }
    : { ...place, result: 'violated', reason: `${file} holds ${WORDS[kind]} in clear` };
}
