import { Command, Option } from 'commander';
import { readBaseline } from '../config/baseline.ts';
import { coverageMarkdown, coverageOf, coverageText } from '../core/report/coverage.ts';
import { print } from './exit.ts';

type Options = Readonly<{ json?: boolean; markdown?: boolean }>;

/** `coverage [--json]`: how many controls there are for each area, standard and threat. */
export function coverageCommand(): Command {
  return new Command('coverage')
    .description('what the baseline covers: by area, standard and threat')
    .addOption(new Option('--json', 'one JSON document').conflicts('markdown'))
    .option('--markdown', 'the whole baseline as a document (docs/baseline.md)')
    .action(async ({ json, markdown }: Options) => {
      const baseline = readBaseline();
      if (json) await print(JSON.stringify(coverageOf(baseline), null, 2));
      else await print(markdown ? coverageMarkdown(baseline) : coverageText(baseline));
    });
}
