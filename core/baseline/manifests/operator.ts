import type { NodeGroup } from '../../ansible/types.ts';
import type { Json } from '../../kubelet/types.ts';
import type { ObjectSource } from '../kubernetes-objects.ts';
import type { Control, PlaceAnswer } from '../types.ts';

/** How controls over Kubernetes objects with one operator judge what a node group gives Kubernetes. */
export type ManifestOperator = Readonly<{
  /** Why the check's value cannot be this operator's, or null. */
  fault: (value: Json) => string | null;
  /** What is expected of one path, in words. */
  words: (control: Control, path: string) => string;
  /** The answers; none where there is nothing of this kind. */
  evaluate: (control: Control, sources: readonly ObjectSource[], group: NodeGroup) => readonly PlaceAnswer[];
  /** What is missing where there is no answer. */
  nothing: string;
}>;

export const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every(item => typeof item === 'string');

/** A mapping's value, or undefined of anything else. */
export function member(value: Json, name: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, Json>>)[name];
}

/** A list of texts in a mapping; empty when there is none. */
export function textsOf(value: Json, name: string): readonly string[] {
  const found = member(value, name);
  return isTexts(found) ? found : [];
}
