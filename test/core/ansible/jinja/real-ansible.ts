import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What real Ansible made of a case: its text or value, or its error. */
export type Answer = { ok: true; result: unknown } | { ok: false; error: string };

/** The Python that runs the installed ansible-core 2.14, or the reason why there is none. */
export function findAnsible(): { python: string } | { missing: string } {
  const asked = spawnSync('ansible', ['--version'], { encoding: 'utf8' });
  if (asked.status !== 0) return { missing: 'ansible is not installed' };
  const version = /core (\d+\.\d+)/.exec(asked.stdout)?.[1];
  if (version !== '2.14') return { missing: `ansible-core is ${version}, the reference is 2.14` };
  const python = /python version = .*\(([^()]+)\)\s*$/m.exec(asked.stdout)?.[1];
  return python ? { python } : { missing: 'ansible does not say which python it runs on' };
}

/** Renders all cases with one Python process. */
export function askAnsible(
  python: string,
  input: { variables: string; templates: readonly string[]; values: readonly string[]; conditions: readonly string[] },
): { templates: Answer[]; values: Answer[]; conditions: Answer[] } {
  const directory = mkdtempSync(join(tmpdir(), 'real-ansible-'));
  try {
    writeFileSync(join(directory, 'ask.py'), SCRIPT);
    const environment = { ...process.env, ANSIBLE_LOCAL_TEMP: directory, HOME: directory, ANSIBLE_NOCOLOR: '1' };
    const output = execFileSync(python, [join(directory, 'ask.py')], {
      cwd: directory,
      env: environment,
      input: JSON.stringify(input),
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return JSON.parse(output);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const SCRIPT = `
import json, sys
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.conditional import Conditional
from ansible.template import AnsibleEnvironment, Templar

def plain(value):
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple):
        return {'tuple': [plain(item) for item in value]}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value)

def answer(work):
    try:
        return {'ok': True, 'result': plain(work())}
    except Exception as error:
        return {'ok': False, 'error': str(error)}

asked = json.load(sys.stdin)
loader = DataLoader()
variables = loader.load(asked['variables'])

def template(text):
    templar = Templar(loader=loader, variables=loader.load(asked['variables'])).copy_with_new_env(
        environment_class=AnsibleEnvironment, searchpath=['.'], trim_blocks=True, lstrip_blocks=False)
    return templar.do_template(text, preserve_trailing_newlines=True, escape_backslashes=False)

def value(text):
    return Templar(loader=loader, variables=loader.load(asked['variables'])).template(loader.load('v: ' + text)['v'])

def condition(text):
    conditional = Conditional(loader=loader)
    conditional.when = [text]
    own = loader.load(asked['variables'])
    return bool(conditional.evaluate_conditional(Templar(loader=loader, variables=own), own))

print(json.dumps({
    'templates': [answer(lambda: template(text)) for text in asked['templates']],
    'values': [answer(lambda: value(text)) for text in asked['values']],
    'conditions': [answer(lambda: condition(text)) for text in asked['conditions']],
}))
`;
