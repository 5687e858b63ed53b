import type { BrokenExpectation } from './judge-broken.ts';
import type { Column } from './judge-change.ts';

/** Misses of real changes that are understood and stay, by case and column, with the reason. */
export const RECORDED_MISSES: Readonly<Record<string, Readonly<Partial<Record<Column, string>>>>> = {
  '035': {
    direction:
      'Judged by the CIS list of 2020; the baseline follows CIS 1.12, which has no TLS_RSA suites: this change adds four (KG-CERT-06).',
  },
};

/** Where the problem of each broken file is, or that there is none to be told. */
export const BROKEN_LINES: Readonly<Record<string, BrokenExpectation>> = {
  '01': { line: 18, because: 'the tag with the spelling mistake' },
  '03': { line: 20, because: 'the first line a YAML parser cannot read on' },
  '07': { line: 185, because: 'the first conflict marker' },
  '09': { line: 20, because: 'the first conflict marker' },
  '11': { line: null, because: 'Jinja reads CRLF as an end of line, and no kubelet reads this file' },
  '13': { line: null, because: 'a template may have any suffix: only what it becomes must be YAML' },
  '15': { line: null, because: 'comments may hold quotes and letters of any script' },
  '19': { line: 9, because: 'mode 075 gives nothing to the owner and all to others' },
  '21': { line: 8, because: 'unquoted 0640 is the number 416 once it is written to a configuration file' },
  '23': { line: null, because: 'flags that collect pairs may be given several times' },
};
