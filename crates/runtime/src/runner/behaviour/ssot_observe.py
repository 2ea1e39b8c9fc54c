"""What one call does: its end, its arguments afterwards, output, log, effects, lines."""

import builtins

# Functions below keep the builtins of this moment, whatever the code under test does.
__builtins__ = dict(vars(builtins))

import asyncio
import fcntl
import inspect
import io
import itertools
import logging
import os
import random
import sys
import tempfile
import threading
import warnings

import ssot_values as values

MOST_YIELDED = 50
MOST_OUTPUT = 64 * 1024
_PIPE = 200
_getpid, _open, _pread, _fsync = os.getpid, os.open, os.pread, os.fsync
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_NETWORK = frozenset("socket.connect socket.bind socket.sendto socket.sendmsg socket.getaddrinfo "
                     "socket.gethostbyname socket.gethostbyaddr socket.getnameinfo".split())
_PROCESSES = frozenset("subprocess.Popen os.system os.exec os.fork os.forkpty os.posix_spawn "
                       "os.spawn os.kill os.killpg os.startfile pty.spawn webbrowser.open "
                       "signal.pthread_kill".split())
_MEDDLING = frozenset("sys.settrace sys.setprofile sys.addaudithook gc.get_objects "
                      "gc.get_referrers gc.get_referents sys._current_frames".split())
# Events whose first argument is a path that changes.
_FILES = frozenset("os.remove os.rmdir os.mkdir os.rename os.link os.symlink os.truncate os.chmod "
                   "os.chown os.utime os.mkfifo os.mknod os.setxattr os.removexattr".split())


class Refused(PermissionError):
    """Something that a call may not do while it is watched."""


def out_of_the_way(pipe):
    """The pipe under a number that code which closes or writes at random rarely hits."""
    moved = fcntl.fcntl(pipe, fcntl.F_DUPFD_CLOEXEC, _PIPE)
    os.close(pipe)
    return moved


def replaceable():
    """What observation rests on, to see afterwards whether it was replaced."""
    return {
        "builtins": dict(vars(builtins)), "os": dict(vars(os)), "sys": _steady(sys),
        "threading": dict(vars(threading)), "random": dict(vars(random)),
    }


def _steady(module):
    callables = {name: item for name, item in vars(module).items() if callable(item)}
    for changes in ("excepthook", "displayhook", "unraisablehook", "breakpointhook"):
        callables.pop(changes, None)
    return callables


def replaced(before):
    """Names of what is another object now."""
    found = []
    for name, items in before.items():
        now = vars(sys.modules[name])
        found += ["%s.%s" % (name, key) for key, item in items.items()
                  if callable(item) and now.get(key) is not item]
    return sorted(found)[:5]


class Observer:
    """Watches one call in a process that ends with it."""

    def __init__(self, target, folder):
        self.target, self.folder = target, os.path.realpath(folder)
        self.active, self.obstacle = False, None
        self.effects, self.log, self.lines = [], [], set()
        self.files = {}
        self._redirect()
        self._seed()
        self._listen()
        sys.addaudithook(self._audit)

    def _redirect(self):
        """Both streams go to files without a name."""
        self.streams = []
        for number in (1, 2):
            handle = os.memfd_create("stream") if hasattr(os, "memfd_create") else \
                tempfile.TemporaryFile().fileno()
            os.dup2(handle, number)
            self.streams.append(handle)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

    def _seed(self):
        random.seed(0)
        if "numpy" in sys.modules:
            try:
                sys.modules["numpy"].random.seed(0)
            except Exception:
                pass
        tempfile.tempdir = self.folder
        os.environ["TMPDIR"] = self.folder

    def _listen(self):
        def handle(logger, record):
            # The loop that runs a coroutine is ours.
            if not self.active or record.name == "asyncio" and record.levelno == logging.DEBUG:
                return
            text = "%s %s: %s" % (record.levelname, self.target.names.of_logger(record.name),
                                  record.getMessage())
            if record.exc_info:
                text += " with %s" % getattr(record.exc_info[0], "__name__", None)
            self.log.append(values.bounded(text, 4000))

        def show(message, category, filename, lineno, file=None, line=None):
            if self.active:
                self.log.append("%s: %s" % (category.__name__, message))

        logging.Logger.handle = handle
        logging.getLogger().setLevel(logging.DEBUG)
        logging.disable(logging.NOTSET)
        warnings.simplefilter("always")
        warnings.showwarning = show

    # --- what reaches beyond the process ---

    def _audit(self, event, arguments):
        if not self.active:
            return
        if event == "open":
            self._opened(arguments)
        elif event in _NETWORK:
            self._refuse("network", event, arguments)
        elif event in _PROCESSES:
            self._refuse("processes", event, arguments)
        elif event in _MEDDLING:
            self._refuse("interference", event, arguments)
        elif event in _FILES:
            self._changed(event, arguments[:2] if event in ("os.rename", "os.link") else
                          arguments[:1])
        elif event in ("os.putenv", "os.unsetenv"):
            self.effects.append("%s %s" % (event, ", ".join(repr(it) for it in arguments)))

    def _refuse(self, obstacle, event, arguments):
        said = "%s%s" % (event, self._argument(arguments))
        if self.obstacle is None:
            self.obstacle = (obstacle, values.bounded(said, 300))
        raise Refused("%s is refused while calls are compared" % event)

    @staticmethod
    def _argument(arguments):
        plain = [repr(it) for it in arguments if isinstance(it, (str, bytes, int, tuple, list))]
        return "(%s)" % ", ".join(plain)

    def _opened(self, arguments):
        path, mode, flags = arguments
        if not isinstance(flags, int) or not flags & _WRITES or path in ("/dev/null", b"/dev/null"):
            return
        if isinstance(path, int):
            return
        self._changed("open", (path,))

    def _changed(self, event, paths):
        shown = []
        for path in paths:
            if isinstance(path, int):
                shown.append("a descriptor")
                continue
            real = os.path.realpath(os.fsdecode(path))
            if real != self.folder and not real.startswith(self.folder + os.sep):
                self._refuse("files", event, (real,))
            shown.append(os.path.relpath(real, self.folder))
        self.effects.append("%s %s" % (event, ", ".join(shown)))

    # --- the call ---

    def watch(self, receiver, args, kwargs):
        before = replaceable()
        given = (receiver, list(args), kwargs)
        untouched = self._arguments(values.Canonical(self.target.names), given)
        del values.trace[:]
        own = _getpid()
        end = error = None
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        self.active = True
        try:
            end = self._finished(self.target.call(receiver, args, kwargs))
        except BaseException as raised:
            error = raised
        finally:
            self.active = False
            sys.settrace(None)
        if _getpid() != own:
            os._exit(0)
        return self._outcome(before, given, untouched, end, error)

    def _finished(self, result):
        """What a coroutine returns; what a generator or an iterator yields."""
        if inspect.iscoroutine(result):
            result = _run(result)
        if inspect.isasyncgen(result):
            return ("yields", *_run(_all_of(result)))
        if inspect.isgenerator(result) or _is_iterator(result):
            return ("yields", *_drained(result))
        return ("returns", result, None)

    def _enter(self, frame, event, argument):
        code = frame.f_code
        if self.target.first <= code.co_firstlineno <= self.target.last \
                and self._real(code.co_filename) == self.target.file:
            return self._line
        return None

    def _line(self, frame, event, argument):
        if event == "line":
            self.lines.add(frame.f_lineno)
        return self._line

    def _real(self, name):
        if name not in self.files:
            self.files[name] = os.path.realpath(name)
        return self.files[name]

    def _outcome(self, before, given, untouched, end, error):
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass
        if isinstance(error, (MemoryError, values.Exhausted, RecursionError)):
            kind = "hangs" if isinstance(error, values.Exhausted) else "memory"
            return {"obstacle": kind, "because": "a call ended with %s" % type(error).__name__}
        changed = replaced(before)
        if changed:
            return {"obstacle": "interference",
                    "because": "a call replaces %s" % ", ".join(changed)}
        trace = list(values.trace)
        form = values.Canonical(self.target.names)
        after = self._arguments(form, given)
        after = {key: text for key, text in after.items() if untouched[key] != text}
        form.opaque = False
        outcome = {
            "arguments": after, "calls": trace, "lines": sorted(self.lines),
            "output": [self._written(handle) for handle in self.streams],
            "log": self.log, "effects": self.effects + self._left_behind(),
            "result": "", "exception": "",
        }
        if error is not None:
            outcome["exception"] = form.exception(error)
            outcome["refused"] = isinstance(error, (TypeError, AttributeError, NameError))
        else:
            outcome["result"] = _result(form, end)
        outcome["opaque"] = form.opaque
        if self.obstacle is not None:
            outcome["obstacle"], outcome["because"] = self.obstacle
        return outcome

    def _arguments(self, form, given):
        """The arguments as they are now, by position or name."""
        receiver, args, kwargs = given
        now = {"self": form.text(receiver, "self")} if self.target.receives else {}
        for number, item in enumerate(args):
            now[str(number + 1)] = form.text(item, "argument %d" % (number + 1))
        now.update((key, form.text(item, "argument %s" % key)) for key, item in kwargs.items()
                   if key not in self.target.fixed)
        return now

    @staticmethod
    def _written(handle):
        text = _pread(handle, MOST_OUTPUT, 0).decode("utf-8", "backslashreplace")
        return values.bounded(values._ADDRESS.sub(" at 0x", text), 8 * 1024)

    def _left_behind(self):
        """The files in the directory that the call began in."""
        found = []
        for folder, _, names in itertools.islice(os.walk(self.folder), 50):
            for name in sorted(names)[:50]:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as file:
                        data = file.read(MOST_OUTPUT)
                    shown = os.path.relpath(path, self.folder)
                    found.append(values.bounded("wrote %s: %r" % (shown, data), 2000))
        return sorted(found)


def _result(form, end):
    if end[0] == "returns":
        return form.text(end[1], "result")
    _, items, rest = end
    text = "yields %s" % form.text(items, "result")
    if isinstance(rest, BaseException):
        return "%s, then raises %s" % (text, form.exception(rest))
    return text if rest is None else "%s, then %s" % (text, form.text(rest, "rest"))


def _is_iterator(value):
    if isinstance(value, (values.Stand, io.IOBase)):
        return False
    kind = type(value)
    return hasattr(kind, "__next__") and hasattr(kind, "__iter__")


def _drained(iterator):
    """The items, and the value or the exception at the end."""
    items, end = [], None
    while len(items) < MOST_YIELDED:
        try:
            items.append(next(iterator))
        except StopIteration as stop:
            return items, stop.value
        except Exception as error:
            return items, error
    close = getattr(iterator, "close", None)
    if inspect.isgenerator(iterator):
        close()
    return items, end


async def _all_of(generator):
    items = []
    try:
        async for item in generator:
            items.append(item)
            if len(items) >= MOST_YIELDED:
                break
    except Exception as error:
        return items, error
    return items, None


def _run(awaitable):
    loop = asyncio.new_event_loop()
    try:
        asyncio.set_event_loop(loop)
        return loop.run_until_complete(awaitable)
    finally:
        loop.close()
