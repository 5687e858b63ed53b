import { str, type Value } from './value.ts';
import { type Vars, varsOf } from './variables.ts';

/** Keywords of which the nearest counts: the task's own, else that of the block, import, role or play around it. */
const NEAREST = ['any_errors_fatal', 'check_mode', 'ignore_errors', 'ignore_unreachable', 'no_log'] as const;

/** What a task has from its own keywords and from those of the blocks, imports, roles and plays around it. */
export type Keywords = Readonly<{
  /** As written; all of them count (`Taggable`). */
  tags: readonly Value[];
  /** Arguments by module, outermost first: an inner mapping replaces an outer one of the same module. */
  moduleDefaults: readonly Vars[];
  /** Variables set for what tasks run, outermost first. */
  environment: readonly Value[];
  nearest: ReadonlyMap<string, Value>;
}>;

export const NO_KEYWORDS: Keywords = { tags: [], moduleDefaults: [], environment: [], nearest: new Map() };

/** The keywords among the keys of a play, role, block, import or task. */
export function readKeywords(keys: Vars): Keywords {
  const environment = itemsOf(keys.get('environment'));
  const moduleDefaults = itemsOf(keys.get('module_defaults')).flatMap(one => varsOf(one) ?? []);
  const tags = tagsOf(keys.get('tags'));
  const nearest = NEAREST.flatMap(name => {
    const value = keys.get(name);
    return value ? [[name, value] as const] : [];
  });
  if (tags.length + moduleDefaults.length + environment.length + nearest.length === 0) return NO_KEYWORDS;
  return { tags, moduleDefaults, environment, nearest: new Map(nearest) };
}

/** What stands inside something with keywords of its own. */
export function inherit(outer: Keywords, inner: Keywords): Keywords {
  if (inner === NO_KEYWORDS) return outer;
  if (outer === NO_KEYWORDS) return inner;
  return {
    tags: [...outer.tags, ...inner.tags],
    moduleDefaults: [...outer.moduleDefaults, ...inner.moduleDefaults],
    environment: [...outer.environment, ...inner.environment],
    nearest: new Map([...outer.nearest, ...inner.nearest]),
  };
}

function itemsOf(value: Value | undefined): readonly Value[] {
  if (!value || value.kind === 'none') return [];
  return value.kind === 'list' ? value.items : [value];
}

/** One text names several tags, a text in a list one (`Taggable._load_tags`). */
function tagsOf(value: Value | undefined): readonly Value[] {
  if (value?.kind !== 'str' || value.text.includes('{{')) return itemsOf(value);
  return value.text.split(',').map(name => str(name.trim(), value.origins));
}

/** Whether tags keep something from running when no tags are asked for. */
export function isNever(tags: readonly Value[]): boolean {
  const named = (name: string) => tags.some(tag => tag.kind === 'str' && tag.text === name);
  return named('never') && !named('always');
}
