import { claimDirectory } from '../../../adapters/store/embedded-claim.ts';

/** Claims the directory it is given, says how that went, and keeps it until it is killed. */
const { directory } = JSON.parse(process.argv[2] ?? '{}') as { directory: string };
try {
  await claimDirectory(directory);
  console.log('claimed');
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log((error as { code?: string }).code ?? String(error));
}
