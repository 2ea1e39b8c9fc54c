"""Loaded by every Python interpreter that the tests start.

It records which modules were imported from where and, for unittest, the
outcome of every test. It leaves no name, path or module behind that the
tests could trip over, and hands over to the environment's own sitecustomize.
"""


def _start():
    import os
    import sys

    here = os.path.dirname(os.path.abspath(__file__))
    records = os.environ.get("SSOT_PROBE_RECORDS", "")
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != here]
    if records:
        probe = _load(os.path.join(here, "ssot_probe.py"))
        sys.modules["ssot_probe"] = probe
        probe.start(records)
    harvest = os.environ.get("SSOT_HARVEST", "")
    if harvest:
        # Modules of ours by their own names: recorded values are written by reference to them.
        sys.path.insert(0, os.path.dirname(harvest))
        try:
            import ssot_harvest

            ssot_harvest.start(harvest)
        except Exception:
            # Without records there are the inputs that are made.
            pass
        finally:
            del sys.path[0]


def _load(path):
    # By hand: importing importlib.util would change what the tests find imported.
    import types

    module = types.ModuleType("ssot_probe")
    module.__file__ = path
    with open(path, "rb") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)
    return module


def _chain():
    import sys
    import types

    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401  the environment's own, if there is one
    except ImportError as error:
        if getattr(error, "name", "sitecustomize") != "sitecustomize":
            raise
    finally:
        # The import that runs this file expects to find a module afterwards.
        if own is not None and "sitecustomize" not in sys.modules:
            sys.modules["sitecustomize"] = types.ModuleType("sitecustomize")


_start()
_chain()
