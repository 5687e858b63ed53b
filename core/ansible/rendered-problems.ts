import { readText } from '../kubelet/read-text.ts';
import { type Problem, ProblemError } from '../source/problem.ts';
import { originsAt, type RenderedText, UNKNOWN_TOKEN } from '../source/rope.ts';
import { newBudget } from './budget.ts';
import { type FileState, pathOf } from './file-states.ts';
import { parseToml, TomlError } from './toml.ts';
import { loadYaml } from './yaml.ts';

/** A line that holds nothing but unknowns may be any YAML at all. */
const LONELY = new RegExp(`^[ \\t]*(?:${UNKNOWN_TOKEN.source}[ \\t]*)+$`, 'm');

/**
 * What is wrong with a rendered file that no kubelet reads itself: kubeadm, kube-proxy, k3s and rke2 refuse a text that
 * is not YAML, CNI plugins and container runtimes one that is not JSON or TOML. Said at the line of the template or
 * variable that stands there, once a file.
 */
export function renderedProblems(state: FileState): readonly Problem[] {
  const reads = readerOf(state);
  if (!reads) return [];
  for (const { text } of state.alternatives) {
    const problem = LONELY.test(text.text) ? null : unreadable(state, text, reads);
    if (problem) return [problem];
  }
  return [];
}

type Reader = Readonly<{
  format: string;
  read: (name: string, text: string) => Pick<Problem, 'line' | 'message'> | null;
}>;

const YAML: Reader = { format: 'YAML', read: firstProblem };
const JSON_TEXT: Reader = {
  format: 'JSON',
  read: (name, text) => goProblem(name, /^\s*\{/.test(text) ? text : `{${text}`),
};
const TOML: Reader = { format: 'TOML', read: (_, text) => tomlProblem(text) };

function readerOf({ kind, dest }: FileState): Reader | null {
  const path = pathOf(dest);
  if (kind === 'kubeadm' || kind === 'KubeProxyConfiguration') return YAML;
  if (kind === 'kubelet-flags' && /\.ya?ml$/.test(path)) return YAML;
  if (kind === 'seccomp' && path.endsWith('.json')) return JSON_TEXT;
  if (kind === 'cni' && /\.(?:json|conf|conflist)$/.test(path)) return JSON_TEXT;
  return /containerd\/.*\.toml$/.test(path) ? TOML : null;
}

function unreadable(state: FileState, text: RenderedText, { format, read }: Reader): Problem | null {
  const found = read(pathOf(state.dest), text.text.replace(UNKNOWN_TOKEN, '1000000000'));
  if (!found) return null;
  const start = lineStart(text.text, found.line);
  const origin = originsAt(text, start, Math.max(start + 1, lineStart(text.text, found.line + 1))).at(0);
  return {
    file: origin?.file ?? state.source ?? state.task.file,
    line: origin?.line ?? state.task.line,
    code: 'yaml-invalid',
    message: `${pathOf(state.dest)} would not be valid ${format} on the node: ${found.message}`,
  };
}

function firstProblem(name: string, text: string): Problem | null {
  try {
    return loadYaml(name, text, newBudget()).problems[0] ?? null;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem;
  }
}

/** What Go's JSON decoder says of a text. */
function goProblem(name: string, text: string): Pick<Problem, 'line' | 'message'> | null {
  const read = readText({ name, text }, 'config', name);
  return read.ok ? null : { line: lineOf(text, read.offset), message: read.message };
}

function tomlProblem(text: string): Pick<Problem, 'line' | 'message'> | null {
  try {
    parseToml(text);
    return null;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { line: lineOf(text, error.offset), message: error.message };
  }
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function lineStart(text: string, line: number): number {
  let start = 0;
  for (let n = 1; n < line; n++) {
    const next = text.indexOf('\n', start);
    if (next < 0) return start;
    start = next + 1;
  }
  return start;
}
