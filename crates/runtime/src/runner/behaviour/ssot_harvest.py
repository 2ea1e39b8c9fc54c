"""Records calls of chosen functions while the repository's own tests run.

Loaded by every interpreter of the tests when there is a job for it. A function is
wrapped when its module has been imported; what is recorded is what survives being
written and read back, and nothing that a test sees changes but the function object.
"""

import builtins

__builtins__ = dict(vars(builtins))

import functools
import hashlib
import inspect
import json
import os
import sys
import threading

import ssot_values as values

_open, _write, _close, _getpid = os.open, os.write, os.close, os.getpid
# Calls that are looked at for each function; most are like one before.
MOST_LOOKED_AT = 2000


class Recorder:
    """Writes the calls of one function, each input once."""

    busy = threading.local()

    def __init__(self, target, receives, job):
        self.target, self.receives, self.job = target, receives, job
        self.seen, self.looked_at = set(), 0

    def record(self, args, kwargs):
        if len(self.seen) >= self.job["count"] or self.looked_at >= MOST_LOOKED_AT \
                or getattr(self.busy, "now", False):
            return
        self.busy.now = True
        try:
            self.looked_at += 1
            self._record(args, kwargs)
        except Exception:
            # A call that cannot be kept is a call less.
            pass
        finally:
            self.busy.now = False

    def _record(self, args, kwargs):
        state = values.State.of(args[0]) if self.receives else None
        rest = args[1:] if self.receives else args
        args = [values.kept(it, "argument %d" % (at + 1)) for at, it in enumerate(rest)]
        data = values.encoded(state, args, {k: values.kept(it, k) for k, it in kwargs.items()})
        if len(data) > self.job["bytes"]:
            return
        mark = hashlib.sha256(data.encode("ascii")).digest()
        if mark in self.seen:
            return
        self.seen.add(mark)
        line = json.dumps({"target": self.target, "data": data}) + "\n"
        path = os.path.join(self.job["records"], "calls-%d" % _getpid())
        handle = _open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _write(handle, line.encode("ascii"))
        finally:
            _close(handle)


def wrapped(function, recorder):
    if inspect.iscoroutinefunction(function):
        @functools.wraps(function)
        async def watched(*args, **kwargs):
            recorder.record(args, kwargs)
            return await function(*args, **kwargs)
    else:
        @functools.wraps(function)
        def watched(*args, **kwargs):
            recorder.record(args, kwargs)
            return function(*args, **kwargs)
    return watched


def watch(module, definitions, job):
    for definition in definitions:
        holder = module
        *owners, name = definition.split(".")
        for part in owners:
            holder = getattr(holder, part, None)
        if holder is None or name not in vars(holder):
            continue
        raw = vars(holder)[name]
        target = "%s:%s" % (module.__name__, definition)
        kind = type(raw) if isinstance(raw, (staticmethod, classmethod)) else None
        function = raw.__func__ if kind else raw
        if not inspect.isfunction(function):
            continue
        if kind is classmethod:
            recorder = Bound(target, True, job)
        else:
            recorder = Recorder(target, bool(owners) and kind is None, job)
        new = wrapped(function, recorder)
        setattr(holder, name, kind(new) if kind else new)


class Bound(Recorder):
    """Of a class method: the class is the first argument and is not kept."""

    def _record(self, args, kwargs):
        self.receives = False
        Recorder._record(self, args[1:], kwargs)


class Finder:
    """Watches the functions of a module as soon as it has been imported."""

    def __init__(self, job):
        self.job, self.wanted = job, dict(job["modules"])

    def find_spec(self, name, path=None, target=None):
        if name not in self.wanted:
            return None
        definitions = self.wanted.pop(name)
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None:
                break
        else:
            return None
        if getattr(spec.loader, "exec_module", None) is None:
            return spec
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            try:
                watch(module, definitions, self.job)
            except Exception:
                pass

        spec.loader.exec_module = exec_module
        return spec


def start(path):
    with open(path, encoding="utf-8") as file:
        job = json.load(file)
    sys.meta_path.insert(0, Finder(job))
