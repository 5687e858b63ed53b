import type { AnsibleVersion } from '../../../core/ansible/types.ts';

/** A repository of our own and what real Ansible writes with it. */
export type Row = Readonly<{
  what: string;
  files: Readonly<Record<string, string>>;
  inventory?: string;
  /** Text by host and destination, below /etc/kubelet/, by the version it is for. */
  expected: Readonly<Partial<Record<AnsibleVersion, Readonly<Record<string, string>>>>>;
}>;

export const OLD: readonly AnsibleVersion[] = ['2.14', '2.15', '2.16'];
export const ALL: readonly AnsibleVersion[] = [...OLD, '2.19'];

/** The same texts with each of these versions. */
export function each(versions: readonly AnsibleVersion[], texts: Readonly<Record<string, string>>): Row['expected'] {
  return Object.fromEntries(versions.map(version => [version, texts]));
}

/** The head of a play for all hosts. */
export const PLAY = '- hosts: all\n  gather_facts: false\n';

/** A task that writes /etc/kubelet/NAME.conf. */
export function copyTask(name: string, content: string): string {
  return `- copy: { dest: /etc/kubelet/${name}.conf, content: ${JSON.stringify(content)} }\n`;
}

/** Lines as deep as the tasks of a play are. */
export function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ');
}
