"""Values of calls: how they are compared, kept in files, and stood in for.

Part of the behaviour check; Python 3.9 and later, standard library only. Nothing
here calls a method that the repository defines: what a value is, is read from its
type, its dictionary and its slots.
"""

import base64
import builtins
import copyreg
import enum
import hashlib
import pathlib
import pickle
import re
import sys
import types
import zlib

# Functions below keep the builtins of this moment, whatever the code under test does.
__builtins__ = dict(vars(builtins))

DEEPEST = 40
MOST_ITEMS = 20000
LONGEST_TEXT = 48 * 1024
LONGEST_TRACE = 2000
STOOD_FOR_ITEMS = 2

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{4,}")
_PLAIN = (int, float, complex, bool, str, bytes, type(None), type(Ellipsis), type(NotImplemented))

_BASES = (dict, list, tuple, set, frozenset, str, bytes, float, int)

# What was done to stand-ins during the call, in order.
trace = []


class Exhausted(BaseException):
    """A stand-in was used without end."""


class Names:
    """The names of the two sides, which a comparison does not see."""

    def __init__(self, module="", definition=""):
        self.module = module
        self.definition = definition
        self.name = definition.rpartition(".")[2]
        self.owner = definition.rpartition(".")[0]

    def of_type(self, kind):
        module = getattr(kind, "__module__", "?")
        name = getattr(kind, "__qualname__", getattr(kind, "__name__", "?"))
        if self.owner and module == self.module and name == self.owner:
            return "<own class>"
        return name if module == "builtins" else "%s.%s" % (module, name)

    def of_message(self, text):
        """The text of an interpreter's own error without the names of the side."""
        text = _ADDRESS.sub(" at 0x", text)
        if self.definition:
            text = text.replace(self.definition + "()", "<this>()")
            text = text.replace(self.name + "()", "<this>()")
        if self.owner:
            owner = self.owner.rpartition(".")[2]
            text = text.replace("'%s'" % owner, "'<own class>'")
        return text

    def of_logger(self, name):
        return "<own module>" if name == self.module else name


def bounded(text, limit=LONGEST_TEXT):
    """The text, or its beginning and what identifies the rest."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return "%s... (%d characters, sha256 %s)" % (text[:limit // 2], len(text), digest[:16])


class Canonical:
    """Turns values into text that is equal exactly when the values are.

    One instance serves one call: what was seen before is named instead of repeated,
    so that it shows whether a function hands back its argument or a copy.
    """

    def __init__(self, names):
        self.names = names
        self.seen = {}
        self.keep = []
        self.left = MOST_ITEMS
        self.opaque = False

    def text(self, value, name):
        return bounded(self._value(value, name, 0))

    def _value(self, value, where, depth):
        self.left -= 1
        if depth > DEEPEST or self.left < 0:
            self.opaque = True
            return "<too deep or too large>"
        kind = type(value)
        if kind is float:
            return repr(value)
        if kind is str:
            return repr(_ADDRESS.sub(" at 0x", value))
        if kind in _PLAIN:
            return repr(value)
        if kind is Stand:
            return "<%s>" % path_of(value)
        if isinstance(value, type):
            return "<class %s>" % self.names.of_type(value)
        if kind is tuple:
            return self._tuple(value, where, depth)
        if kind is frozenset:
            return "frozenset(%s)" % self._sorted(value, where, depth)
        if id(value) in self.seen:
            return "<same as %s>" % self.seen[id(value)]
        self.seen[id(value)] = where
        self.keep.append(value)
        return self._reference(value, kind, where, depth)

    def _tuple(self, value, where, depth):
        items = self._items(value, where, depth)
        return "(%s,)" % items[0] if len(items) == 1 else "(%s)" % ", ".join(items)

    def _reference(self, value, kind, where, depth):
        if kind is list:
            return "[%s]" % ", ".join(self._items(value, where, depth))
        if kind is dict:
            return self._dict(value, where, depth)
        if kind is set:
            return "set(%s)" % self._sorted(value, where, depth)
        if kind in (bytearray, memoryview):
            return "%s(%r)" % (kind.__name__, bytes(value))
        if isinstance(value, BaseException):
            return self.exception(value, where, depth)
        if isinstance(value, types.ModuleType):
            return "<module %s>" % value.__name__
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType, types.MethodType)):
            return self._function(value, where, depth)
        return self._object(value, kind, where, depth)

    def _items(self, value, where, depth):
        return [self._value(item, "%s[%d]" % (where, i), depth + 1) for i, item in enumerate(value)]

    def _sorted(self, value, where, depth):
        return "{%s}" % ", ".join(sorted(self._value(i, where, depth + 1) for i in value))

    def _dict(self, value, where, depth):
        pairs = []
        for key, item in dict.items(value):
            key = self._value(key, where, depth + 1)
            pairs.append("%s: %s" % (key, self._value(item, "%s[%s]" % (where, key), depth + 1)))
        return "{%s}" % ", ".join(pairs)

    def _function(self, value, where, depth):
        name = "%s.%s" % (getattr(value, "__module__", None), getattr(value, "__qualname__", "?"))
        if isinstance(value, types.MethodType):
            return "<method %s of %s>" % (
                getattr(value.__func__, "__name__", "?"),
                self._value(value.__self__, where + ".__self__", depth + 1))
        if "<locals>" in name or "<lambda>" in name:
            # What it does would have to be seen by calling it.
            self.opaque = True
            return "<function made inside>"
        return "<function %s>" % name

    def _object(self, value, kind, where, depth):
        name = self.names.of_type(kind)
        if isinstance(value, enum.Enum):
            return "%s.%s" % (name, object.__getattribute__(value, "_name_"))
        if isinstance(value, pathlib.PurePath):
            return "%s(%r)" % (name, str(value))
        base = next((base for base in _BASES if isinstance(value, base)), None)
        parts = [] if base is None else [self._base(value, base, where, depth)]
        state = attributes(value)
        for key in state:
            text = self._value(state[key], "%s.%s" % (where, key), depth + 1)
            parts.append("%s=%s" % (key, text))
        if not parts and not has_dictionary(value):
            return self._reduced(value, kind, name, where, depth)
        return "%s(%s)" % (name, ", ".join(parts))

    def _base(self, value, base, where, depth):
        if base is dict:
            return self._dict(value, where, depth)
        if base in (list, tuple):
            return "[%s]" % ", ".join(self._items(base.__iter__(value), where, depth))
        if base in (set, frozenset):
            return self._sorted(base.__iter__(value), where, depth)
        if base is bytes:
            return repr(bytes.__getitem__(value, slice(None)))
        return repr(base.__str__(value)) if base is str else base.__repr__(value)

    def _reduced(self, value, kind, name, where, depth):
        """What the type itself says is needed to make the value again."""
        try:
            reduced = copyreg.dispatch_table[kind](value) if kind in copyreg.dispatch_table else \
                kind.__reduce_ex__(value, 2)
        except Exception:
            self.opaque = True
            return "<%s>" % name
        if isinstance(reduced, str):
            return "<%s %s>" % (name, reduced)
        parts = [self._value(part, where, depth + 1) for part in reduced[1:3]]
        for rest in reduced[3:5]:
            if rest is not None:
                parts.append("[%s]" % ", ".join(self._items(rest, where, depth)))
        return "%s<%s>" % (name, ", ".join(parts))

    def exception(self, error, where="exception", depth=0):
        name = self.names.of_type(type(error))
        own = isinstance(error, (TypeError, AttributeError, NameError))
        parts = []
        for item in error.args:
            if own and type(item) is str:
                parts.append(repr(self.names.of_message(item)))
            else:
                parts.append(self._value(item, where, depth + 1))
        for key, item in attributes(error).items():
            if key not in ("args", "name", "obj", "__notes__"):
                text = self._value(item, "%s.%s" % (where, key), depth + 1)
                parts.append("%s=%s" % (key, text))
        return bounded("%s(%s)" % (name, ", ".join(parts)))


def has_dictionary(value):
    try:
        object.__getattribute__(value, "__dict__")
    except AttributeError:
        return any("__slots__" in vars(kind) for kind in type(value).__mro__)
    return True


def attributes(value):
    """The state of an object: its dictionary and its slots, in order of names for slots."""
    state = {}
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        own = None
    if type(own) is dict:
        state.update(own)
    for kind in type(value).__mro__:
        slots = vars(kind).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else tuple(slots):
            if slot in ("__dict__", "__weakref__"):
                continue
            if slot.startswith("__") and not slot.endswith("__"):
                slot = "_%s%s" % (kind.__name__.lstrip("_"), slot)
            try:
                state.setdefault(slot, object.__getattribute__(value, slot))
            except AttributeError:
                pass
    return state


# --- stand-ins ---------------------------------------------------------------

def path_of(stand):
    return object.__getattribute__(stand, "_ssot_path")


def _child(path):
    if len(path) > 160:
        path = "%s~%08x" % (path[:100], zlib.crc32(path.encode("utf-8", "replace")))
    return Stand(path)


def _note(text):
    trace.append(bounded(text, 4000))
    if len(trace) > LONGEST_TRACE:
        raise Exhausted("a stand-in was used more than %d times" % LONGEST_TRACE)


def _shown(value):
    return Canonical(Names()).text(value, "argument")


def _number(stand):
    return zlib.crc32(path_of(stand).encode("utf-8", "replace")) % 97 + 3


class Stand:
    """Something of unknown kind that takes every use and tells what was done to it."""

    __slots__ = ("_ssot_path", "_ssot_values")

    def __init__(self, path):
        object.__setattr__(self, "_ssot_path", path)
        object.__setattr__(self, "_ssot_values", {})

    def __reduce__(self):
        return (Stand, (path_of(self),))

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        values = object.__getattribute__(self, "_ssot_values")
        if name not in values:
            values[name] = _child("%s.%s" % (path_of(self), name))
        return values[name]

    def __setattr__(self, name, value):
        _note("%s.%s = %s" % (path_of(self), name, _shown(value)))
        object.__getattribute__(self, "_ssot_values")[name] = value

    def __delattr__(self, name):
        _note("del %s.%s" % (path_of(self), name))

    def __call__(self, *args, **kwargs):
        shown = [_shown(item) for item in args]
        shown += ["%s=%s" % (key, _shown(item)) for key, item in kwargs.items()]
        _note("%s(%s)" % (path_of(self), ", ".join(shown)))
        return _child("%s()" % path_of(self))

    def __getitem__(self, key):
        if isinstance(key, int) and not -STOOD_FOR_ITEMS <= key < STOOD_FOR_ITEMS:
            raise IndexError("index out of range")
        values = object.__getattribute__(self, "_ssot_values")
        key = "[%s]" % _shown(key)
        if key not in values:
            values[key] = _child(path_of(self) + key)
        return values[key]

    def __setitem__(self, key, value):
        _note("%s[%s] = %s" % (path_of(self), _shown(key), _shown(value)))
        object.__getattribute__(self, "_ssot_values")["[%s]" % _shown(key)] = value

    def __delitem__(self, key):
        _note("del %s[%s]" % (path_of(self), _shown(key)))

    def __iter__(self):
        return iter([self[index] for index in range(STOOD_FOR_ITEMS)])

    def __len__(self):
        return STOOD_FOR_ITEMS

    def __contains__(self, item):
        text = "%s in %s" % (_shown(item), path_of(self))
        return bool(zlib.crc32(text.encode("utf-8", "replace")) & 1)

    def __bool__(self):
        return True

    def __eq__(self, other):
        return type(other) is Stand and path_of(other) == path_of(self)

    def __ne__(self, other):
        return not Stand.__eq__(self, other)

    def __hash__(self):
        return zlib.crc32(path_of(self).encode("utf-8", "replace"))

    def __repr__(self):
        return "<%s>" % path_of(self)

    def __str__(self):
        return path_of(self)

    def __format__(self, spec):
        return path_of(self)

    def __fspath__(self):
        return path_of(self)

    def __int__(self):
        return _number(self)

    def __index__(self):
        return _number(self)

    def __float__(self):
        return float(_number(self))

    def __enter__(self):
        _note("enter %s" % path_of(self))
        return _child("%s.__enter__()" % path_of(self))

    def __exit__(self, kind, error, frames):
        _note("leave %s with %s" % (path_of(self), getattr(kind, "__name__", None)))
        return False

    async def __aenter__(self):
        return Stand.__enter__(self)

    async def __aexit__(self, kind, error, frames):
        return Stand.__exit__(self, kind, error, frames)

    def __await__(self):
        return _child("await %s" % path_of(self))
        yield  # makes this a generator, which is what is awaited

    async def __aiter__(self):
        for index in range(STOOD_FOR_ITEMS):
            yield self[index]


def _operators():
    def binary(sign):
        def forward(self, other):
            return _child("(%s %s %s)" % (path_of(self), sign, _shown(other)))

        def backward(self, other):
            return _child("(%s %s %s)" % (_shown(other), sign, path_of(self)))

        return forward, backward

    for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/"), ("mod", "%"),
                       ("floordiv", "//"), ("pow", "**"), ("and", "&"), ("or", "|"), ("xor", "^"),
                       ("matmul", "@"), ("lshift", "<<"), ("rshift", ">>")):
        forward, backward = binary(sign)
        setattr(Stand, "__%s__" % name, forward)
        setattr(Stand, "__r%s__" % name, backward)

    def ordered(compare):
        def method(self, other):
            if type(other) is Stand:
                other = _number(other)
            return compare(_number(self), other) if isinstance(other, (int, float)) \
                else NotImplemented
        return method

    Stand.__lt__ = ordered(lambda a, b: a < b)
    Stand.__le__ = ordered(lambda a, b: a <= b)
    Stand.__gt__ = ordered(lambda a, b: a > b)
    Stand.__ge__ = ordered(lambda a, b: a >= b)


_operators()


# --- inputs ------------------------------------------------------------------


class State:
    """The object that a method is called on: attributes, and the class that it had."""

    __slots__ = ("kind", "values")

    def __init__(self, kind, values):
        self.kind = kind
        self.values = values

    def __reduce__(self):
        return (State, (self.kind, self.values))

    @classmethod
    def of(cls, value):
        """The state of an object; attributes that cannot be kept are stood in for."""
        kind = type(value)
        state = attributes(value)
        values = {key: kept(state[key], key) for key in state}
        return cls((kind.__module__, kind.__qualname__), values)

    def build(self, owner):
        """A new object in this state, of the class it had when that is a kind of `owner`."""
        kind = owner
        try:
            found = found_in(self.kind[0], self.kind[1])
            if isinstance(found, type) and issubclass(found, owner):
                kind = found
        except Exception:
            pass
        value = blank(kind)
        values = {key: unpacked(item) for key, item in self.values.items()}
        for key, item in values.items():
            object.__setattr__(value, key, item)
        return value


def blank(kind):
    """An object of a class whose constructor did not run."""
    if getattr(kind, "__abstractmethods__", None):
        name, module = kind.__qualname__, kind.__module__
        kind = type(kind)(kind.__name__, (kind,), {"__module__": module, "__qualname__": name})
        kind.__abstractmethods__ = frozenset()
    construct = getattr(kind, "model_construct", None)
    if construct is not None:
        return construct()
    return kind.__new__(kind) if kind.__new__ is object.__new__ else object.__new__(kind)


def found_in(module, name):
    value = sys.modules[module] if module in sys.modules else __import__(module, fromlist=["*"])
    for part in name.split("."):
        value = getattr(value, part)
    return value


class New:
    """Becomes an object of a class when it is read back: its constructor runs there."""

    __slots__ = ("kind", "args", "values")

    def __init__(self, kind, args, values=None):
        self.kind, self.args, self.values = kind, tuple(args), dict(values or {})

    def __reduce__(self):
        return (made, (self.kind, self.args, self.values))


def made(kind, args, values):
    return kind(*args, **values)


def packed(value):
    return pickle.dumps(value, protocol=4)


def kept(value, name, limit=64 * 1024):
    """What is written of a value: itself, or a stand-in that says for what it stands."""
    if type(value) in (Stand, State, New):
        return value
    try:
        data = packed(value)
        if len(data) > limit:
            return Stand(name)
        again = pickle.loads(data)
        if _whole(value) != _whole(again):
            return Stand(name)
    except Exception:
        return Stand(name)
    return Kept(data)


def _whole(value):
    form = Canonical(Names())
    text = form.text(value, "value")
    if form.opaque:
        raise ValueError("cannot be looked at")
    return text


class Kept:
    """Bytes of a value: each part of an input is read back by itself."""

    __slots__ = ("data",)

    def __init__(self, data):
        self.data = data

    def __reduce__(self):
        return (Kept, (self.data,))


def unpacked(item):
    return pickle.loads(item.data) if type(item) is Kept else item


def encoded(receiver, args, kwargs):
    """An input as one line of text. `receiver` is a `State` or None."""
    return base64.b64encode(packed((receiver, list(args), dict(kwargs)))).decode("ascii")


def decoded(text):
    return pickle.loads(base64.b64decode(text))
