import { benchAnsible } from './ansible.ts';
import { benchBaseline } from './baseline.ts';
import { benchKubelet } from './kubelet.ts';

/** `npm run bench -- NAME`: measures one part on this machine and prints what it measured. */
const BENCHES: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  ansible: benchAnsible,
  baseline: benchBaseline,
  kubelet: benchKubelet,
};

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench) await bench(args);
else {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')}`);
  process.exitCode = 2;
}
