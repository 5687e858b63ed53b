import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One call of a module on a file of this text. */
export type ModuleCall = Readonly<{ module: string; text: string; args: Readonly<Record<string, unknown>> }>;

/** What the module left of the file, and why it failed if it did. */
export type ModuleResult = Readonly<{ text: string; failed: string | null }>;

const MODULES: Readonly<Record<string, string>> = {
  lineinfile: 'ansible.modules.lineinfile',
  replace: 'ansible.modules.replace',
  blockinfile: 'ansible.modules.blockinfile',
  ini_file: 'ansible_collections.community.general.plugins.modules.ini_file',
};

/** The Python that Ansible runs on, as it says itself. */
function ansiblePython(): string {
  const { stdout } = spawnSync('ansible-playbook', ['--version'], { encoding: 'utf8' });
  return /python version = .*\(([^()]+)\)\s*$/m.exec(stdout ?? '')?.[1] ?? 'python3';
}

/** Whether Ansible's Python finds the module itself; else the reason is printed: then it is not compared. */
export function hasModule(module: string): boolean {
  const name = MODULES[module] ?? '';
  if (spawnSync(ansiblePython(), ['-c', `import ${name}`], { encoding: 'utf8' }).status === 0) return true;
  console.warn(`not compared with the real ${module}: Ansible has no ${name}`);
  return false;
}

/** Runs the module's own `main` for every call in one process, as Ansible does in one process each. */
const HARNESS = `
import contextlib, importlib, io, json, os, sys
from ansible.module_utils import basic
root = sys.argv[1]
calls = json.load(open(os.path.join(root, 'calls.json')))
results = []
for index, (name, args) in enumerate(calls):
    module = importlib.import_module(name)
    path = os.path.join(root, 'files', str(index))
    args = dict(args, path=path, _ansible_tmpdir=os.path.join(root, 'tmp'))
    basic._ANSIBLE_ARGS = json.dumps({'ANSIBLE_MODULE_ARGS': args}).encode()
    out = io.StringIO()
    failed = None
    try:
        with contextlib.redirect_stdout(out):
            module.main()
    except SystemExit:
        result = json.loads(out.getvalue().strip().splitlines()[-1])
        failed = result.get('msg') if result.get('failed') else None
    except Exception as error:
        failed = repr(error)
    results.append(failed)
json.dump(results, open(os.path.join(root, 'results.json'), 'w'))
`;

export function runModules(calls: readonly ModuleCall[]): readonly ModuleResult[] {
  const root = mkdtempSync(join(tmpdir(), 'kubelet-gate-edits-'));
  try {
    mkdirSync(join(root, 'files'));
    mkdirSync(join(root, 'tmp'));
    for (const [index, { text }] of calls.entries()) writeFileSync(join(root, 'files', String(index)), text);
    writeFileSync(join(root, 'calls.json'), JSON.stringify(calls.map(({ module, args }) => [MODULES[module], args])));
    writeFileSync(join(root, 'harness.py'), HARNESS);
    const env = { PATH: process.env.PATH, HOME: root, LC_ALL: 'C.UTF-8', PYTHONWARNINGS: 'ignore' };
    execFileSync(ansiblePython(), [join(root, 'harness.py'), root], { env, encoding: 'utf8', stdio: 'pipe' });
    const failures = JSON.parse(readFileSync(join(root, 'results.json'), 'utf8')) as readonly (string | null)[];
    return failures.map((failed, index) => ({
      text: readFileSync(join(root, 'files', String(index)), 'utf8'),
      failed,
    }));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
