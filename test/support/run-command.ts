import type { Command } from 'commander';

/** Runs a command in this process and gives what it printed and its exit code; `process.exitCode` stays for the caller to reset. */
export async function runCommand(
  command: Command,
  ...args: readonly string[]
): Promise<Readonly<{ output: string; code: typeof process.exitCode }>> {
  const write = process.stdout.write.bind(process.stdout);
  let output = '';
  process.stdout.write = ((text: string, done?: () => void) => {
    output += text;
    done?.();
    return true;
  }) as typeof process.stdout.write;
  try {
    await command.parseAsync(args, { from: 'user' });
    return { output, code: process.exitCode };
  } finally {
    process.stdout.write = write;
  }
}
