import { type Problem, ProblemError } from '../source/problem.ts';
import { originsAt, type RenderedText, UNKNOWN_TOKEN } from '../source/rope.ts';
import { newBudget } from './budget.ts';
import { type FileState, pathOf } from './file-states.ts';
import { loadYaml } from './yaml.ts';

/** A line that holds nothing but unknowns may be any YAML at all. */
const LONELY = new RegExp(`^[ \\t]*(?:${UNKNOWN_TOKEN.source}[ \\t]*)+$`, 'm');

/**
 * What is wrong with a rendered file that no kubelet reads itself: kubeadm and kube-proxy refuse a text that is not
 * YAML. Said at the line of the template or variable that stands there, once a file.
 */
export function renderedProblems(state: FileState): readonly Problem[] {
  if (state.kind !== 'kubeadm' && state.kind !== 'KubeProxyConfiguration') return [];
  for (const { text } of state.alternatives) {
    const problem = LONELY.test(text.text) ? null : unreadable(state, text);
    if (problem) return [problem];
  }
  return [];
}

function unreadable(state: FileState, text: RenderedText): Problem | null {
  const found = firstProblem(pathOf(state.dest), text.text.replace(UNKNOWN_TOKEN, 'x$1x'));
  if (!found) return null;
  const start = lineStart(text.text, found.line);
  const origin = originsAt(text, start, Math.max(start + 1, lineStart(text.text, found.line + 1))).at(0);
  return {
    file: origin?.file ?? state.source ?? state.task.file,
    line: origin?.line ?? state.task.line,
    code: 'yaml-invalid',
    message: `${pathOf(state.dest)} would not be valid YAML on the node: ${found.message}`,
  };
}

function firstProblem(name: string, text: string): Problem | undefined {
  try {
    return loadYaml(name, text, newBudget()).problems[0];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problem;
  }
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
