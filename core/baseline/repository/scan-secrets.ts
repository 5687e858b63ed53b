import { createHash } from 'node:crypto';
import { isVault } from '../../ansible/repository.ts';
import { ProblemError } from '../../source/problem.ts';
import { type SourceTree, TREE_LIMITS, type TreeEntry } from '../../source/tree.ts';

export type SecretKind = 'private-key' | 'bootstrap-token';

/** One secret in clear, or what looks like one. */
export type Secret = Readonly<{
  kind: SecretKind;
  file: string;
  line: number;
  /** Tells it from other secrets, wherever it stands. Never to be shown. */
  digest: string;
  /** A token that stands in kubeadm's documentation, so that everybody knows it. */
  example: boolean;
}>;

/** What a tree holds; `unread`: files that may hold secrets and are too large to look through. */
export type Secrets = Readonly<{ found: readonly Secret[]; unread: readonly string[] }>;

const scanned = new WeakMap<SourceTree, Secrets>();

/** Looks through every text of a tree once. Files of Ansible Vault are encrypted, files that are no text hold no PEM. */
export function scanSecrets(tree: SourceTree): Secrets {
  let secrets = scanned.get(tree);
  if (!secrets) scanned.set(tree, (secrets = scan(tree)));
  return secrets;
}

function scan(tree: SourceTree): Secrets {
  const found: Secret[] = [];
  const unread: string[] = [];
  for (const entry of tree.entries()) {
    const text = textOf(tree, entry);
    if (text === null) {
      if (entry.size > TREE_LIMITS.fileBytes && TEXT_NAME.test(entry.path)) unread.push(entry.path);
    } else if (!isVault(text)) {
      found.push(...secretsIn(entry.path, text));
    }
  }
  return { found, unread };
}

/** Names of files that are text, however large. */
const TEXT_NAME = /\.(?:ya?ml|json|pem|key|crt|conf|ini|env|txt|sh|j2|kubeconfig)$/;

function textOf(tree: SourceTree, { path, mode, size }: TreeEntry): string | null {
  if (mode === '120000' || mode === '160000' || size > TREE_LIMITS.fileBytes) return null;
  try {
    return tree.text(path);
  } catch (error) {
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

/** Where something stands in a text, and the text that is secret. */
type Part = Readonly<{ at: number; secret: string; example: boolean }>;

function secretsIn(file: string, text: string): readonly Secret[] {
  const secretOf =
    (kind: SecretKind) =>
    ({ at, secret, example }: Part): Secret => ({
      kind,
      file,
      line: lineAt(text, at),
      digest: createHash('sha256').update(secret).digest('hex'),
      example,
    });
  return [...keysIn(text).map(secretOf('private-key')), ...tokensIn(text).map(secretOf('bootstrap-token'))];
}

const BEGIN = /-----BEGIN (?:RSA |EC |DSA |OPENSSH )?PRIVATE KEY-----/g;
/** The same in base64, as a kubeconfig holds it: RSA, EC and PKCS #8. */
const ENCODED = [
  'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt',
  'LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0t',
  'LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t',
] as const;
/** White space, escaped line ends and quotes, then enough base64 that it is no placeholder. */
const BODY = /^(?:\\[nr]|[\s"'|+>-]){0,40}([A-Za-z0-9+/=]{40,80})/;

/** Private keys that have a body and are not encrypted themselves. */
function keysIn(text: string): readonly Part[] {
  if (!text.includes('PRIVATE KEY-----') && !text.includes('LS0tLS1CRUdJTi')) return [];
  const found: Part[] = [];
  const add = (at: number, from: number): void => {
    const secret = BODY.exec(text.slice(from, from + 140))?.[1];
    if (secret !== undefined && found.length < MOST_IN_A_FILE) found.push({ at, secret, example: false });
  };
  for (const { 0: whole, index } of text.matchAll(BEGIN)) add(index, index + whole.length);
  for (const start of ENCODED) {
    for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) add(at, at + start.length);
  }
  return found;
}

const TOKEN = /(?<![\w.-])[a-z0-9]{6}\.[a-z0-9]{16}(?![\w.-])/g;
/** Tokens of kubeadm's and kubernetes.io's documentation, and of `kubeadm config print init-defaults`. */
const EXAMPLES: ReadonlySet<string> = new Set([
  'abcdef.0123456789abcdef',
  'abcdef.1234567890abcdef',
  '07401b.f395accd246ae52d',
]);
const CONTEXT = /token|bootstrap|kubeadm|discovery/i;

/** Secrets of one kind that are told of one file. */
const MOST_IN_A_FILE = 20;
/** Characters before a token that may say what it is. */
const BEFORE = 160;

/** Where bootstrap tokens stand: of their form, with a word beside them that says so, and random enough to be one. */
function tokensIn(text: string): readonly Part[] {
  const found: Part[] = [];
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (found.length >= MOST_IN_A_FILE) break;
    const before = text.slice(Math.max(0, index - BEFORE), index);
    const example = EXAMPLES.has(token);
    if (!CONTEXT.test(before) || (example ? isComment(before) : !isRandom(token.slice(7)))) continue;
    found.push({ at: index, secret: token, example });
  }
  return found;
}

function isComment(before: string): boolean {
  return /^\s*(?:#|\/\/|;)/.test(before.slice(before.lastIndexOf('\n') + 1));
}

/** Letters alone are words, few different characters or an alphabet in order are placeholders. */
function isRandom(secret: string): boolean {
  const steps = [...secret].filter((character, index) => character.charCodeAt(0) - secret.charCodeAt(index - 1) === 1);
  return /\d/.test(secret) && /[a-z]/.test(secret) && new Set(secret).size >= 6 && steps.length < secret.length / 2;
}

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
