import type { Problem } from '../source/problem.ts';
import type { Origin } from '../source/rope.ts';
import { isGovernedDirectory, isGovernedName } from './file-kind.ts';
import type { Rancher } from './rancher.ts';
import type { Place } from './repository.ts';
import type { Traced } from './types.ts';

/** Option of k3s and rke2 that is a file mode: digits that they read as octal. */
const KUBECONFIG_MODE = 'write-kubeconfig-mode';

/** A file mode in four octal digits from octal digits or `u=rw,g=r`; null for any other text. */
export function modeOfText(text: string): string | null {
  if (/^0?o?[0-7]{1,5}$/.test(text)) return octal(Number.parseInt(text.replace('o', ''), 8));
  let mode = 0;
  for (const clause of text.split(',')) {
    const parts = /^([ugoa]+)=([rwxst]*)$/.exec(clause);
    if (!parts) return null;
    const bits =
      (parts[2]?.includes('r') ? 4 : 0) + (parts[2]?.includes('w') ? 2 : 0) + (parts[2]?.includes('x') ? 1 : 0);
    for (const who of parts[1] === 'a' ? 'ugo' : (parts[1] ?? ''))
      mode |= bits << (who === 'u' ? 6 : who === 'g' ? 3 : 0);
  }
  return octal(mode);
}

/** A mode in four octal digits. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** What a task sets the mode of; `isDirectory`: of a directory in which files of the kubelet lie. */
type ModeTarget = Readonly<{ path: string; isDirectory: boolean }>;

/**
 * The problem of a mode nobody can have meant, on a path that concerns the kubelet. An unquoted 644 is a decimal number
 * (mode 1204); an unquoted 0644 that went through a template is the text 420.
 */
export function modeProblem(
  { path, isDirectory }: ModeTarget,
  mode: Traced<string> | null,
  task: Place,
): Problem | null {
  if (!mode?.value.known || !(isDirectory ? isGovernedDirectory(path) : isGovernedName(path))) return null;
  const said = senseless(mode.value.json);
  return said === null ? null : problemAt(placeOf(mode.origins) ?? task, `${path} gets the mode ${said}`);
}

/** The problem of the mode k3s or rke2 gives its kubeconfig, where it is no mode anybody can have meant. */
export function kubeconfigModeProblem({ options }: Rancher): Problem | null {
  const given = options.get(KUBECONFIG_MODE)?.at(-1);
  const place = placeOf(given?.origins ?? []);
  if (!given?.value.known || !place) return null;
  return optionProblem(place, given.value.json);
}

/**
 * Problems of unquoted octal numbers for that mode in a YAML file, whoever puts it into a configuration: a template
 * that dumps them, or k3s itself, makes a decimal number of them.
 */
export function kubeconfigModesIn(file: string, text: string): readonly Problem[] {
  if (!text.includes(KUBECONFIG_MODE)) return [];
  return text.split('\n').flatMap((line, index) => {
    const number = new RegExp(`^[ \\t]*(["']?)${KUBECONFIG_MODE}\\1[ \\t]*:[ \\t]+(0[0-7]+)[ \\t]*(?:#.*)?\\r?$`).exec(
      line,
    );
    return number ? (optionProblem({ file, line: index + 1 }, String(Number.parseInt(number[2] ?? '', 8))) ?? []) : [];
  });
}

function optionProblem(place: Place, written: string): Problem | null {
  const mode = modeOfText(written);
  const said = mode === null ? `${written}, which is no octal number${instead(written)}` : senseless(mode);
  return said === null ? null : problemAt(place, `${KUBECONFIG_MODE} is ${said}`);
}

function problemAt({ file, line }: Place, message: string): Problem {
  return { file, line, code: 'mode-invalid', message: `${message}.` };
}

function placeOf(origins: readonly Origin[]): Place | null {
  const written = origins.find(({ kind, file }) => kind === 'variable' && file !== '');
  return written ?? origins.find(({ file }) => file !== '') ?? null;
}

const CLASSES = ['the owner', 'the group', 'others'] as const;

/** A mode and what is wrong with it in words; null when there is sense in it. */
function senseless(digits: string): string | null {
  const fault = faultOf(digits);
  return fault === null ? null : `${digits}, in which ${fault}${instead(digits)}`;
}

/** A class of users that may write what it cannot read, or may do what the owner may not. */
function faultOf(digits: string): string | null {
  const [owner = 0, ...others] = Array.from(digits.slice(-3), Number);
  for (const [index, rights] of [owner, ...others].entries()) {
    const who = CLASSES[index] ?? '';
    if ((rights & ~owner) !== 0) return `${who} may do what the owner may not`;
    if ((rights & 6) === 2) return `${who} may write but not read`;
  }
  return null;
}

/** The mode that was probably meant: a decimal number read as octal, or the other way round. */
function instead(digits: string): string {
  const meant = [String(Number.parseInt(digits, 8)), Number(digits).toString(8)].find(
    text => /^[0-7]{3,4}$/.test(text) && faultOf(text) === null,
  );
  return meant === undefined ? '' : `; if ${meant.padStart(4, '0')} is meant, quote it: "${meant.padStart(4, '0')}"`;
}
