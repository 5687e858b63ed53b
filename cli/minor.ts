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

/** Parses `--kubernetes` where several minors may be named: `1.35,1.36`, in the order given, each once. */
export function minorsOption(value: string): readonly Minor[] {
  return [...new Set(value.split(',').map(minorOption))];
}
