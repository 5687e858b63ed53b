import type { World } from './world.ts';

/** The web page at a path, or null when there is none. */
export async function page(world: World, path: string): Promise<string | null> {
  return world.repositories.has(path) ? '' : null;
}
