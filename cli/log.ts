import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { httpReader } from '../adapters/log/http-reader.ts';
import { LogError } from '../core/log/error.ts';
import { verifyLog } from '../core/log/verify.ts';
import { EXIT, print, Unanswerable } from './exit.ts';

type VerifyOptions = Readonly<{ url: string; key: string; from?: string; token?: string; json?: boolean }>;

/** `log verify --url URL --key VKEY [--from CHECKPOINT]`: exits 1 when the log does not verify. */
export function logCommand(): Command {
  const verify = new Command('verify')
    .description('verify the transparency log from outside')
    .requiredOption('--url <url>', 'where the log stands, e.g. https://gate.example/log')
    .requiredOption('--key <vkey>', 'its verifier key, got on another way than from the log')
    .option('--from <file>', 'an older checkpoint, e.g. out of a check run: the log must still begin with it')
    .option('--token-file <file>', 'file with a bearer token, for a log that is not public')
    .option('--json', 'one JSON document')
    .exitOverride()
    .action(async ({ url, key, from, tokenFile, json }: VerifyOptions & { tokenFile?: string }) => {
      const result = await verifyLog(
        httpReader(url, tokenFile === undefined ? undefined : text(tokenFile)),
        key,
        from === undefined ? {} : { from: text(from, false) },
      ).catch((cause: unknown) => {
        const { message } = cause as Error;
        throw new Unanswerable(cause instanceof LogError ? message : `the log cannot be read: ${message}`, { cause });
      });
      if (json) await print(JSON.stringify(result, null, 2));
      else if (result.ok) await print(`The log verifies: ${result.size} entries, root ${result.root}.`);
      else await print(`The log does NOT verify:\n${result.problems.map(({ message }) => `  ${message}`).join('\n')}`);
      process.exitCode = result.ok ? EXIT.fine : EXIT.no;
    });
  return new Command('log').description('the transparency log').addCommand(verify);
}

function text(file: string, trim = true): string {
  try {
    const content = readFileSync(file, 'utf8');
    return trim ? content.trim() : content;
  } catch (cause) {
    throw new Unanswerable(`${file} cannot be read`, { cause });
  }
}
