import { MINORS, type Minor } from '../kubelet/types.ts';

const BOUND = String.raw`(?:>=|<)1\.\d{1,3}`;

/** What the `kubernetes` key of a control may hold: `>=1.33`, `<1.34`, or both with a space between. */
export const KUBERNETES_RANGE = new RegExp(String.raw`^(?:${BOUND}|>=1\.\d{1,3} <1\.\d{1,3})$`);

/** Whether nodes of a minor are in a range; every minor is in none. */
export function isInRange(minor: Minor, range: string | undefined): boolean {
  return (range?.split(' ') ?? []).every(bound => {
    const limit = Number(bound.slice(bound.indexOf('.') + 1));
    return bound.startsWith('<') ? numberOf(minor) < limit : numberOf(minor) >= limit;
  });
}

function numberOf(minor: Minor): number {
  return Number(minor.slice(2));
}

/** Whether a range begins after every minor the facts cover: until they cover one of it, there is nothing to judge. */
export function isBeyondCovered(range: string | undefined): boolean {
  return MINORS.every(minor => !isInRange(minor, range));
}
