"""The function that a side names: found in its module, and the lines of its body."""

import importlib
import inspect
import os

import ssot_shapes as shaped
import ssot_values as values


class NotThere(Exception):
    """A side that cannot be called; says which obstacle it is, and why."""

    def __init__(self, obstacle, because):
        Exception.__init__(self, because)
        self.obstacle = obstacle


class Target:
    """The function that is called."""

    def __init__(self, job):
        self.names = values.Names(job["module"], job["definition"])
        self.fixed = job["fixed"]
        self.owner, self.function, self.receives = None, None, False
        module = self._imported(job["module"], job["file"])
        self._find(module, job["definition"])
        self.body = self._body(job["file"], job["definition"])
        self.file = os.path.realpath(self.body.path)
        self.first, self.last = self.body.first, self.body.last
        self.lines = self.body.lines()

    @staticmethod
    def _imported(name, file):
        try:
            module = importlib.import_module(name)
        except BaseException as error:
            said = "%s: %s" % (type(error).__name__, error)
            raise NotThere("not-loadable", "`%s` cannot be imported: %s" % (name, said[:400]))
        found = getattr(module, "__file__", None) or ""
        if os.path.realpath(found) != os.path.realpath(file):
            raise NotThere("not-loadable", "`%s` was imported from %s" % (name, found))
        return module

    def _body(self, file, definition):
        """The text of the function that runs: a base class may have it in another file."""
        code = getattr(inspect.unwrap(self.function), "__code__", None)
        if code is None and hasattr(self.function, "__func__"):
            code = getattr(inspect.unwrap(self.function.__func__), "__code__", None)
        for path, name in ((file, definition),) if code is None else (
                (code.co_filename, getattr(code, "co_qualname", definition)),
                (code.co_filename, definition), (file, definition)):
            try:
                body = shaped.Body(path, name, code.co_firstlineno if code else None)
            except (OSError, SyntaxError, ValueError):
                continue
            if body.node is not None and body.node.name == self.names.name:
                return body
        raise NotThere("not-callable", "the text of `%s` is not a function" % definition)

    def _find(self, module, definition):
        holder, found = None, module
        for part in definition.split("."):
            holder = found
            found = _member(holder, part)
        if isinstance(holder, type):
            self.owner = holder
            raw = next((vars(kind)[part] for kind in holder.__mro__ if part in vars(kind)), None)
            if isinstance(raw, property):
                raw = raw.fget
            elif type(raw).__name__ == "cached_property":
                raw = getattr(raw, "func", None) or getattr(raw, "wrapped", None)
            if isinstance(raw, (staticmethod, classmethod)):
                self.function = getattr(holder, part)
            else:
                self.function, self.receives = raw, True
        else:
            self.function = found
        if isinstance(self.function, type):
            raise NotThere("not-callable", "`%s` is a class" % definition)
        if not callable(self.function):
            raise NotThere("not-callable", "`%s` is not called" % definition)

    def call(self, receiver, args, kwargs):
        if self.receives:
            return self.function(receiver, *args, **kwargs)
        return self.function(*args, **kwargs)


def _member(holder, part):
    if isinstance(holder, type):
        for kind in holder.__mro__:
            if part in vars(kind):
                return vars(kind)[part]
    try:
        return getattr(holder, part)
    except AttributeError:
        raise NotThere("not-loadable", "there is no `%s` when the module is imported" % part)
