import { posix } from 'node:path';
import { firstFile, type Repository, readYaml, report } from './repository.ts';
import { listOf, withoutSuffix, yamlNames } from './role.ts';
import type { Value } from './value.ts';

/** The task list of a file; a file that holds none is reported. */
export function readTaskList(repository: Repository, file: string): readonly Value[] {
  const [document] = readYaml(repository, file);
  if (!document || document.kind === 'none') return [];
  if (document.kind !== 'list') {
    report(repository, { file, line: 1, code: 'playbook-invalid', message: 'A task file must be a list of tasks.' });
  }
  return listOf(document.kind === 'list' ? document : undefined);
}

/** File of a role's tasks by its entry point. */
export function tasksFile(repository: Repository, directory: string, from: string): string | null {
  return firstFile(repository, yamlNames(posix.join(directory, 'tasks', withoutSuffix(from))));
}
