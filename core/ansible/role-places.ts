import type { SourceTree } from '../source/tree.ts';

/** A role's folder and what it is called. */
export type RolePlace = Readonly<{ name: string; directory: string }>;

const PARTS = /(?:^|\/)(?:tasks|templates|files|defaults|vars|meta|handlers)\//;

/** The role a file belongs to, by its path: below `roles/`, or the whole repository when it is one role. */
export function rolePlaceOf(path: string): RolePlace | null {
  const below = /^((?:.*\/)?roles\/)(.+)$/.exec(path);
  if (below) {
    const [, roles = '', rest = ''] = below;
    const part = PARTS.exec(`/${rest}`);
    const name = part ? rest.slice(0, Math.max(0, part.index - 1)) : '';
    return name === '' ? null : { name, directory: roles + name };
  }
  return /^(?:tasks|templates|files|defaults|vars|meta|handlers)\//.test(path)
    ? { name: ROOT_ROLE, directory: '' }
    : null;
}

/** What a repository that is one role is called here. */
export const ROOT_ROLE = 'this role';

/** Every role of the tree, by directory. */
export function rolePlaces(tree: SourceTree): readonly RolePlace[] {
  const found = new Map<string, RolePlace>();
  for (const { path } of tree.entries()) {
    if (/(?:^|\/)(?:molecule|tests?|\.github|docs?)\//.test(path)) continue;
    const place = rolePlaceOf(path);
    if (place && !found.has(place.directory)) found.set(place.directory, place);
  }
  return [...found.values()].sort((a, b) => (a.directory < b.directory ? -1 : 1));
}
