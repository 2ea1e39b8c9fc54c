"""One call in a process of its own: forked, watched, bounded, signed."""

import builtins

# Functions below keep the builtins of this moment, whatever the code under test does.
__builtins__ = dict(vars(builtins))

import ast
import hashlib
import hmac
import json
import os
import resource
import select
import signal
import time

import ssot_observe as observe
import ssot_values as values

# Times the seconds of processor time that a call may take by the clock.
PATIENCE = 5
# Descriptors of this process that calls have no business with.
private = []
_exit, _fork, _kill, _wait = os._exit, os.fork, os.killpg, os.waitpid
_read, _write, _select, _now = os.read, os.write, select.select, time.monotonic


def perform(target, text, folder):
    """The outcome of one call, in the forked process."""
    observer = observe.Observer(target, folder)
    try:
        receiver, args, kwargs = _restored(target, text)
    except BaseException as error:
        said = "%s: %s" % (type(error).__name__, error)
        return {"obstacle": "no-inputs", "because": "an input cannot be made: " + said[:300]}
    return observer.watch(receiver, args, kwargs)


def _restored(target, text):
    state, args, kwargs = values.decoded(text)
    args = [values.unpacked(item) for item in args]
    kwargs = {key: values.unpacked(item) for key, item in kwargs.items()}
    receiver = None
    if target.receives:
        receiver = state.build(target.owner) if state is not None else values.blank(target.owner)
    for name, expression in target.fixed.items():
        kwargs[name] = ast.literal_eval(expression)
    return receiver, args, kwargs


def child(target, text, pipe, folder, secret):
    own = os.getpid()
    code = 1
    try:
        os.setpgid(0, 0)
        for descriptor in private:
            os.close(descriptor)
        os.mkdir(folder)
        os.chdir(folder)
        pipe = observe.out_of_the_way(pipe)
        outcome = perform(target, text, folder)
        if os.getpid() == own:
            data = json.dumps(outcome).encode("ascii")
            data = signed(data, secret)
            while data:
                data = data[_write(pipe, data):]
            code = 0
    finally:
        # Also for a process that the code under test forked off: it stops here.
        _exit(code)


def signed(data, secret):
    signature = hmac.new(secret, data, hashlib.sha256).hexdigest()
    return b"%d %s\n" % (len(data), signature.encode("ascii")) + data


def checked(data, secret):
    """What was signed, or None when it was not."""
    head, end, body = data.partition(b"\n")
    if not end or head != signed(body, secret).partition(b"\n")[0]:
        return None
    return json.loads(body.decode("ascii"))


def run(target, text, folder, seconds, secret):
    """Forks, waits, and says what became of the call."""
    mine, its = os.pipe()
    pid = _fork()
    if pid == 0:
        os.close(mine)
        limit(resource.RLIMIT_CPU, seconds)
        child(target, text, its, folder, secret)
    os.close(its)
    data, late = collect(mine, _now() + max(seconds * PATIENCE, 10))
    os.close(mine)
    for group in (_kill, os.kill):
        try:
            if late or group is _kill:
                group(pid, signal.SIGKILL)
        except OSError:
            pass
    status = _wait(pid, 0)[1]
    outcome = checked(data, secret) if data else None
    if outcome is not None:
        return outcome
    return {"obstacle": _end(status, late, data), "because": _said(status, late, data, seconds)}


def collect(pipe, deadline):
    """Everything up to the end of the pipe, or to the deadline."""
    data = b""
    while True:
        rest = deadline - _now()
        if rest <= 0 or not _select([pipe], [], [], rest)[0]:
            return data, True
        piece = _read(pipe, 1 << 16)
        if not piece:
            return data, False
        data += piece


def _end(status, late, data):
    if late or os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return "hangs"
    if data:
        return "interference"
    return "exits"


def _said(status, late, data, seconds):
    if _end(status, late, data) == "hangs":
        return "a call did not return within %d s" % seconds
    if data:
        return "what a call reported was damaged"
    if os.WIFSIGNALED(status):
        return "a call ended its interpreter with signal %d" % os.WTERMSIG(status)
    return "a call ended its interpreter with exit code %d" % os.WEXITSTATUS(status)


def limit(what, most):
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, hard))


def address_space():
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
