import type { NodeGroup } from '../../../core/ansible/types.ts';
import type { Minor } from '../../../core/kubelet/types.ts';
import { groupNamed, render } from './render.ts';

/** A repository whose one play runs these tasks (YAML list, not indented) on one host, `n1`. */
export function playFiles(tasks: string, files: Readonly<Record<string, string>> = {}): Record<string, string> {
  const indented = tasks.replace(/^(?=.)/gm, '    ');
  return { hosts: '[all]\nn1\n', 'site.yml': `- hosts: all\n  tasks:\n${indented}`, ...files };
}

/** What its one host gets. */
export function play(tasks: string, files: Readonly<Record<string, string>> = {}, minor: Minor = '1.34'): NodeGroup {
  return groupNamed(render(playFiles(tasks, files), { minor }), 'n1');
}

/** A task that puts a file of the repository, or text, at a place. */
export function puts(dest: string, text: string): string {
  const lines = text.replace(/^(?=.)/gm, '      ');
  return `- copy:\n    dest: ${dest}\n    content: |\n${lines}${text.endsWith('\n') ? '' : '\n'}`;
}

export function templates(dest: string, src: string): string {
  return `- template: { src: ${src}, dest: ${dest} }\n`;
}

/** Flags by name; unknown ones as `? reason`. */
export function flagsOf(group: NodeGroup): Record<string, string> {
  return Object.fromEntries(
    group.flags.map(({ name, value }) => [name, value.value.known ? value.value.json : `? ${value.value.unknown.why}`]),
  );
}

/** `file:line message` of each problem. */
export function problemsOf(group: NodeGroup): readonly string[] {
  return group.problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
}
