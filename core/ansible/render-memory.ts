import type { Inventory } from './inventory/inventory.ts';
import type { ParsedTemplates } from './jinja/scope.ts';
import type { LoadedYaml } from './yaml.ts';

/**
 * What renderings of one repository share: its revisions are mostly equal. All that is kept is a function of the key it
 * is kept under, so what a rendering gets is what it would make itself. Lives as long as a review.
 */
export type RenderMemory = Readonly<{
  /** What files hold: by path, since values know their place, then by text. */
  yaml: Map<string, Map<string, LoadedYaml>>;
  templates: ParsedTemplates;
  /** Inventories nothing is wrong with, by all they are read from; `read`: their files. */
  inventories: Map<string, Readonly<{ inventory: Inventory; read: ReadonlySet<string> }>>;
}>;

export function newRenderMemory(): RenderMemory {
  return { yaml: new Map(), templates: new Map(), inventories: new Map() };
}

/** What a file holds; `load` reads it where no rendering did before. What `load` throws is not kept. */
export function rememberedYaml(memory: RenderMemory, path: string, text: string, load: () => LoadedYaml): LoadedYaml {
  let texts = memory.yaml.get(path);
  if (!texts) memory.yaml.set(path, (texts = new Map()));
  let loaded = texts.get(text);
  if (!loaded) texts.set(text, (loaded = load()));
  return loaded;
}
