"""Records tests and imports; also a pytest plugin. Python 3.6 and later.

One file per process in the directory of records: `tests-*` holds a line
`outcome TAB test` each time a test has a result, `modules-*` a line
`module TAB file` for each module whose first name is the repository's.
Functions are bound early, because tests replace those of `os` at will.
There is nothing to rewrite for pytest here: PYTEST_DONT_REWRITE
"""

import os as _os
import sys as _sys

_state = {"records": "", "tops": frozenset(), "session": "", "sequence": 0}
_MARK = "SSOT_PROBE_SESSION"


def start(records):
    import atexit

    _state["records"] = records
    _state["session"] = _os.environ.get(_MARK, "")
    try:
        with open(_os.path.join(records, "tops.txt"), encoding="utf-8") as file:
            _state["tops"] = frozenset(file.read().split("\n"))
    except OSError:
        pass
    atexit.register(record_modules)
    if "unittest.result" in _sys.modules:
        _watch_unittest(_sys.modules["unittest.result"])
    else:
        _sys.meta_path.insert(0, _UnittestFinder())
    # That the file exists shows that this interpreter had the probe.
    _write("modules", "", _os.O_APPEND)


def _write(kind, text, mode, _os_open=_os.open, _os_write=_os.write, _os_close=_os.close,
           _getpid=_os.getpid, _flags=_os.O_WRONLY | _os.O_CREAT):
    path = "%s/%s-%d" % (_state["records"], kind, _getpid())
    try:
        handle = _os_open(path, _flags | mode, 0o600)
    except OSError:
        return
    try:
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[_os_write(handle, data):]
    except OSError:
        pass
    finally:
        _os_close(handle)


def _plain(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def record_test(outcome, name):
    _write("tests", "%s\t%s\n" % (outcome, _plain(str(name))), _os.O_APPEND)


def record_modules():
    lines = []
    for name, module in list(_sys.modules.items()):
        if not isinstance(name, str) or name.split(".", 1)[0] not in _state["tops"]:
            continue
        try:
            # Not getattr: lazy modules import things when they are asked.
            file = object.__getattribute__(module, "__dict__").get("__file__")
        except Exception:
            continue
        if isinstance(file, str):
            lines.append("%s\t%s\n" % (_plain(name), _plain(file)))
    _write("modules", "".join(lines), _os.O_APPEND)


def _claim():
    """Whether the tests of this process are the repository's own: not those
    that one of its tests starts in order to test a test runner."""
    own = "%d" % _os.getpid()
    if _state["session"] in ("", own):
        _state["session"] = own
        _os.environ[_MARK] = own
        return True
    return False


# --- unittest -------------------------------------------------------------


class _UnittestFinder(object):
    """Patches `unittest.result` when it is imported, and only then."""

    def find_spec(self, name, path=None, target=None):
        if name != "unittest.result":
            return None
        _sys.meta_path[:] = [finder for finder in _sys.meta_path if finder is not self]
        for finder in _sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find else None
            if spec is not None and spec.loader is not None:
                break
        else:
            return None
        execute = spec.loader.exec_module

        def exec_module(module):
            execute(module)
            _watch_unittest(module)

        spec.loader.exec_module = exec_module
        return spec


def _watch_unittest(module):
    result = module.TestResult

    def watch(method, outcome):
        original = getattr(result, method, None)
        if original is None:
            return

        def watched(self, test, *args, **kwargs):
            # A subtest reports for its test; without an error it says nothing.
            verdict = outcome
            name = test
            if method == "addSubTest":
                verdict = "failed" if args[1:2] and args[1] is not None else None
            else:
                name = getattr(test, "test_case", test)
            if verdict is not None and _claim():
                try:
                    record_test(verdict, name.id())
                except Exception:
                    record_test(verdict, name)
            return original(self, test, *args, **kwargs)

        watched.__name__ = method
        watched.__doc__ = original.__doc__
        setattr(result, method, watched)

    watch("addSuccess", "passed")
    watch("addError", "failed")
    watch("addFailure", "failed")
    watch("addSkip", "skipped")
    watch("addExpectedFailure", "passed")
    watch("addUnexpectedSuccess", "failed")
    watch("addSubTest", None)
    stop = result.stopTestRun

    def stopTestRun(self):
        record_modules()
        return stop(self)

    stopTestRun.__doc__ = stop.__doc__
    result.stopTestRun = stopTestRun


# --- pytest ---------------------------------------------------------------

_sessions = []


def pytest_configure(config):
    # A worker of pytest-xdist has its results recorded by the main process.
    worker = hasattr(config, "workerinput")
    active = not worker and not _sessions and _claim()
    _sessions.append(active)
    if active:
        # Keep unittest, which pytest does not use, from recording nested runs.
        _state["session"] = "pytest"


def pytest_unconfigure(config):
    record_modules()
    if _sessions and _sessions.pop() and _state["session"] == "pytest":
        _state["session"] = "%d" % _os.getpid()


def pytest_sessionfinish(session):
    record_modules()


def pytest_runtest_logreport(report):
    if len(_sessions) != 1 or not _sessions[0]:
        return
    if report.outcome == "failed":
        record_test("failed", report.nodeid)
    elif report.outcome == "skipped":
        record_test("passed" if hasattr(report, "wasxfail") else "skipped", report.nodeid)
    elif report.outcome == "passed" and report.when == "call":
        record_test("passed", report.nodeid)


def pytest_collectreport(report):
    if len(_sessions) == 1 and _sessions[0] and report.failed:
        record_test("failed", "%s (collection)" % (report.nodeid or "."))
