"""Imports modules, each as the first one of a fresh interpreter.

Arguments: a file with one module a line, a directory for the results, the
root of the tree, and the seconds one import may take. The result of line n is
the file n: empty when the module was loaded from the tree, otherwise the
reason why not.
"""

import os
import signal
import sys

PARALLEL = 2


def load(name, root):
    import importlib

    try:
        module = importlib.import_module(name)
    except BaseException as error:  # SystemExit is what scripts end with
        return "%s: %s" % (type(error).__name__, error)
    file = getattr(module, "__file__", None)
    if isinstance(file, str) and not os.path.realpath(file).startswith(root + os.sep):
        return "loaded from %s, which is not in the tree under test" % file
    return ""


def child(name, path, root, seconds):
    signal.alarm(seconds)
    open_file, write, done = os.open, os.write, os._exit
    reason = load(name, root)
    handle = open_file(path + ".part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    write(handle, reason.encode("utf-8", "backslashreplace")[:4000])
    os.rename(path + ".part", path)
    done(0)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        names = file.read().splitlines()
    results, root, seconds = sys.argv[2], os.path.realpath(sys.argv[3]), int(sys.argv[4])
    # The directory of this script is not on the tests' search path.
    sys.path.pop(0)
    sys.argv[:] = [""]
    running = 0
    for index, name in enumerate(names):
        if running == PARALLEL:
            os.wait()
            running -= 1
        if os.fork() == 0:
            try:
                child(name, os.path.join(results, str(index)), root, seconds)
            finally:
                os._exit(1)
        running += 1
    while running:
        os.wait()
        running -= 1


main()
