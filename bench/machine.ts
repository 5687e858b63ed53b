import { availableParallelism, cpus, totalmem } from 'node:os';

/** When and on what something was measured, for the head of its report. */
export function machineLines(): readonly string[] {
  return [
    `${new Date().toISOString()}, ${cpus()[0]?.model ?? 'unknown CPU'}`,
    `${availableParallelism()} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
  ];
}
