import { Command, Option } from 'commander';
import { readSettings } from '../config/settings.ts';
import type { Part } from '../server/serve.ts';
import { EXIT, Unanswerable } from './exit.ts';

/** `serve [--only server|worker]`: runs until SIGTERM or SIGINT, then finishes what it is doing. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('run the service')
    .addOption(new Option('--only <part>', 'one part of it').choices(['server', 'worker']))
    .action(async ({ only }: { only?: Exclude<Part, 'all'> }) => {
      const settings = readSettings();
      const { serve } = await import('../server/serve.ts');
      const service = await serve(settings, only ?? 'all').catch((cause: unknown) => {
        throw new Unanswerable((cause as Error).message, { cause });
      });
      await new Promise<void>(stop => {
        for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop());
      });
      await service.close();
      process.exit(EXIT.fine);
    });
}
