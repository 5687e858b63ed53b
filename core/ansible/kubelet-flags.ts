import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { originsAt, type RenderedText, UNKNOWN_TOKEN, type Unknown } from '../source/rope.ts';
import { documentsWith } from './documents.ts';
import type { NodeGroup, Traced } from './types.ts';

export type Flag = NodeGroup['flags'][number];

/** Text of one file on the node that takes part in the kubelet's command line. */
export type FlagSource = Readonly<{ path: string; text: RenderedText }>;

/** What the files say the kubelet is started with; `unread` are files whose command line could not be taken apart. */
export type ExtractedFlags = Readonly<{ flags: readonly Flag[]; unread: readonly FlagSource[] }>;

/** Characters [start, end) of a source. */
type Piece = Readonly<{ source: FlagSource; start: number; end: number }>;
/** A word of a command line: its text, and the pieces it is made of. */
type Word = Readonly<{ text: string; pieces: readonly Piece[]; unknowns: ReadonlyMap<string, Unknown> }>;

/**
 * The kubelet's flags as units, drop-ins and environment files give them: the last ExecStart of a kubelet, with
 * `$VAR` and `${VAR}` filled in from `Environment=` and environment files, as systemd does. Without a unit in the
 * repository, every `KUBELET_…` variable and every variable named like arguments counts. k3s and rke2 hand
 * `kubelet-arg` entries on.
 */
export function extractFlags(sources: readonly FlagSource[]): ExtractedFlags {
  const environment = new Map<string, Piece>();
  for (const source of sources) {
    for (const [name, piece] of assignmentsOf(source)) environment.set(name, piece);
  }
  const starts = sources.flatMap(execStartOf);
  const start = starts.at(-1);
  const words = start
    ? expand(wordsOf(start), environment)
    : [...environment]
        .filter(([name]) => /^KUBELET_|_ARGS$|^KUBE_LOG/.test(name))
        .flatMap(([, piece]) => wordsOf(piece));
  const unread = sources.filter(
    source => !start && /^[ \t]*ExecStart=[ \t]*\S/m.test(source.text.text) && /kubelet/.test(source.path),
  );
  return { flags: [...flagsOf(words), ...sources.flatMap(kubeletArgList)], unread };
}

/** `Environment="A=1" B=2` of units and `A=…` of environment files: where each variable's value stands. */
function assignmentsOf(source: FlagSource): readonly (readonly [string, Piece])[] {
  const text = source.text.text;
  const unit = /^[ \t]*\[(?:Unit|Service|Install)\]/m.test(text);
  const found: (readonly [string, Piece])[] = [];
  if (unit) {
    for (const line of text.matchAll(/^[ \t]*Environment=((?:.*\\\n)*.*)$/gm)) {
      const base = line.index + line[0].length - (line[1] ?? '').length;
      for (const match of (line[1] ?? '').matchAll(/"(\w+)=((?:[^"\\]|\\[\s\S])*)"|'(\w+)=([^']*)'|(\w+)=(\S*)/g)) {
        const name = match[1] ?? match[3] ?? match[5] ?? '';
        const value = match[2] ?? match[4] ?? match[6] ?? '';
        const start = base + match.index + match[0].indexOf('=') + 1;
        found.push([name, { source, start, end: start + value.length }]);
      }
    }
    return found;
  }
  for (const match of text.matchAll(
    /^[ \t]*(?:export[ \t]+)?(\w+)=("(?:[^"\\]|\\[\s\S])*"|'[^']*'|(?:\\\n|[^\n])*)/gm,
  )) {
    const written = match[2] ?? '';
    const start = match.index + match[0].length - written.length;
    const quoted = /^(["'])[\s\S]*\1$/.test(written) && written.length > 1;
    found.push([
      match[1] ?? '',
      { source, start: quoted ? start + 1 : start, end: start + written.length - (quoted ? 1 : 0) },
    ]);
  }
  return found;
}

/** The command lines that start a kubelet, or a k3s or rke2 that hands flags on. An empty ExecStart resets. */
function execStartOf(source: FlagSource): readonly Piece[] {
  const found: Piece[] = [];
  for (const match of source.text.text.matchAll(/^[ \t]*ExecStart=((?:.*\\\n)*.*)$/gm)) {
    const command = match[1] ?? '';
    const kubelet = /(?:^|\/)(?:kubelet|hyperkube\s+kubelet)(?=\s|$)|(?:^|\/)(?:k3s|rke2)\s+(?:server|agent)\b/.exec(
      command,
    );
    if (!kubelet) continue;
    const start = match.index + match[0].length - command.length + kubelet.index + kubelet[0].length;
    found.push({ source, start, end: match.index + match[0].length });
  }
  return found;
}

/** Words by blanks and quotes; a backslash before a line end joins lines. */
function wordsOf(piece: Piece): Word[] {
  const text = piece.source.text.text;
  const words: Word[] = [];
  let word = '';
  let pieces: Piece[] = [];
  let quote = '';
  const flush = (): void => {
    if (pieces.length > 0) words.push({ text: word, pieces, unknowns: piece.source.text.unknowns });
    word = '';
    pieces = [];
  };
  for (let i = piece.start; i < piece.end; i++) {
    const char = text[i] ?? '';
    if (char === '\\' && /\s/.test(text[i + 1] ?? '\n')) {
      if (quote === '') flush();
      i++;
    } else if (quote === '' && /\s/.test(char)) {
      flush();
    } else if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else {
      word += char;
      const last = pieces.at(-1);
      if (last && last.end === i) pieces[pieces.length - 1] = { ...last, end: i + 1 };
      else pieces.push({ source: piece.source, start: i, end: i + 1 });
    }
  }
  flush();
  return words;
}

/** `$VAR` alone becomes the words of the variable, `${VAR}` inside a word its text; unset variables are empty. */
function expand(words: readonly Word[], environment: ReadonlyMap<string, Piece>): readonly Word[] {
  return words.flatMap(word => {
    const alone = /^\$(\w+)$/.exec(word.text) ?? /^\$\{(\w+)\}$/.exec(word.text);
    if (alone) {
      const piece = environment.get(alone[1] ?? '');
      return piece ? wordsOf(piece) : [];
    }
    if (!/\$\{\w+\}/.test(word.text)) return [word];
    const used = [...word.text.matchAll(/\$\{(\w+)\}/g)]
      .map(match => environment.get(match[1] ?? ''))
      .filter(piece => piece !== undefined);
    const text = word.text.replace(/\$\{(\w+)\}/g, (_, name: string) => valueOf(environment.get(name)));
    const unknowns = new Map([...word.unknowns, ...used.flatMap(piece => [...piece.source.text.unknowns])]);
    return [{ text, pieces: [...word.pieces, ...used], unknowns }];
  });
}

function valueOf(piece: Piece | undefined): string {
  return piece ? piece.source.text.text.slice(piece.start, piece.end) : '';
}

function flagsOf(words: readonly Word[]): Flag[] {
  const flags: Flag[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (!word?.text.startsWith('-')) continue;
    const equals = word.text.indexOf('=');
    const name = equals < 0 ? word.text : word.text.slice(0, equals);
    const next = words[i + 1];
    const separate = equals < 0 && next && !next.text.startsWith('-');
    if (separate) i++;
    const value = equals >= 0 ? word.text.slice(equals + 1) : separate ? next.text : 'true';
    const used = separate ? [word, next] : [word];
    const flag = { name: canonicalName(name), value: traced(value, used) };
    if (flag.name === '--kubelet-arg') flags.push(...handedOn(flag.value));
    else flags.push(flag);
  }
  return flags;
}

function canonicalName(name: string): string {
  return name === '-v' ? '--v' : name.replaceAll('_', '-');
}

function traced(value: string, words: readonly Word[]): Traced<string> {
  const origins = words.flatMap(word =>
    word.pieces.flatMap(({ source, start, end }) => originsAt(source.text, start, end)),
  );
  const unknowns = new Map(words.flatMap(word => [...word.unknowns]));
  return { value: tracedValue(value, unknowns), origins: [...new Set(origins)] };
}

/** Text is known when no unknown stands in it; the key of an unknown text is the text with the keys filled in. */
function tracedValue(value: string, unknowns: ReadonlyMap<string, Unknown>): Traced<string>['value'] {
  const inside = [...value.matchAll(UNKNOWN_TOKEN)].map(match => unknowns.get(match[1] ?? ''));
  if (inside.length === 0) return { known: true, json: value };
  const key = value.replace(UNKNOWN_TOKEN, (token, id: string) => `⟨${unknowns.get(id)?.key ?? token}⟩`);
  return { known: false, unknown: { key, why: [...new Set(inside.flatMap(unknown => unknown?.why ?? []))] } };
}

/** `--kubelet-arg=read-only-port=0` of k3s and rke2. */
function handedOn(argument: Traced<string>): Flag[] {
  if (argument.value.known) return [handedOnText(argument.value.json, argument)];
  const name = /^[\w-]+(?==)/.exec(argument.value.unknown.key)?.[0];
  return name ? [{ name: canonicalName(`--${name}`), value: argument }] : [];
}

function handedOnText(text: string, { origins }: Traced<string>): Flag {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const value = equals < 0 ? 'true' : text.slice(equals + 1);
  return {
    name: canonicalName(`--${name.replace(/^--/, '')}`),
    value: { value: { known: true, json: value }, origins },
  };
}

/** `kubelet-arg:` of a k3s or rke2 configuration file: one text or a list of them. */
function kubeletArgList(source: FlagSource): readonly Flag[] {
  if (!/^[ \t]*["']?kubelet-arg["']?[ \t]*:/m.test(source.text.text)) return [];
  const root = parse(source.text);
  if (!isMap(root)) return [];
  const node = root.get('kubelet-arg', true) as Node | undefined;
  const items = isSeq(node) ? (node.items as Node[]) : node ? [node] : [];
  return items.flatMap(item => (isScalar(item) ? handedOn(scalarText(source.text, item)) : []));
}

/**
 * `nodeRegistration.kubeletExtraArgs` of a kubeadm file: a map (v1beta3) or a list of name and value (v1beta4), of
 * every kubeadm document in it.
 */
export function kubeletExtraArgs(rendered: RenderedText): readonly Flag[] {
  return documentsWith(rendered, /kubeletExtraArgs/, MAX_DOCUMENTS).flatMap(document => {
    if (!/kubeadm\.k8s\.io\//.test(document.text)) return [];
    const root = parse(document);
    const registration = isMap(root) ? (root.get('nodeRegistration', true) as Node | undefined) : undefined;
    const extra = isMap(registration) ? (registration.get('kubeletExtraArgs', true) as Node | undefined) : undefined;
    if (isMap(extra)) {
      return extra.items.flatMap(({ key, value }) =>
        isScalar(key) && isScalar(value)
          ? [{ name: canonicalName(`--${String(key.value)}`), value: scalarText(document, value) }]
          : [],
      );
    }
    if (!isSeq(extra)) return [];
    return extra.items.flatMap(item => {
      const name = isMap(item) ? item.get('name') : undefined;
      const value = isMap(item) ? (item.get('value', true) as Node | undefined) : undefined;
      return typeof name === 'string' && isScalar(value)
        ? [{ name: canonicalName(`--${name}`), value: scalarText(document, value) }]
        : [];
    });
  });
}

const MAX_PARSED = 256 * 1024;
/** Documents of one file whose arguments are read. */
const MAX_DOCUMENTS = 16;

function parse(rendered: RenderedText): Node | null {
  if (rendered.text.length > MAX_PARSED) return null;
  try {
    return parseDocument(rendered.text, { uniqueKeys: false, strict: false, logLevel: 'silent', schema: 'failsafe' })
      .contents;
  } catch {
    return null;
  }
}

function scalarText(
  rendered: RenderedText,
  node: { value: unknown; range?: readonly number[] | null | undefined },
): Traced<string> {
  const [start = 0, end = 0] = node.range ?? [];
  return { value: tracedValue(String(node.value ?? ''), rendered.unknowns), origins: originsAt(rendered, start, end) };
}
