#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { SettingsError } from '../config/settings.ts';
import { checkCommand } from './check.ts';
import { EXIT, Unanswerable } from './exit.ts';
import { explainCommand } from './explain.ts';
import { lintCommand } from './lint.ts';
import { logCommand } from './log.ts';
import { renderCommand } from './render.ts';
import { serveCommand } from './serve.ts';

const program = new Command('kubelet-gate')
  .description('Git-backed change approval for kubelet configuration')
  .exitOverride()
  .configureOutput({ writeErr: text => process.stderr.write(text) });
for (const command of [serveCommand, checkCommand, lintCommand, renderCommand, explainCommand, logCommand])
  program.addCommand(command().exitOverride());

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
