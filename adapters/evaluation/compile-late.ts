import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode a function runs through before V8 11 thinks of optimising it; its own choice is 66 KiB. */
const BYTES_BEFORE_OPTIMISING = 300_000;

/**
 * Lets V8 optimise later. Most evaluations are over before optimised code has paid for its making: over 1,000 hosts they
 * take some 90 % of the time and 70 % of the CPU time, and those that take 18 s take as long as without it (2026-11-30, 2
 * cores, Node 20; `npm run bench -- ansible` with the call and without). Later versions of Node have a cheaper compiler in
 * between and are left alone.
 */
export function compileLate(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${BYTES_BEFORE_OPTIMISING}`);
}
