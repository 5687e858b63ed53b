import type { RenderedText } from '../source/rope.ts';
import { joinTexts, literalText, sliceText } from './rendered-text.ts';
import { type ShellScript, type ShellWord, type SimpleCommand, shellScript } from './shell-script.ts';
import { runningPath } from './sysctls.ts';

/**
 * What a command does to a file, as far as its text tells. `content` and `append` are exact; `change` is anything else
 * that writes there. `beside`: it sets the kubelet up without a file the gate could name.
 */
export type CommandEffect =
  | Readonly<{ kind: 'content' | 'append'; path: string; text: RenderedText; at: RenderedText }>
  | Readonly<{ kind: 'change' | 'absent'; path: string; at: RenderedText }>
  | Readonly<{ kind: 'mode' | 'owner'; path: string; value: RenderedText; at: RenderedText }>
  | Readonly<{ kind: 'beside'; what: string; at: RenderedText }>
  | Readonly<{
      kind: 'install';
      distribution: 'k3s';
      role: 'server' | 'agent';
      words: RenderedText;
      /** `K3S_CONFIG_FILE`, which the installer hands to the service. */
      config: RenderedText | null;
      at: RenderedText;
    }>;

/** Commands that run the rest of their words. */
const WRAPPERS = /^(?:sudo|doas|env|nohup|time|exec|command|nice|ionice|setsid|timeout|stdbuf|chroot|flock)$/;
const NESTED = 4;

/** Everything a script does that concerns files on the node, in order. */
export function commandEffects(script: RenderedText, shell: boolean, depth = 0): readonly CommandEffect[] {
  const parsed = shellScript(script, shell);
  const k3s = /k3s/i.test(script.text);
  return parsed.commands.flatMap((_, index) => effectsOf(parsed, index, k3s, depth));
}

function effectsOf(script: ShellScript, index: number, k3s: boolean, depth: number): readonly CommandEffect[] {
  const command = script.commands[index];
  if (!command) return [];
  const words = unwrapped(command.words);
  const name = baseName(words[0]);
  const inner = depth < NESTED && /^(?:ba|da|z)?sh$/.test(name) ? scriptArgument(words) : null;
  if (inner) return commandEffects(inner, true, depth + 1);
  return [
    ...(k3s ? installs(command, words, name) : []),
    ...writes(script, command, index, words, name),
    ...beside(command, words, name),
  ];
}

function baseName(word: ShellWord | undefined): string {
  return word?.text.text.split('/').at(-1) ?? '';
}

function unwrapped(words: readonly ShellWord[]): readonly ShellWord[] {
  let at = 0;
  for (; at < words.length; at++) {
    const text = words[at]?.text.text ?? '';
    const wraps = WRAPPERS.test(text.split('/').at(-1) ?? '');
    if (!wraps && !/^[A-Za-z_]\w*=/.test(text) && !(at > 0 && /^(?:-|\d+[smh]?$)/.test(text))) break;
  }
  return words.slice(at);
}

function scriptArgument(words: readonly ShellWord[]): RenderedText | null {
  const at = words.findIndex(({ text }) => /^-\w*c$/.test(text.text));
  return at < 0 ? null : (words[at + 1]?.text ?? null);
}

/** `curl … | INSTALL_K3S_EXEC="…" sh -s - server …`: the installer writes these arguments into the service it makes. */
function installs(command: SimpleCommand, words: readonly ShellWord[], name: string): readonly CommandEffect[] {
  const set = (variable: string): RenderedText | null => {
    const word = command.words.find(({ text }) => text.text.startsWith(`${variable}=`));
    if (!word) return null;
    const start = variable.length + 1;
    return joinTexts([sliceFrom(word.text, start)]);
  };
  const exec = set('INSTALL_K3S_EXEC');
  const config = set('K3S_CONFIG_FILE');
  const script = /^(?:ba|da)?sh$|^(?:k3s[\w-]*|install)\.sh$|^k3s-install/.test(name);
  const after = script ? words.slice(words.findIndex(({ text }) => text.text === '-' || text.text === '--') + 1) : [];
  const given =
    script && words.some(({ text }) => text.text === '-s') ? after : name.endsWith('.sh') ? words.slice(1) : [];
  if (exec === null && config === null && !given.some(({ text }) => /kubelet-arg|^(?:server|agent)$/.test(text.text)))
    return [];
  const line = joinTexts([exec ?? literalText(''), ...given.flatMap(({ text }) => [literalText(' '), text])]);
  const named = /^\s*(server|agent)(?:\s|$)/.exec(line.text)?.[1];
  const role = named === 'agent' || (!named && set('K3S_URL') !== null) ? 'agent' : 'server';
  return [{ kind: 'install', distribution: 'k3s', role, words: line, config, at: command.at }];
}

function sliceFrom(text: RenderedText, start: number): RenderedText {
  let skip = start;
  const segments = text.segments.flatMap(segment => {
    const length = segment.length - Math.min(skip, segment.length);
    skip = Math.max(0, skip - segment.length);
    return length > 0 ? [{ length, origins: segment.origins }] : [];
  });
  return { text: text.text.slice(start), segments, unknowns: text.unknowns };
}

function writes(
  script: ShellScript,
  command: SimpleCommand,
  index: number,
  words: readonly ShellWord[],
  name: string,
): readonly CommandEffect[] {
  const { at, redirections } = command;
  const found: CommandEffect[] = [];
  const printed = printedBy(script, index);
  const put = (target: ShellWord, append: boolean, text: RenderedText | null): void => {
    const path = target.text.text;
    if (!isPath(path)) return;
    if (text && target.fixed) found.push({ kind: append ? 'append' : 'content', path, text, at });
    else found.push({ kind: 'change', path, at });
  };
  for (const { operator, target } of redirections) {
    if (/^&?>>?$/.test(operator)) put(target, operator.endsWith('>>'), printed);
  }
  const operands = words.slice(1).filter(({ text }) => !text.text.startsWith('-'));
  const options = words.slice(1).filter(({ text }) => text.text.startsWith('-'));
  const last = operands.at(-1);
  const change = (word: ShellWord | undefined): void => {
    if (word && isPath(word.text.text)) found.push({ kind: 'change', path: word.text.text, at });
  };
  switch (name) {
    case 'tee': {
      const input = command.piped ? printedBy(script, index - 1) : hereDocument(command);
      for (const target of operands)
        put(
          target,
          options.some(({ text }) => /^-\w*a|^--append/.test(text.text)),
          input,
        );
      break;
    }
    case 'sysctl':
      if (!options.some(({ text }) => /^-(?:-load|-system|\w*p)/.test(text.text)))
        found.push(...sysctlEffects(operands, at));
      break;
    case 'sed':
    case 'perl':
    case 'yq':
      if (options.some(({ text }) => /^-\w*i|^--in-?place/.test(text.text))) for (const word of operands) change(word);
      break;
    case 'cp':
    case 'mv':
    case 'install':
    case 'ln':
    case 'rsync':
      change(last);
      break;
    case 'rm':
      for (const word of operands) if (isPath(word.text.text)) found.push({ kind: 'absent', path: word.text.text, at });
      break;
    case 'crudini':
    case 'truncate':
    case 'patch':
    case 'sponge':
    case 'ed':
    case 'ex':
      for (const word of operands) change(word);
      break;
    case 'curl':
    case 'wget':
      change(words[words.findIndex(({ text }) => /^(?:-\w*[oO]|--output(?:-document)?)$/.test(text.text)) + 1]);
      break;
    case 'chmod':
    case 'chown':
      for (const word of operands.slice(1))
        found.push({
          kind: name === 'chmod' ? 'mode' : 'owner',
          path: word.text.text,
          value: operands[0]?.text ?? word.text,
          at,
        });
      break;
    default:
  }
  return found;
}

/** `sysctl -w name=value`: what it writes for the running kernel. */
function sysctlEffects(operands: readonly ShellWord[], at: RenderedText): readonly CommandEffect[] {
  return operands.flatMap(({ text, fixed }): CommandEffect[] => {
    const name = /^([\w./-]+)=/.exec(text.text);
    if (!name) return [];
    const path = runningPath(name[1] ?? '');
    if (!fixed) return [{ kind: 'change', path, at }];
    return [{ kind: 'content', path, text: sliceText(text, name[0].length, text.text.length), at }];
  });
}

function isPath(text: string): boolean {
  return text.includes('/') && text !== '/dev/null';
}

/** What a command prints, when its text tells exactly: echo, printf of plain text, cat of a here-document. */
function printedBy(script: ShellScript, index: number): RenderedText | null {
  const command = script.commands[index];
  if (!command || !script.straight || command.piped) return null;
  const words = unwrapped(command.words);
  const name = baseName(words[0]);
  if (name === 'cat' && words.length === 1) return hereDocument(command);
  const rest = words.slice(1);
  if (rest.some(({ fixed }) => !fixed)) return null;
  if (name === 'echo') {
    const options = rest[0] && /^-[neE]+$/.test(rest[0].text.text) ? rest[0].text.text : '';
    const given = options === '' ? rest : rest.slice(1);
    if (options.includes('e') && given.some(({ text }) => text.text.includes('\\'))) return null;
    const line = given.flatMap(({ text }, at) => (at === 0 ? [text] : [literalText(' '), text]));
    return joinTexts([...line, literalText(options.includes('n') ? '' : '\n')]);
  }
  const [format, ...values] = rest;
  if (name === 'printf' && format) {
    if (/^%s(?:\\n)?$/.test(format.text.text) && values.length === 1 && values[0])
      return joinTexts([values[0].text, literalText(format.text.text.endsWith('n') ? '\n' : '')]);
    if (values.length === 0 && !/[%\\]/.test(format.text.text)) return format.text;
  }
  return null;
}

function hereDocument(command: SimpleCommand): RenderedText | null {
  const document = command.redirections.find(({ operator }) => operator === '<<')?.target;
  return document?.fixed ? document.text : null;
}

/** Commands that set a kubelet up without writing a file of their own. */
function beside(command: SimpleCommand, words: readonly ShellWord[], name: string): readonly CommandEffect[] {
  const rest = words.slice(1).map(({ text }) => text.text);
  const line = rest.join(' ');
  const { at } = command;
  if (name === 'kubelet' && rest.some(word => /^--(?!version|help)/.test(word)))
    return [{ kind: 'beside', what: 'starts a kubelet with flags of its own', at }];
  if (
    name === 'systemctl' &&
    /^(?:edit|set-property|set-environment)\b/.test(line) &&
    /\b(?:kubelet|k3s|rke2)/.test(line)
  )
    return [{ kind: 'change', path: '/etc/systemd/system/kubelet.service.d/override.conf', at }];
  if (
    /^(?:kubectl|oc|k3s)$/.test(name) &&
    /\b(?:patch|edit|apply|replace|create|set)\b/.test(line) &&
    /kubelet-config|kubeletconfig/i.test(line)
  )
    return [{ kind: 'beside', what: 'changes the kubelet configuration kept in the cluster', at }];
  if (/^(?:docker|podman|nerdctl|ctr)$/.test(name) && /\bkubelet\b.*\s--\w/.test(line))
    return [{ kind: 'beside', what: 'starts a kubelet in a container', at }];
  return [];
}
