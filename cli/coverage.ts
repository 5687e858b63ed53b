import { Command, Option } from 'commander';
import { coverageMarkdown, coverageOf, coverageText } from '../core/report/coverage.ts';
import { baselineOption, openBaseline } from './baseline-option.ts';
import { print } from './exit.ts';

type Options = Readonly<{ json?: boolean; markdown?: boolean; baseline?: string }>;

/** `coverage [--json]`: how many controls there are for each area, standard and threat. */
export function coverageCommand(): Command {
  return new Command('coverage')
    .description('what the baseline covers: by area, standard and threat')
    .addOption(new Option('--json', 'one JSON document').conflicts('markdown'))
    .option('--markdown', 'the whole baseline as a document (docs/baseline.md)')
    .addOption(baselineOption())
    .action(async ({ json, markdown, baseline: own }: Options) => {
      const baseline = openBaseline(own);
      if (json) await print(JSON.stringify(coverageOf(baseline), null, 2));
      else await print(markdown ? coverageMarkdown(baseline) : coverageText(baseline));
    });
}
