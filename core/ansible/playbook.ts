import { posix } from 'node:path';
import { newBudget } from './budget.ts';
import { toText } from './jinja/python.ts';
import { inherit, type Keywords, NO_KEYWORDS, readKeywords } from './keywords.ts';
import { exists, notEvaluated, type Place, type Repository, readYaml, report, within } from './repository.ts';
import { listOf, placeOf, type RoleReference, roleReference } from './role.ts';
import { argumentsOf } from './task.ts';
import { toJson, unknownValue, type Value, withOrigins } from './value.ts';
import { combine, NO_VARS, type Vars, varsOf } from './variables.ts';

export type Play = Readonly<{
  name: string;
  at: Place;
  /** Directory of the file it is written in: where its roles, files and vars_files are looked for. */
  directory: string;
  /** Raw host patterns. */
  hosts: readonly Value[];
  vars: Vars;
  /** Each entry is one name or a list of names of which the first that exists counts. */
  varsFiles: readonly Value[];
  roles: readonly RoleReference[];
  preTasks: readonly Value[];
  tasks: readonly Value[];
  postTasks: readonly Value[];
  handlers: readonly Value[];
  /** Sizes of the batches the hosts are taken in, as written; empty when all are taken at once. */
  serial: readonly Value[];
  /** `order`, as written; null for the inventory's. */
  order: Value | null;
  /** What every task has from the play. */
  keywords: Keywords;
  /** Conditions of the imports that led to it: of each of its tasks, but of no handler. */
  when: readonly PlayCondition[];
  settings: PlaySettings;
}>;

/** How Ansible goes through the hosts, as written; null where the play does not say. It changes no value. */
export type PlaySettings = Readonly<Record<(typeof SETTINGS)[number], string | null>>;

const SETTINGS = ['serial', 'order', 'strategy', 'max_fail_percentage', 'gather_facts'] as const;

function settingsOf(keys: Vars): PlaySettings {
  const read = (name: string): string | null => {
    const value = keys.get(name);
    return value ? JSON.stringify(toJson(value)) : null;
  };
  return {
    serial: read('serial'),
    order: read('order'),
    strategy: read('strategy'),
    max_fail_percentage: read('max_fail_percentage'),
    gather_facts: read('gather_facts'),
  };
}

export const NO_SETTINGS: PlaySettings = settingsOf(NO_VARS);

/** A condition as written and the file it stands in. */
export type PlayCondition = Readonly<{ expression: Value; file: string }>;

/** What a play has from the imports that led to it (`PlaybookInclude.load_data`). */
type FromImports = Pick<Play, 'vars' | 'when'> & Readonly<{ tags: readonly Value[] }>;

const NO_IMPORTS: FromImports = { vars: NO_VARS, when: [], tags: [] };

export type Playbook = Readonly<{ file: string; directory: string; plays: readonly Play[] }>;

const MAX_IMPORTS = 200;

/** Whether a YAML document is a playbook: a list of plays and imports. */
export function isPlaybook(document: Value | undefined): boolean {
  if (document?.kind !== 'list' || document.items.length === 0) return false;
  return document.items.every(item => {
    const keys = varsOf(item);
    return keys !== null && (keys.has('hosts') || importOf(keys) !== null);
  });
}

/** Repository paths of the playbooks a playbook imports, where their names are literal. */
export function importedBy(file: string, document: Value): readonly string[] {
  return listOf(document).flatMap(item => {
    const target = importOf(varsOf(item) ?? NO_VARS);
    const path = target === null ? null : within(posix.dirname(file), target.name);
    return path === null ? [] : [path];
  });
}

/** A playbook to import as it is named, with the variables its plays get. */
type Import = Readonly<{ name: string; vars: Vars }>;

/**
 * What an entry of a playbook imports; null for a play. `key=value` behind the name are variables in the `include` of
 * old versions; `import_playbook` takes no notice of them (seen in 2.14).
 */
function importOf(keys: Vars): Import | null {
  const vars = varsOf(keys.get('vars')) ?? NO_VARS;
  const named = keys.get('import_playbook') ?? keys.get('ansible.builtin.import_playbook');
  const target = named ?? keys.get('include');
  if (target === undefined) return null;
  const { args, free } = argumentsOf('import_playbook', target, NO_VARS);
  const name = free?.kind === 'str' ? free.text : '';
  return { name, vars: named === undefined ? new Map([...vars, ...args]) : vars };
}

/** A playbook with everything it imports, in order. What cannot be read or found is reported and left out. */
export function loadPlaybook(repository: Repository, file: string): Playbook {
  const plays: Play[] = [];
  readPlays(repository, file, plays, NO_IMPORTS, new Set(), { count: 0 });
  return { file, directory: directoryOf(file), plays };
}

function directoryOf(file: string): string {
  const directory = posix.dirname(file);
  return directory === '.' ? '' : directory;
}

function readPlays(
  repository: Repository,
  file: string,
  plays: Play[],
  inherited: FromImports,
  above: ReadonlySet<string>,
  imports: { count: number },
): void {
  const [document] = readYaml(repository, file);
  if (!document) return;
  if (!isPlaybook(document)) {
    report(repository, {
      file,
      line: 1,
      code: 'playbook-invalid',
      message: 'This is not a playbook: it must be a list of plays.',
    });
    return;
  }
  for (const item of listOf(document)) {
    const keys = varsOf(item) ?? NO_VARS;
    const target = importOf(keys);
    const at = placeOf(file, item);
    if (target === null) {
      plays.push(playOf(file, keys, at, inherited));
      continue;
    }
    const path = target.name.includes('{{') ? null : within(posix.dirname(file), target.name);
    if (path === null || !exists(repository, path)) {
      report(repository, notEvaluated(file, at.line, notImported(target.name)));
    } else if (above.has(path) || path === file || ++imports.count > MAX_IMPORTS) {
      report(repository, {
        file,
        line: at.line,
        code: 'over-limit',
        message: `Playbooks import each other in a circle here, or more than ${MAX_IMPORTS} times; take this import out.`,
      });
    } else {
      const from: FromImports = {
        vars: new Map([...target.vars, ...inherited.vars]),
        when: [...inherited.when, ...listOf(keys.get('when')).map(expression => ({ expression, file }))],
        tags: [...inherited.tags, ...readKeywords(keys).tags],
      };
      readPlays(repository, path, plays, from, new Set([...above, file]), imports);
    }
  }
}

function notImported(name: string): string {
  return name.includes('{{')
    ? `Which playbook ${name} is cannot be known from Git, so its plays are not evaluated; import it by its name.`
    : `The imported playbook ${name} is not in this repository, so its plays are not evaluated; keep it here or take the import out.`;
}

function playOf(file: string, keys: Vars, at: Place, inherited: FromImports): Play {
  const name = keys.get('name');
  const hosts = listOf(keys.get('hosts'));
  const vars = varsOf(keys.get('vars')) ?? NO_VARS;
  return {
    name: name?.kind === 'str' ? name.text : hosts.map(host => (host.kind === 'str' ? host.text : '?')).join(','),
    at,
    directory: directoryOf(file),
    hosts,
    vars: combine(vars, inherited.vars, prompted(keys)),
    varsFiles: listOf(keys.get('vars_files')),
    roles: listOf(keys.get('roles'))
      .map(role => roleReference(file, role))
      .filter(role => role !== null),
    preTasks: listOf(keys.get('pre_tasks')),
    tasks: listOf(keys.get('tasks')),
    postTasks: listOf(keys.get('post_tasks')),
    handlers: listOf(keys.get('handlers')),
    serial: listOf(keys.get('serial')),
    order: keys.get('order') ?? null,
    keywords: inherit({ ...NO_KEYWORDS, tags: inherited.tags }, readKeywords(keys)),
    when: inherited.when,
    settings: settingsOf(keys),
  };
}

/**
 * What `vars_prompt` asks for: its default, which a run without a terminal takes, as text; anything else only the person
 * who starts Ansible knows (`Display.do_var_prompt`).
 */
function prompted(keys: Vars): Vars {
  const vars = new Map<string, Value>();
  for (const prompt of listOf(keys.get('vars_prompt'))) {
    const given = varsOf(prompt);
    const name = given?.get('name');
    if (name?.kind !== 'str') continue;
    const answer = given?.get('default');
    const why = `${name.text} is asked of the person who starts Ansible`;
    const known = answer && answer.kind !== 'none' && !given?.has('encrypt');
    vars.set(
      name.text,
      known
        ? withOrigins(toText(newBudget(), answer), answer.origins)
        : unknownValue(`prompt:${name.text}`, [why], { defined: true, type: 'str', origins: name.origins }),
    );
  }
  return vars;
}
