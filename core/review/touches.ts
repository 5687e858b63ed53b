/** Whether a change at `changed` can move an answer that rests on `path`: the same field, a parent, a child, a file's attribute. */
export function touches(changed: string, path: string): boolean {
  if (changed === path || changed === '*') return true;
  const parent = changed.endsWith('.*') ? changed.slice(0, -2) : changed;
  return isBelow(path, parent) || isBelow(changed, path);
}

function isBelow(path: string, parent: string): boolean {
  return parent !== '' && path.startsWith(parent) && (path[parent.length] === '.' || path[parent.length] === '#');
}
