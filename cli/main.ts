#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { SettingsError } from '../config/settings.ts';
import { EXIT, Unanswerable } from './exit.ts';

/** Every command loads its own code, and only when it is called: a lint waits for no service to load. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['serve', async () => (await import('./serve.ts')).serveCommand()],
  ['check', async () => (await import('./check.ts')).checkCommand()],
  ['lint', async () => (await import('./lint.ts')).lintCommand()],
  ['render', async () => (await import('./render.ts')).renderCommand()],
  ['explain', async () => (await import('./explain.ts')).explainCommand()],
  ['report', async () => (await import('./report.ts')).reportCommand()],
  ['coverage', async () => (await import('./coverage.ts')).coverageCommand()],
  ['log', async () => (await import('./log.ts')).logCommand()],
]);

const program = new Command('kubelet-gate')
  .description('Git-backed change approval for kubelet configuration')
  .exitOverride()
  .configureOutput({ writeErr: text => process.stderr.write(text) });
const called = COMMANDS.get(process.argv[2] ?? '');
for (const load of called ? [called] : COMMANDS.values()) program.addCommand((await load()).exitOverride());

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.unanswerable;
  } else {
    const { message, stack } = error as Error;
    const known = error instanceof Unanswerable || error instanceof SettingsError;
    process.stderr.write(`kubelet-gate: ${known ? message : stack}\n`);
    process.exitCode = EXIT.unanswerable;
  }
}
