"""Runs repositories of our own making through the installed ansible-core, many in one process.

Reads one JSON line per case, `{"root", "inventories": [...], "playbook"}`, and answers with one JSON line:
`{"inventory": what ansible-inventory --list prints, "results": [...], "writes": [...], "error"}`.

Everything that decides what lands on a host is Ansible's own code: inventory, variables, playbook, strategy, task
executor, templates, the actions `template` and `copy`. Replaced is only what costs time or would touch this machine: a
task runs in this process instead of a forked one, a template text is compiled once, the folders of vars plugins are
listed once; where the copy action would hand a file to a host, the file is noted down; every other module is noted down
and said to have changed something.
"""

import json
import os
import re
import shutil
import sys
import traceback

HOME = sys.argv[1]
os.makedirs(HOME, exist_ok=True)
SETTINGS = os.path.join(HOME, 'ansible.cfg')
open(SETTINGS, 'a').close()
os.environ.update(
    ANSIBLE_CONFIG=SETTINGS,
    ANSIBLE_HOME=HOME,
    ANSIBLE_LOCAL_TEMP=os.path.join(HOME, 'tmp'),
    ANSIBLE_NOCOLOR='1',
    ANSIBLE_LOCALHOST_WARNING='0',
    ANSIBLE_DEPRECATION_WARNINGS='0',
    ANSIBLE_RETRY_FILES_ENABLED='0',
    ANSIBLE_STDOUT_CALLBACK='minimal',
    ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS='ignore',
)
ANSWERS = os.fdopen(os.dup(1), 'w', encoding='utf-8')
for stream in (1,) if os.environ.get('DRIVER_DEBUG') else (1, 2):
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)

from ansible.cli.inventory import InventoryCLI  # noqa: E402 (reads the environment above)
from ansible.cli.playbook import PlaybookCLI  # noqa: E402
from ansible import context  # noqa: E402
from ansible.executor.process import worker  # noqa: E402
from ansible.executor.task_executor import TaskExecutor  # noqa: E402
from ansible.inventory.host import Host  # noqa: E402
from ansible import cli  # noqa: E402
from ansible.plugins.action import ActionBase  # noqa: E402
from ansible.plugins.loader import vars_loader  # noqa: E402
from ansible.release import __version__  # noqa: E402
from ansible.utils import context_objects  # noqa: E402
from jinja2 import Environment  # noqa: E402

try:
    from ansible.parsing.vault import VaultSecretsContext  # since 2.19, made once a command
except ImportError:
    VaultSecretsContext = None

VERSION = tuple(int(part) for part in re.findall(r'\d+', __version__)[:2])
results = []
writes = []


def run_here(self):
    """WorkerProcess.start: the same task executor, in this process, on its own copy of the task."""
    parent = self._task._parent
    self._task = self._task.copy(exclude_parent=True)
    self._task._parent = parent
    arguments = [self._host, self._task, self._task_vars, self._play_context]
    if VERSION < (2, 18):
        arguments.append(open(os.devnull))
    arguments += [self._loader, self._shared_loader_obj, self._final_q]
    if VERSION >= (2, 15):
        arguments.append(self._variable_manager)
    worker.current_worker = self
    returned = execute(self._task, arguments)
    note_result(self._host.name, self._task, returned)
    bare = Host(self._host.name, gen_uuid=False)
    if VERSION < (2, 19):
        self._final_q.send_task_result(bare.name, self._task._uuid, returned, task_fields=self._task.dump_attrs())
    else:
        self._final_q.send_task_result(
            worker._RawTaskResult(host=bare, task=self._task, return_data=returned, task_fields=self._task.dump_attrs())
        )


def execute(task, arguments):
    if VERSION < (2, 19):
        try:
            return TaskExecutor(*arguments).run()
        except Exception as error:
            return {'failed': True, 'msg': str(error), 'exception': traceback.format_exc()}
    with worker._task.TaskContext(task):
        return TaskExecutor(*arguments).run()


def note_result(host, task, returned):
    items = returned.get('results') if isinstance(returned.get('results'), list) else None
    results.append(
        {
            'host': host,
            'at': task.get_path(),
            'action': str(task.action),
            'skipped': bool(returned.get('skipped')),
            'failed': bool(returned.get('failed')),
            'message': str(returned.get('msg', '')),
            'items': None if items is None else [str(item.get('msg', '')) for item in items if item.get('failed')],
        }
    )


def note_copy(self, source_full, source_rel, content, content_tempfile, dest, task_vars, follow):
    """The copy action's last step: what would go to the host."""
    with open(source_full, 'rb') as file:
        text = file.read().decode('utf-8', 'backslashreplace')
    writes.append(
        {
            'host': str(task_vars['inventory_hostname']),
            'dest': os.path.join(dest, source_rel) if dest.endswith('/') else str(dest),
            'text': text,
            'mode': plain(self._task.args.get('mode')),
            'at': self._task.get_path(),
        }
    )
    self._remove_tempfile_if_content_defined(content, content_tempfile)
    return {'changed': True, 'dest': str(dest)}


make = ActionBase.__init__


def begin(self, *arguments, **named):
    make(self, *arguments, **named)
    if hasattr(self, '_copy_file'):  # the action copy, by whichever name it was loaded
        type(self)._copy_file = note_copy


def note_module(self, module_name=None, module_args=None, **_):
    """Any other module: its arguments are noted."""
    name = str(module_name or self._task.action)
    return {'changed': True, 'rc': 0, 'stdout': f'output of {name}', 'stdout_lines': [f'output of {name}']}


compile_template = Environment.compile
compiled = {}
SYNTAX = (
    'block_start_string block_end_string variable_start_string variable_end_string comment_start_string '
    'comment_end_string line_statement_prefix line_comment_prefix trim_blocks lstrip_blocks newline_sequence '
    'keep_trailing_newline undefined optimized autoescape'
).split()


def compile_once(self, source, name=None, filename=None, raw=False, defer_init=False):
    """Environment.compile, whose code hangs on nothing but its arguments and the environment's settings."""
    if raw or not isinstance(source, str):
        return compile_template(self, source, name, filename, raw, defer_init)
    settings = (type(self), *(getattr(self, setting) for setting in SYNTAX), *self.extensions)
    key = (source, name, filename, defer_init, settings)
    if key not in compiled:
        compiled[key] = compile_template(self, source, name, filename, raw, defer_init)
    return compiled[key]


list_plugins = vars_loader.all
listed_plugins = []


def list_plugins_once(*arguments, **named):
    """The vars plugins of this installation; those of a repository are not part of any case."""
    if arguments or named:
        yield from list_plugins(*arguments, **named)
        return
    if not listed_plugins:
        listed_plugins.extend(list_plugins())
    yield from listed_plugins


def plain(value):
    return value if value is None or isinstance(value, int) else str(value)


def init_context(options):
    context.CLIARGS = context_objects.CLIArgs.from_options(options)


context._init_global_context = init_context
worker.WorkerProcess.start = run_here
Environment.compile = compile_once
vars_loader.all = list_plugins_once
ActionBase.__init__ = begin
ActionBase._execute_module = note_module
ActionBase._make_tmp_path = lambda self, *_, **__: '/nonexistent'
ActionBase._remove_tmp_path = lambda self, *_, **__: None
ActionBase._remote_expand_user = lambda self, path, *_, **__: path


def inventory_of(case):
    listed = os.path.join(HOME, 'list.json')
    if os.path.exists(listed):
        os.remove(listed)
    sources = [part for source in case['inventories'] for part in ('-i', source)]
    folder = os.path.dirname(case['playbook']) or '.'
    command(InventoryCLI, ['ansible-inventory', *sources, '--list', '--playbook-dir', folder, '--output', listed])
    with open(listed, encoding='utf-8') as file:
        groups = json.load(file)
    return {'hostvars': groups.pop('_meta')['hostvars'], 'groups': groups}


def play(case):
    sources = [part for source in case['inventories'] for part in ('-i', source)]
    command(PlaybookCLI, ['ansible-playbook', *sources, case['playbook'], '-c', 'local'])


def command(kind, arguments):
    program = kind(arguments)
    program.parse()
    if VaultSecretsContext is not None:
        VaultSecretsContext._current = None
    try:
        program.run()
    except SystemExit as end:
        if end.code not in (0, None):
            raise
    finally:
        if hasattr(cli, 'init_plugin_loader'):
            cli.init_plugin_loader = lambda *_: None  # once a process


def answer(case):
    results.clear()
    writes.clear()
    compiled.clear()
    os.chdir(case['root'])
    reply = {'inventory': None, 'error': None}
    try:
        reply['inventory'] = inventory_of(case)
        if case.get('playbook') and not case.get('inventoryOnly'):
            play(case)
    except BaseException as error:  # the answer says what went wrong; the next case still runs
        reply['error'] = f'{type(error).__name__}: {error}'
        if case.get('trace'):
            reply['trace'] = traceback.format_exc()
    finally:
        os.chdir('/')
    prefix = os.path.realpath(case['root']) + '/'
    for one in results + writes:
        one['at'] = one['at'].replace(prefix, '') if one['at'] else ''
    return {**reply, 'results': results, 'writes': writes}


def say(value):
    ANSWERS.write(json.dumps(value, default=str) + '\n')
    ANSWERS.flush()


say({'version': __version__})
for line in sys.stdin:
    say(answer(json.loads(line)))
shutil.rmtree(HOME, ignore_errors=True)
