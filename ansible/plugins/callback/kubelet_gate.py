# Copyright: the kubelet-gate authors
# SPDX-License-Identifier: Apache-2.0
"""Gate and recorder for Ansible runs.

Before the first task the gate is asked whether the checked-out commit is approved; if not, the run ends. Everything
the run then does to governed files is spooled as hash-chained JSON lines and posted to kubelet-gate. Needs nothing
but the standard library and ansible-core, and works as part of the collection or from ``callback_plugins/`` beside a
playbook. ``python3 kubelet_gate.py flush`` posts what earlier runs could not.
"""

from __future__ import annotations

DOCUMENTATION = """
name: kubelet_gate
type: notification
short_description: run only approved changes, and record what they did
description:
  - Refuses a playbook run unless kubelet-gate approved exactly the commit and tree that is checked out.
  - Records which files the run changed on which host, with their SHA-256, and posts that record to kubelet-gate.
  - Reads its settings from the environment only, so that C(flush) works without Ansible.
options: {}
notes:
  - C(KUBELET_GATE_URL) is the address of kubelet-gate. Required.
  - C(KUBELET_GATE_TOKEN) or C(KUBELET_GATE_TOKEN_FILE) is the bearer token (RUNS_TOKEN of the service).
  - C(KUBELET_GATE_REPO) is C(owner/name) of the repository. Default is what the remote C(origin) says.
  - C(KUBELET_GATE_ON_UNREACHABLE) is C(refuse) (default) or C(record), which lets a run go on that the gate could not
    be asked about and marks it so.
  - C(KUBELET_GATE_SPOOL) is the directory for records not yet delivered. Default is C(~/.kubelet-gate/spool).
"""

import fcntl
import getpass
import gzip
import hashlib
import hmac
import json
import os
import re
import secrets
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from datetime import datetime, timezone

try:
    from ansible import __version__ as ANSIBLE_VERSION
    from ansible import context
    from ansible.playbook.block import Block
    from ansible.playbook.handler import Handler
    from ansible.plugins.callback import CallbackBase
except ImportError:  # `flush` on a machine without Ansible
    ANSIBLE_VERSION, context, Block, Handler, CallbackBase = None, None, (), (), object

SCHEMA = "kubelet-gate.dev/ansible-run/v1"
REFUSED = 3
FILE_ACTIONS = {
    "assemble", "blockinfile", "copy", "file", "get_url", "ini_file", "lineinfile", "replace", "template", "unarchive",
}
SERVICE_ACTIONS = {"service", "systemd", "systemd_service"}
SETUP_ACTIONS = {"setup", "gather_facts"}
FACTS = ("machine_id", "hostname", "fqdn", "distribution", "distribution_version", "kernel")
CI_VARIABLES = (
    "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_SHA", "GITHUB_ACTOR", "GITHUB_WORKFLOW_REF",
    "AWX_JOB_ID", "JOB_ID", "tower_job_id",
)
# What the kubelet reads when it starts, and what else is recorded even where nothing changed. Only known directories
# and the last two names of a path count: a whole tree below a directory called after the kubelet does not.
KUBELET = re.compile(r"/(?:etc/kubernetes|etc/cni|var/lib/kubelet)/|kubelet[^/]*(?:/[^/]+)?$")
WATCHED = re.compile(KUBELET.pattern + r"|/etc/(?:containerd|crio|sysctl\.d)/")
MAX_HASHED_BYTES = 16 * 1024 * 1024
MAX_POST_BYTES = 2 * 1024 * 1024
ZERO_HASH = "0" * 64
# Byte code is written by Ansible itself, next to plugins such as this one.
EVERYTHING = ("--", ".", ":(exclude,glob)**/__pycache__/**")


def environment(name):
    """A setting, or None when it is absent or empty."""
    return os.environ.get(name) or None


def target_root(host):
    """Folder that stands for the host's root where a playbook fills a directory tree (an image, a chroot), else ''."""
    return (environment("KUBELET_GATE_TARGET_ROOT") or "").replace("{host}", host).rstrip("/")


def on_node(host, path):
    """A path as the node will know it: without the folder that stands for its root."""
    root = target_root(host)
    return path[len(root):] if root and path.startswith(root + "/") else path


def canonical(value):
    """JSON with sorted keys and no spaces, as UTF-8. Every key and number of the record is one RFC 8785 writes alike."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("\\u0000", "\\ufffd").encode("utf-8", "replace")


def sha256_of_file(path):
    """(exists, SHA-256 or None): None where the content of a regular file cannot be read in full."""
    try:
        state = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False, None
    except (OSError, ValueError):
        return None, None
    if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_HASHED_BYTES:
        return True, None
    try:
        with open(path, "rb") as file:
            return True, hashlib.sha256(file.read(MAX_HASHED_BYTES)).hexdigest()
    except OSError:
        return True, None


# -- Git ----------------------------------------------------------------------------------------------------------------


class NotInGit(Exception):
    """The playbook cannot be shown to belong to a commit; the message says why."""


class WorkTree:
    """The Git work tree a playbook stands in, read without believing its index."""

    def __init__(self, playbook):
        self.playbook = os.path.realpath(playbook)
        # GIT_DIR and its like would let another repository answer for this one.
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        self.env.update(LC_ALL="C", GIT_OPTIONAL_LOCKS="0", GIT_TERMINAL_PROMPT="0")
        self.root = os.path.dirname(self.playbook)
        self.root = os.path.realpath(self._text("rev-parse", "--show-toplevel"))
        if os.path.commonpath([self.root, self.playbook]) != self.root:
            raise NotInGit("the Git work tree %s does not hold the playbook" % self.root)
        self.commit = self._text("rev-parse", "--verify", "HEAD^{commit}")
        self.tree = self._text("rev-parse", "--verify", "HEAD^{tree}")
        self._blobs = None

    def _git(self, *args, **env):
        command = ["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"]
        try:
            done = subprocess.run(
                command + list(args), cwd=self.root, env=dict(self.env, **env), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False,
            )
        except (OSError, subprocess.SubprocessError) as fault:
            raise NotInGit("git could not be run: %s" % fault) from fault
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
            raise NotInGit(said or "git %s failed" % args[0])
        return done.stdout

    def _text(self, *args, **env):
        return self._git(*args, **env).decode("utf-8", "replace").strip()

    def _optional(self, *args):
        try:
            return self._text(*args) or None
        except NotInGit:
            return None

    def written_tree(self):
        """Tree id of what is on disk, through a throw-away index: index flags that hide edits have no say in it."""
        scratch = tempfile.mkdtemp(prefix="kubelet-gate-")
        try:
            objects = os.path.join(self.root, self._text("rev-parse", "--git-path", "objects"))
            env = {
                "GIT_INDEX_FILE": os.path.join(scratch, "index"),
                "GIT_OBJECT_DIRECTORY": os.path.join(scratch, "objects"),
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects,
            }
            os.mkdir(env["GIT_OBJECT_DIRECTORY"])
            self._git("read-tree", self.commit, **env)
            self._git("add", "--all", *EVERYTHING, **env)
            return self._text("write-tree", **env)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def dirty_paths(self):
        options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none")
        entries = self._git("status", *options, *EVERYTHING).split(b"\0")
        return sorted(entry[3:].decode("utf-8", "replace") for entry in entries if len(entry) > 3)

    def holds(self, path):
        """(path inside the tree or as given, SHA-256, whether the commit has exactly these bytes there)."""
        if self._blobs is None:
            lines = self._git("ls-tree", "-r", "-z", "--full-tree", self.commit).split(b"\0")
            parts = [line.split(b"\t", 1) for line in lines if b"\t" in line]
            self._blobs = {os.fsdecode(name): head.split()[2].decode() for head, name in parts}
        path = os.path.realpath(path)
        with open(path, "rb") as file:
            content = file.read()
        inside = os.path.commonpath([self.root, path]) == self.root
        name = os.path.relpath(path, self.root) if inside else path
        algorithm = hashlib.sha1 if len(self.commit) == 40 else hashlib.sha256
        blob = algorithm(b"blob %d\0" % len(content) + content).hexdigest()
        return name, hashlib.sha256(content).hexdigest(), inside and self._blobs.get(name) == blob

    def facts(self):
        written, dirty = self.written_tree(), self.dirty_paths()
        remote = self._optional("config", "--get", "remote.origin.url")
        return {
            "root": self.root,
            "commit": self.commit,
            "tree": self.tree,
            "worktree": written,
            "branch": self._optional("symbolic-ref", "-q", "--short", "HEAD"),
            "remote": re.sub(r"://[^/@]*@", "://", remote) if remote else None,
            "dirty": bool(dirty) or written != self.tree,
            "dirty_paths": dirty[:50],
        }


def repository_of_run(facts):
    """`owner/name`: the setting, else the end of the URL of the remote, else None."""
    remote = (facts or {}).get("remote") or ""
    match = re.search(r"([\w.-]+)/([\w.-]+?)(?:\.git)?/?$", remote)
    return environment("KUBELET_GATE_REPO") or ("%s/%s" % match.groups() if match else None)


# -- spool --------------------------------------------------------------------------------------------------------------


def spool_directory():
    directory = environment("KUBELET_GATE_SPOOL") or os.path.expanduser("~/.kubelet-gate/spool")
    os.makedirs(directory, mode=0o700, exist_ok=True)
    return directory


def sync_directory(directory):
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Spool:
    """The record of one run: a file of JSON lines, each with the SHA-256 of the line before."""

    def __init__(self, directory, run):
        self.run, self.path = run, os.path.join(directory, run + ".jsonl")
        self.sequence, self.previous, self.length = 0, ZERO_HASH, 0
        self._lock = threading.Lock()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._file = os.open(self.path, flags, 0o600)
        # Held as long as the process lives: the flush of another run leaves this file alone until then.
        fcntl.flock(self._file, fcntl.LOCK_EX)
        sync_directory(directory)

    def add(self, kind, data, sync=False):
        """Appends one event. When it returns, the line is whole in the file, with `sync` also on the disk."""
        with self._lock:
            now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            line = canonical({
                "v": 1, "run": self.run, "seq": self.sequence, "ts": now, "mono_us": time.monotonic_ns() // 1000,
                "type": kind, "prev": self.previous, "data": data,
            })
            try:
                rest = line + b"\n"
                while rest:
                    rest = rest[os.write(self._file, rest):]
                if sync:
                    os.fsync(self._file)
            except OSError:
                os.ftruncate(self._file, self.length)
                os.lseek(self._file, self.length, os.SEEK_SET)
                raise
            self.length += len(line) + 1
            self.sequence += 1
            self.previous = hashlib.sha256(line).hexdigest()


def whole_lines(path):
    """The complete lines of a record; the last one may have been cut off with its process."""
    with open(path, "rb") as file:
        lines = file.read().split(b"\n")
    return [line for line in lines[:-1] if line]


# -- service ------------------------------------------------------------------------------------------------------------


class Unreachable(Exception):
    """kubelet-gate gave no answer, or one that says nothing about the question."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token is for the configured address only."""

    def redirect_request(self, *_args, **_more):
        return None


class Service:
    """kubelet-gate over HTTP."""

    def __init__(self):
        self.url = (environment("KUBELET_GATE_URL") or "").rstrip("/")
        self.timeout = 10.0
        handlers = [NoRedirect()]
        if urllib.parse.urlsplit(self.url).hostname in ("localhost", "127.0.0.1", "::1"):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def configuration_fault(self):
        """Why the service cannot even be asked, or None."""
        if urllib.parse.urlsplit(self.url).scheme not in ("http", "https"):
            return "KUBELET_GATE_URL is not set to an http or https address"
        if environment("KUBELET_GATE_ON_UNREACHABLE") not in (None, "refuse", "record"):
            return "KUBELET_GATE_ON_UNREACHABLE is neither refuse nor record"
        return None

    @staticmethod
    def _token():
        file = environment("KUBELET_GATE_TOKEN_FILE")
        if file is None:
            return environment("KUBELET_GATE_TOKEN")
        with open(file, encoding="utf-8") as content:
            return content.read().strip()

    def _send(self, path, body=None, headers=None):
        """(status, bytes of the answer). Raises Unreachable without any answer."""
        request = urllib.request.Request(self.url + path, data=body, headers=dict(headers or {}))
        request.add_header("User-Agent", "kubelet-gate-callback/1")
        try:
            token = self._token()
            if token:
                request.add_header("Authorization", "Bearer " + token)
            with self._opener.open(request, timeout=self.timeout) as answer:
                return answer.status, answer.read(MAX_HASHED_BYTES)
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read(65536)
        except (OSError, ValueError) as fault:
            raise Unreachable(str(getattr(fault, "reason", fault))) from fault

    def ask(self, repository, commit, tree):
        """(verdict `approved` or `denied`, reason, the gate's whole answer)."""
        query = urllib.parse.urlencode({"repo": repository, "commit": commit, "tree": tree})
        for attempt in range(3):
            try:
                return self._ask_once("/api/v1/gate?" + query)
            except Unreachable as fault:
                last = fault
                time.sleep(0.2 * 3 ** attempt)
        raise last

    def _ask_once(self, path):
        status, body = self._send(path, headers={"Accept": "application/json"})
        if status == 429 or status >= 500:
            raise Unreachable("the gate answered HTTP %d" % status)
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        reason = answer.get("reason")
        reason = reason if isinstance(reason, str) and reason else None
        if status in (401, 403):
            return "denied", reason or "the gate does not accept the token of this run (HTTP %d)" % status, {}
        if status != 200:
            return "denied", reason or "the gate answered HTTP %d" % status, {}
        if answer.get("verdict") == "approved":
            return "approved", reason, answer
        if answer.get("verdict") == "denied":
            return "denied", reason or "the gate gave no reason", answer
        raise Unreachable("what answers at KUBELET_GATE_URL is not kubelet-gate")

    def deliver(self, path):
        """Posts a record and removes it once the service has all of it. Posting a line twice does no harm.

        Returns None when delivered, else a sentence that says what is left to do.
        """
        lines = whole_lines(path)
        while lines:
            count, size = 0, 0
            while count < len(lines) and (count == 0 or size + len(lines[count]) < MAX_POST_BYTES):
                size += len(lines[count]) + 1
                count += 1
            fault = self._post(b"".join(line + b"\n" for line in lines[:count]))
            if fault == "rejected":
                os.replace(path, path + ".rejected")
                return "kubelet-gate does not accept the record %s.rejected: it needs a person" % path
            if fault is not None:
                return "the record %s waits for the next run or `flush`: %s" % (path, fault)
            del lines[:count]
        os.unlink(path)
        return None

    def _post(self, body):
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        fault = None
        for attempt in range(3):
            try:
                status, _answer = self._send("/api/v1/runs", gzip.compress(body, 6), headers)
            except Unreachable as error:
                fault = str(error)
            else:
                if 200 <= status < 300:
                    return None
                if status in (400, 409, 413, 415, 422):
                    return "rejected"
                fault = "kubelet-gate answered HTTP %d" % status
                if status in (401, 403, 404):
                    return fault
            time.sleep(0.2 * 3 ** attempt)
        return fault

    def flush(self, directory, budget):
        """Delivers records of runs that have ended, for at most `budget` seconds. Returns (delivered, sentences)."""
        deadline, delivered, said = time.monotonic() + budget, 0, []
        for name in sorted(os.listdir(directory)):
            path = os.path.join(directory, name)
            if not name.endswith(".jsonl"):
                continue
            if time.monotonic() > deadline:
                said.append("records are left in %s: run `kubelet_gate.py flush`" % directory)
                break
            with open(path, "rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                if not os.path.exists(path):
                    continue
                fault = self.deliver(path)
            if fault is None:
                delivered += 1
            else:
                said.append(fault)
                if not fault.endswith("person"):
                    break
        return delivered, said


# -- recorder -----------------------------------------------------------------------------------------------------------


def short(action):
    return str(action).rsplit(".", 1)[-1]


def tasks_of(blocks):
    """Tasks of blocks in which every host takes part unless something fails: rescue sections are left out."""
    for entry in blocks:
        if isinstance(entry, Block):
            yield from tasks_of(entry.block + entry.always)
        elif not entry.implicit:
            yield entry


def has_result(task):
    return short(task.action) != "meta" and "never" not in task.tags


class Result:
    """One result as Ansible hands it to a callback, in 2.14 (`_result`) and from 2.19 on (`result`)."""

    def __init__(self, given):
        public = hasattr(type(given), "result")
        self.host = given.host if public else given._host
        self.task = given.task if public else given._task
        self.data = given.result if public else given._result
        self.fields = (given.task_fields if public else given._task_fields) or {}
        self.action = short(getattr(self.task, "resolved_action", None) or self.task.action)
        role = getattr(self.task, "_role", None)
        self.role = role.get_name() if role else None
        self.no_log = "censored" in self.data or bool(self.fields.get("no_log", self.task.no_log))
        self.check = bool(self.fields.get("check_mode", self.task.check_mode))
        self.changed = bool(self.data.get("changed"))

    def argument(self, name):
        """One resolved argument. Arguments may be secrets: only paths and service states are ever asked for."""
        assert name in ("dest", "path", "state")
        module = (self.data.get("invocation") or {}).get("module_args") or {}
        value = module.get(name)
        if value is None and "_ansible_item_label" not in self.data:
            value = (self.fields.get("args") or {}).get(name)
        return value if isinstance(value, str) else None


class Recorder:
    """What one playbook does, written down while it happens."""

    def __init__(self, directory):
        self.run = str(uuid.uuid4())
        self.directory = directory
        self.spool = Spool(directory, self.run)
        self.fault = None
        self.check = False
        self.work_tree = None
        self.approved = {}  # host -> destinations the gate approved content for
        self.loaders = []
        self.plays = {}
        self.play = None
        self.defined = {}  # (play, role) -> {task uuid: name}
        self.once = set()  # uuids of run_once tasks
        self.seen = {}  # host -> {task uuid}
        self.roles = {}  # (play, host, role) -> [first, last, counts]
        self.pending = {}  # host -> {dest: names of handlers notified}
        self.local = {}  # (play, host) -> whether its connection is local
        self.states = {}  # (host, dest) -> (exists, SHA-256)
        self.unapproved_inputs = None  # None: not known

    # start

    def start(self, playbook, facts):
        path = os.path.realpath(playbook._file_name)
        arguments = context.CLIARGS
        cli = {
            name: list(arguments[name]) if isinstance(arguments.get(name), (tuple, set)) else arguments.get(name)
            for name in (
                "check", "diff", "subset", "tags", "skip_tags", "start_at_task", "forks", "inventory", "become",
                "become_user", "remote_user",
            )
        }
        self.check = bool(cli["check"])
        self.spool.add("run.start", {
            "schema": SCHEMA,
            "playbook": os.path.relpath(path, facts["root"]) if facts else path,
            "cli": cli,
            "extra_vars": self._extra_vars(playbook, [str(value) for value in arguments.get("extra_vars") or ()]),
            "ansible_env": sorted(name for name in os.environ if name.startswith("ANSIBLE_")),
            "git": facts,
            "repo": repository_of_run(facts),
            "target_root": environment("KUBELET_GATE_TARGET_ROOT"),
            "controller": {
                "host": socket.gethostname(), "user": environment("SUDO_USER") or getpass.getuser(),
                "ansible": ANSIBLE_VERSION, "python": "%d.%d.%d" % sys.version_info[:3],
            },
            "ci": {name.lower(): environment(name) for name in CI_VARIABLES if environment(name)},
            "plugin_sha256": sha256_of_file(__file__)[1],
        }, sync=True)

    def _extra_vars(self, playbook, given):
        """Names for the reader; for comparing runs a digest under a key that never leaves this machine."""
        key_file = os.path.join(self.directory, "extra-vars.key")
        try:
            with open(key_file, "rb") as file:
                key = file.read()
        except FileNotFoundError:
            key = secrets.token_bytes(32)
            descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(descriptor, key)
            os.close(descriptor)
        digest = hmac.new(key, canonical(given), hashlib.sha256)
        files = [value[1:] for value in given if value.startswith("@")]
        for path in files:
            digest.update((sha256_of_file(path)[1] or "?").encode())
        manager = next((play.get_variable_manager() for play in playbook.get_plays()), None)
        names = sorted(str(name) for name in manager.extra_vars) if manager else []
        return {"count": len(given), "names": names[:50], "files": files, "digest": digest.hexdigest()}

    def gate(self, verdict, reason, answer):
        digests = answer.get("digests")
        if isinstance(digests, dict):
            self.approved = {host: sorted(files) for host, files in digests.items() if isinstance(files, dict)}
        self.spool.add("run.gate", {
            "verdict": verdict, "reason": reason,
            "approval": {name: answer[name] for name in ("change", "pr", "approvers") if name in answer},
        }, sync=True)

    def refuse(self):
        self.spool.add("run.end", {
            "status": "refused", "check": self.check, "hosts": {}, "changed": 0, "pending_restart": {},
            "unapproved_inputs": [], "recorder_fault": self.fault, "events": self.spool.sequence,
        }, sync=True)

    # plays

    def play_starts(self, play):
        identity = str(play._uuid)
        self.play = play
        self.plays[identity] = play
        if play.get_loader() not in self.loaders:
            self.loaders.append(play.get_loader())
        roles = []
        for role in play.roles:
            for each in list(role.get_all_dependencies()) + [role]:
                roles.append(each.get_name())
                self._define(identity, each)
        for task in tasks_of(play.pre_tasks + play.tasks + play.post_tasks):
            if getattr(task, "_role", None):
                self._define(identity, task._role)
        inventory = play.get_variable_manager()._inventory
        targets = inventory.get_hosts(play.hosts)
        everyone = inventory.get_hosts(play.hosts, ignore_limits=True, ignore_restrictions=True)
        names = {host.get_name() for host in targets}
        self.spool.add("play.start", {
            "play": play.get_name(), "uuid": identity, "targets": sorted(names),
            "left_out_by_limit": sorted({host.get_name() for host in everyone} - names),
            "strategy": str(play.strategy), "roles": roles, "check": bool(play.check_mode), "diff": bool(play.diff),
        })
        for host in targets:
            if self.approved.get(host.get_name()) and self._is_local(play, host, play.connection):
                for dest in self.approved[host.get_name()]:
                    if (host.get_name(), dest) not in self.states:
                        self._attest(host.get_name(), dest, "before")

    def _define(self, play, role):
        tasks = self.defined.setdefault((play, role.get_name()), {})
        for task in tasks_of(role.get_task_blocks()):
            if has_result(task):
                tasks[task._uuid] = task.get_name()
                if task.run_once is True:
                    self.once.add(task._uuid)

    def _is_local(self, play, host, connection):
        key = (str(play._uuid), host.get_name())
        if key not in self.local:
            variables = play.get_variable_manager().get_vars(play=play, host=host)
            self.local[key] = variables.get("ansible_connection")
        return (self.local[key] or connection) == "local"

    def _attest(self, host, dest, when):
        exists, digest = self.states[(host, dest)] = sha256_of_file(target_root(host) + dest)
        self.spool.add("file.state", {"host": host, "dest": dest, "when": when, "exists": exists, "sha256": digest})

    # tasks

    def task_starts(self, host, task):
        """A local destination whose name needs no evaluation is read before the task can change it."""
        if short(task.action) not in FILE_ACTIONS or task.no_log or task.delegate_to:
            return
        dest = task.args.get("dest") or task.args.get("path")
        if isinstance(dest, str) and os.path.isabs(dest) and "{" not in dest:
            if self._is_local(self.play, host, task.connection):
                self.states[(host.get_name(), on_node(host.get_name(), dest))] = sha256_of_file(dest)

    def task_ends(self, given, status):
        result = Result(given)
        host, now = result.host.get_name(), time.monotonic_ns() // 1000
        play = str(self.play._uuid)
        if result.role is not None:
            if (play, result.role) not in self.defined:
                self._define(play, result.task._role)
            entry = self.roles.setdefault((play, host, result.role), [now, now, {}])
            entry[1] = now
            entry[2][status] = entry[2].get(status, 0) + 1
            if result.changed:
                entry[2]["changed"] = entry[2].get("changed", 0) + 1
        self.seen.setdefault(host, set()).add(result.task._uuid)
        if not isinstance(result.data.get("results"), list) or result.no_log or status not in ("ok", "skipped"):
            self._record(result, status)

    def item_ends(self, given, status):
        self._record(Result(given), status, item=True)

    def _record(self, result, status, item=False):
        host, task = result.host.get_name(), result.task
        event = {
            "host": host, "play": str(self.play._uuid), "role": result.role, "task": task.get_name(),
            "task_uuid": str(task._uuid), "action": result.action, "status": status, "changed": result.changed,
            "check": result.check,
        }
        handler = isinstance(task, Handler)
        if item:
            event["item"] = True
        if task.delegate_to:
            event["delegated"] = True
        if handler:
            event["handler"] = [str(name) for name in [task.name] + list(task.listen or ()) if name]
        keep = handler or result.changed or status in ("failed", "unreachable", "ignored")
        if result.no_log:
            event["no_log"] = True
        elif status in ("failed", "unreachable", "ignored"):
            event["msg"] = str(result.data.get("msg", "")).split("\n")[0][:200]
        elif status == "ok":
            if result.action in FILE_ACTIONS:
                keep = self._file(result, event) or keep
            elif result.action == "stat":
                keep = self._stat(result, event) or keep
            elif result.action in SERVICE_ACTIONS:
                keep = self._service(result, event) or keep
            elif result.action in SETUP_ACTIONS:
                facts = result.data.get("ansible_facts") or {}
                event["facts"] = {name: facts["ansible_" + name] for name in FACTS if facts.get("ansible_" + name)}
                keep = True
        if status == "ok" and not result.check:
            self._restarts(host, event)
        if keep:
            self.spool.add("task.result", event, sync=result.changed and not result.check)

    def _file(self, result, event):
        host, data = result.host.get_name(), result.data
        dest = data.get("dest") or data.get("path") or result.argument("dest") or result.argument("path")
        if not isinstance(dest, str):
            return False
        path, dest = dest, on_node(host, dest)
        event["dest"] = dest
        for name in ("mode", "owner", "group", "size", "state"):
            if data.get(name) is not None:
                event[name] = data[name]
        if isinstance(data.get("checksum"), str):
            event["sha1"] = data["checksum"]
        event["sha256"] = None
        self._from_diff(result, event)
        if not result.task.delegate_to and self._is_local(self.play, result.host, result.task.connection):
            before = self.states.get((host, dest))
            after = self.states[(host, dest)] = sha256_of_file(path)
            event["exists"], event["sha256"] = after
            if before is not None:
                event["before_exists"], event["before_sha256"] = before
        governed = bool(WATCHED.search(dest)) or dest in self.approved.get(host, ())
        read_at_start = KUBELET.search(dest) and "/sysctl" not in dest
        if read_at_start and result.changed and not result.check and result.action != "file":
            self.pending.setdefault(host, {})[dest] = [str(name) for name in result.task.notify or ()]
        if result.changed and result.task.notify:
            event["notify"] = [str(name) for name in result.task.notify]
        return governed

    @staticmethod
    def _from_diff(result, event):
        """Digests of the texts --diff shows, where they are shown to be the whole file."""
        diff = result.data.get("diff")
        for part in diff if isinstance(diff, list) else [diff]:
            if not isinstance(part, dict):
                continue
            before, after = part.get("before"), part.get("after")
            if isinstance(before, dict) and isinstance(after, dict):
                changed = {
                    name: [before.get(name), after.get(name)] for name in ("mode", "owner", "group", "state")
                    if before.get(name) != after.get(name)
                }
                if changed:
                    event["attr"] = changed
            elif isinstance(after, str) and isinstance(before, str) and event.get("sha1"):
                # Only a text with the reported SHA-1 is the file: lineinfile, for one, shows empty texts without --diff.
                content = after.encode("utf-8", "surrogateescape")
                if hashlib.sha1(content).hexdigest() == event["sha1"]:
                    event["sha256"] = hashlib.sha256(content).hexdigest()
                    event["before_exists"] = bool(part.get("before_header"))
                    event["before_sha256"] = None
                    if event["before_exists"]:
                        content = before.encode("utf-8", "surrogateescape")
                        event["before_sha256"] = hashlib.sha256(content).hexdigest()

    def _stat(self, result, event):
        state = result.data.get("stat") or {}
        dest = state.get("path") or result.argument("path")
        if not isinstance(dest, str):
            return False
        dest = on_node(result.host.get_name(), dest)
        event["dest"], event["exists"] = dest, bool(state.get("exists"))
        for ours, name in (("mode", "mode"), ("size", "size"), ("owner", "pw_name"), ("group", "gr_name")):
            if state.get(name) is not None:
                event[ours] = state[name]
        checksum = state.get("checksum")
        event["sha256"] = checksum if isinstance(checksum, str) and len(checksum) == 64 else None
        if isinstance(checksum, str) and len(checksum) == 40:
            event["sha1"] = checksum
        return bool(WATCHED.search(dest)) or dest in self.approved.get(result.host.get_name(), ())

    @staticmethod
    def _service(result, event):
        for name in ("name", "state", "enabled"):
            if isinstance(result.data.get(name), (str, bool)):
                event[name] = result.data[name]
        event["restarted"] = result.changed and result.argument("state") == "restarted"
        return True

    def _restarts(self, host, event):
        """A handler that was notified by a file, or a restart of the kubelet itself, makes the file's content live."""
        waiting = self.pending.get(host, {})
        names = set(event.get("handler", ()))
        restarted = event.get("restarted") and "kubelet" in str(event.get("name"))
        for dest in [dest for dest, notified in waiting.items() if restarted or names.intersection(notified)]:
            del waiting[dest]

    # end

    def attest(self):
        for (host, dest) in sorted(self.states):
            if dest in self.approved.get(host, ()):
                self._attest(host, dest, "after")

    def coverage(self):
        anywhere = set().union(*self.seen.values())
        for (play, host, role), (first, last, counts) in sorted(self.roles.items(), key=lambda item: item[1][0]):
            seen = self.seen[host] | (self.once & anywhere)
            defined = self.defined[(play, role)]
            missing = [name for identity, name in defined.items() if identity not in seen]
            self.spool.add("role.coverage", {
                "host": host, "play": play, "role": role, "defined": len(defined), "missing": missing[:20],
                "counts": counts, "first_mono_us": first, "last_mono_us": last,
                "complete": not missing and not counts.get("failed") and not counts.get("unreachable"),
            })

    def look_at_inputs(self):
        self.unapproved_inputs = self._unapproved_inputs()

    def end(self, stats):
        hosts = {host: stats.summarize(host) for host in sorted(stats.processed)}
        failed = any(counts["failures"] or counts["unreachable"] for counts in hosts.values())
        self.spool.add("run.end", {
            "status": "failed" if failed else "ok", "check": self.check, "hosts": hosts,
            "changed": sum(counts["changed"] for counts in hosts.values()),
            "pending_restart": {host: sorted(files) for host, files in sorted(self.pending.items()) if files},
            "unapproved_inputs": self.unapproved_inputs, "recorder_fault": self.fault, "events": self.spool.sequence,
        }, sync=True)

    def _unapproved_inputs(self):
        """Files Ansible parsed that the commit does not hold: ignored, outside the work tree, or other bytes."""
        found = []
        paths = {path for loader in self.loaders for path in getattr(loader, "_FILE_CACHE", {})}
        for path in sorted(paths):
            try:
                name, digest, held = self.work_tree.holds(path)
            except OSError:
                continue
            if not held:
                found.append({"path": name, "sha256": digest})
        return found[:200]


# -- Ansible ------------------------------------------------------------------------------------------------------------


class CallbackModule(CallbackBase):
    """Asks the gate before the first task and records what follows.

    Ansible turns an exception out of a callback into a warning and runs the tasks nevertheless. So until the gate has
    spoken every fault ends the run with SystemExit; afterwards no fault may leave a hook at all.
    """

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "kubelet_gate"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._recorder = None
        self._service = None

    def set_options(self, *args, **kwargs):
        """There are none; and a plugin whose options fail to load would be left out of the run without a gate."""

    # gate

    def v2_playbook_on_start(self, playbook):
        self._recorder = None
        try:
            refusal = self._begin(playbook)
        except Exception as fault:  # an exception would let the tasks run
            refusal = "the run cannot be recorded: %s: %s" % (type(fault).__name__, fault)
        if refusal is not None:
            sys.stderr.write("kubelet-gate: run refused: %s\n" % refusal)
            sys.stderr.flush()
            raise SystemExit(REFUSED)

    def _begin(self, playbook):
        """None when the run may go on, else why not."""
        self._service = Service()
        fault = self._service.configuration_fault()
        if fault is not None:
            return fault
        recorder = Recorder(spool_directory())
        verdict, reason, answer = self._judge(recorder, playbook)
        recorder.gate(verdict, reason, answer)
        if verdict == "approved" or (verdict == "unreachable" and environment("KUBELET_GATE_ON_UNREACHABLE") == "record"):
            if verdict == "approved":
                self._deliver_earlier(recorder.directory)
            else:
                self._warn("the gate could not be asked (%s); the run goes on and is recorded as not approved" % reason)
            self._recorder = recorder
            return None
        recorder.refuse()
        undelivered = self._service.deliver(recorder.spool.path) if verdict == "denied" else None
        return reason if undelivered is None else "%s (%s)" % (reason, undelivered)

    def _judge(self, recorder, playbook):
        try:
            work_tree = recorder.work_tree = WorkTree(playbook._file_name)
            facts = work_tree.facts()
        except NotInGit as fault:
            recorder.start(playbook, None)
            return "denied", "the playbook is not part of a Git commit: %s" % fault, {}
        recorder.start(playbook, facts)
        if facts["dirty"]:
            shown = ", ".join(facts["dirty_paths"][:3]) or "a change the index hides"
            return "denied", "the work tree differs from commit %s: %s" % (facts["commit"][:12], shown), {}
        name, _digest, held = work_tree.holds(work_tree.playbook)
        if not held:
            return "denied", "commit %s does not hold the playbook %s" % (facts["commit"][:12], name), {}
        repository = repository_of_run(facts)
        if repository is None:
            return "denied", "the remote origin names no repository: set KUBELET_GATE_REPO to owner/name", {}
        try:
            return self._service.ask(repository, facts["commit"], facts["tree"])
        except Unreachable as fault:
            return "unreachable", "the gate cannot be reached: %s" % fault, {}

    def _deliver_earlier(self, directory):
        try:
            for sentence in self._service.flush(directory, 5.0)[1]:
                self._warn(sentence)
        except Exception as fault:
            self._warn("records of earlier runs could not be delivered: %s" % fault)

    # recorder

    def _note(self, step, *args):
        """One step of the recorder. A fault is shown, and written down at the end of the run."""
        if self._recorder is None:
            return
        try:
            step(self._recorder, *args)
        except Exception as fault:
            if self._recorder.fault is None:
                self._recorder.fault = "%s: %s" % (type(fault).__name__, fault)
                self._warn("fault of the recorder, this run will count as not fully recorded (%s)" % self._recorder.fault)

    @staticmethod
    def _warn(sentence):
        try:
            sys.stderr.write("kubelet-gate: %s\n" % sentence)
            sys.stderr.flush()
        except (OSError, ValueError):
            pass

    def v2_playbook_on_play_start(self, play):
        self._note(Recorder.play_starts, play)

    def v2_runner_on_start(self, host, task):
        self._note(Recorder.task_starts, host, task)

    def v2_runner_on_ok(self, result):
        self._note(Recorder.task_ends, result, "ok")

    def v2_runner_on_skipped(self, result):
        self._note(Recorder.task_ends, result, "skipped")

    def v2_runner_on_unreachable(self, result):
        self._note(Recorder.task_ends, result, "unreachable")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._note(Recorder.task_ends, result, "ignored" if ignore_errors else "failed")

    def v2_runner_item_on_ok(self, result):
        self._note(Recorder.item_ends, result, "ok")

    def v2_runner_item_on_failed(self, result):
        self._note(Recorder.item_ends, result, "failed")

    def v2_playbook_on_stats(self, stats):
        self._note(Recorder.attest)
        self._note(Recorder.coverage)
        self._note(Recorder.look_at_inputs)
        self._note(Recorder.end, stats)
        if self._recorder is not None:
            try:
                left = self._service.deliver(self._recorder.spool.path)
            except Exception as fault:
                left = "the record %s could not be delivered: %s" % (self._recorder.spool.path, fault)
            if left is not None:
                self._warn(left)
        self._recorder = None


def main(arguments):
    if arguments != ["flush"]:
        sys.stderr.write("usage: python3 kubelet_gate.py flush\n")
        return 2
    service = Service()
    fault = service.configuration_fault()
    if fault is not None:
        sys.stderr.write("kubelet-gate: %s\n" % fault)
        return 2
    delivered, said = service.flush(spool_directory(), 600.0)
    sys.stdout.write("%d record(s) delivered\n" % delivered)
    for sentence in said:
        sys.stderr.write("kubelet-gate: %s\n" % sentence)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
