import { InvalidArgumentError } from 'commander';
import { MINORS, type Minor } from '../core/kubelet/types.ts';

/** The newest minor this program knows: what is judged when nothing says otherwise. */
export const NEWEST_MINOR: Minor = MINORS[MINORS.length - 1]!;

/** Parses `--kubernetes`. */
export function minorOption(value: string): Minor {
  const minor = MINORS.find(known => known === value);
  if (minor === undefined) throw new InvalidArgumentError(`known are ${MINORS.join(', ')}`);
  return minor;
}
