/**
 * Whether a change at `changed` can move an answer that rests on `path`: the same field, a parent, a child, a file's
 * attribute. What Git does not show of a configuration (`*`) may be any field or flag, but no file.
 */
export function touches(changed: string, path: string): boolean {
  if (changed === path) return true;
  if (changed === '*') return !path.startsWith('/');
  const parent = changed.endsWith('.*') ? changed.slice(0, -2) : changed;
  return isBelow(path, parent) || isBelow(changed, path);
}

function isBelow(path: string, parent: string): boolean {
  return parent !== '' && path.startsWith(parent) && (path[parent.length] === '.' || path[parent.length] === '#');
}
