import { containerOf, eachPart, type Value, visitParts } from './value.ts';

/** How many parts a value has when each list and mapping is counted wherever it occurs. @throws PythonError as `visitParts` */
export function expandedSize(value: Value): number {
  visitParts(value, () => {});
  const sizes = new Map<object, number>();
  const sizeOf = (part: Value): number => {
    const container = containerOf(part);
    if (!container) return 1;
    const known = sizes.get(container);
    if (known !== undefined) return known;
    let size = 1;
    eachPart(part, item => {
      size += sizeOf(item);
    });
    sizes.set(container, size);
    return size;
  };
  return sizeOf(value);
}
