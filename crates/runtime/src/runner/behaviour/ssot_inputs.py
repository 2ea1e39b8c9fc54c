"""Inputs for a function: made from annotations, defaults, use, and constants of both
bodies, the simplest first; and simpler forms of an input. The same job gives the same
inputs."""

import builtins

__builtins__ = dict(vars(builtins))

import collections.abc
import datetime
import decimal
import enum
import inspect
import itertools
import pathlib
import random
import signal
import sys
import typing
import uuid
import zlib

import ssot_observe
import ssot_shapes as shaped
import ssot_values as values
from ssot_processes import run
from ssot_target import NotThere
from ssot_values import New, Stand, State

DEEPEST = 4
MOST_NESTED = 7
MOST_OBSERVED = 8
CONSTRUCTION_SECONDS = 2
MOST_SIMPLER = 40
# Functions that a value is followed into, one behind the other.
MOST_FOLLOWED = 3
# Values that one name of the module tells.
MOST_TOLD = 8
# Calls that may hang or be killed before no more inputs are made.
MOST_HANGING = 3

TEXTS = ("a", "", "A b", " x ", "0", "a,b;c", "-1.5", "é", "a/b.c", "a\nb", "日本 ß", "x" * 300)
NUMBERS = (1, 0, -1, 2, 3, 7, 10, 100, 255, -5, 1000, 2 ** 64)
REALS = (1.0, 0.0, -0.0, 0.5, -2.5, 1e-9, 1e300, float("inf"), float("nan"))
BYTES = (b"a", b"", b"\x00\xff", b"a\nb")


class Made(typing.NamedTuple):
    """An input and how it is written."""

    receiver: object
    args: list
    kwargs: dict


class Pools:
    """Values for parameters, the simplest first."""

    def __init__(self, constants):
        self.texts = _unique(TEXTS[:4] + tuple(_texts(constants)) + TEXTS[4:])
        whole = [it for it in constants if isinstance(it, int) and not isinstance(it, bool)]
        self.sizes = sorted({n for it in whole for n in (it, it + 1) if 0 < n <= 64})
        near = [n for it in whole for n in (it, it - 1, it + 1)]
        self.numbers = _unique(NUMBERS[:4] + tuple(near) + NUMBERS[4:])
        real = [it for it in constants if isinstance(it, float)]
        near = [n for it in real for n in (it, it - 0.5, it + 0.5)]
        self.reals = _unique(REALS[:2] + tuple(near) + REALS[2:])
        self.bytes = _unique(BYTES + tuple(it for it in constants if isinstance(it, bytes)))

    def of(self, annotation, shape, name, depth=0):
        """Values for something of this type that is used in this way."""
        found = self._typed(annotation, shape, name, depth)
        if found is None:
            found = self._used(shape, name, depth)
        return found[:MOST_NESTED] if depth else found

    # --- from annotations ---

    def _typed(self, kind, shape, name, depth):
        if kind is inspect.Parameter.empty or kind is typing.Any or kind is object \
                or isinstance(kind, (str, typing.TypeVar)) or depth > DEEPEST:
            return None
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin is typing.Union or type(kind).__name__ == "UnionType":
            parts = [self._typed(it, shape, name, depth) or self._used(shape, name, depth)
                     for it in arguments if it is not type(None)]
            mixed = [it for row in itertools.zip_longest(*parts, fillvalue=_NOTHING)
                     for it in row if it is not _NOTHING]
            return mixed[:2] + [None] + mixed[2:] if type(None) in arguments else mixed
        if origin is typing.Literal:
            return list(arguments)
        if type(kind).__name__ in ("_AnnotatedAlias",):
            return self._typed(arguments[0], shape, name, depth)
        if kind is None or kind is type(None):
            return [None]
        if origin is not None:
            return self._generic(origin, arguments, shape, name, depth)
        return self._plain(kind, shape, name, depth) if isinstance(kind, type) else None

    def _generic(self, origin, arguments, shape, name, depth):
        abc = collections.abc
        if origin is tuple and arguments and arguments[-1] is not Ellipsis:
            columns = [self.of(it, shape.item(), name, depth + 1) for it in arguments]
            return [tuple(row) for row in zip(*(itertools.islice(itertools.cycle(column), 6)
                                                for column in columns))]
        if origin is abc.Callable:
            return [Stand(name)]
        if origin is type:
            return [it for it in arguments if isinstance(it, type)] or [int]
        if isinstance(origin, type) and issubclass(origin, abc.Mapping):
            value = arguments[1] if len(arguments) > 1 else inspect.Parameter.empty
            return self._mappings(shape, value, name, depth)
        if isinstance(origin, type) and issubclass(origin, (abc.Iterable, abc.Container)):
            item = arguments[0] if arguments else inspect.Parameter.empty
            make = origin if origin in (tuple, set, frozenset) else list
            return self._sequences(make, item, shape, name, depth)
        return None

    def _plain(self, kind, shape, name, depth):
        simple = {str: self.texts, int: self.numbers, float: self.reals, bytes: self.bytes,
                  bool: [True, False], complex: [1j, 0j],
                  datetime.datetime: [datetime.datetime(2024, 2, 29, 12), datetime.datetime.min],
                  datetime.date: [datetime.date(2024, 2, 29), datetime.date(1999, 12, 31)],
                  datetime.timedelta: [datetime.timedelta(1), datetime.timedelta(0)],
                  decimal.Decimal: [decimal.Decimal(it) for it in ("1", "0", "-1.50", "NaN")],
                  uuid.UUID: [uuid.UUID(int=1)], pathlib.Path: [pathlib.Path("a/b.c")]}
        if kind is str:
            return self._strings(shape)
        if kind in simple:
            return list(simple[kind])
        if kind in (list, tuple, set, frozenset):
            return self._sequences(kind, inspect.Parameter.empty, shape, name, depth)
        if kind is dict:
            return self._mappings(shape, inspect.Parameter.empty, name, depth)
        if issubclass(kind, enum.Enum):
            return list(kind)[:8]
        if kind is type(None):
            return [None]
        return self._instances(kind, name, depth)

    def _instances(self, kind, name, depth):
        found = []
        for args, keywords in self.constructions(kind, depth)[:3]:
            made = New(kind, args, keywords)
            if attempt(lambda: values.made(kind, made.args, made.values)) is not None:
                found.append(made)
        return found or [Stand(name)]

    def constructions(self, kind, depth=0, body=None):
        """Arguments with which a class may be constructed."""
        if depth >= DEEPEST:
            return []
        try:
            signature = inspect.signature(kind)
        except (TypeError, ValueError):
            return [((), {})]
        hints = hints_of(kind.__init__) or hints_of(kind)
        used = shaped.shapes([body]) if body is not None else {}
        columns = []
        for position, it in enumerate(signature.parameters.values()):
            if it.kind in (it.VAR_POSITIONAL, it.VAR_KEYWORD):
                continue
            shape = used.get(position + 1, shaped.Shape())
            pool = self.of(hints.get(it.name, it.annotation), shape, it.name, depth + 1)
            if it.default is not it.empty and depth:
                continue
            columns.append((it.name, it.kind is it.KEYWORD_ONLY or it.default is not it.empty,
                            pool or [Stand(it.name)]))
        rows = []
        for turn in range(3):
            chosen = [(name, keyword, pool[turn % len(pool)]) for name, keyword, pool in columns]
            rows.append((tuple(value for _, keyword, value in chosen if not keyword),
                         {name: value for name, keyword, value in chosen if keyword}))
        needed = [it for it in rows[0][1] if signature.parameters[it].default is inspect._empty]
        rows.append((rows[0][0], {name: rows[0][1][name] for name in needed}))
        return rows

    # --- from use ---

    def _used(self, shape, name, depth):
        kinds = shape.kinds
        if depth > DEEPEST:
            return ["a", 1, None]
        found = []
        if "json" in kinds:
            found.append(['{"a": 1}', "[]", "{"])
        if kinds & {"str", "digits"}:
            found.append(self._strings(shape))
        if kinds & {"number", "int", "float", "digits"}:
            near = [n for it in shape.literals if type(it) in (int, float)
                    for n in (it, it + 1, it - 1)]
            found.append(_unique([1] + near + self.numbers[1:3] + [1.5] + self.numbers[3:]))
        if shape.keys or "dict" in kinds:
            found.append(self._mappings(shape, inspect.Parameter.empty, name, depth))
        if kinds & {"list", "items", "tuple", "set"} or shape.inner and not found:
            make = set if "set" in kinds and not kinds & {"list", "items"} else list
            found.append(self._sequences(make, inspect.Parameter.empty, shape, name, depth))
        if "bytes" in kinds:
            found.append(self.bytes)
        if "date" in kinds:
            found.append([datetime.datetime(2024, 2, 29, 12)])
        if "bool" in kinds:
            found.append([True, False])
        # `get` and its like alone do not make a dictionary.
        if shape.attributes or kinds == {"dict"} and not shape.keys:
            found.insert(0 if "dict" not in kinds else 1, [Stand(name)])
        if shape.literals:
            found.insert(0 if shape.names else len(found), list(shape.literals))
        if not kinds and not shape.attributes and not shape.inner:
            found += [[self.texts[0], 1, None, [], {}, Stand(name)], self.texts[1:4],
                      self.numbers[1:3]]
        elif not shape.attributes or "none" in kinds:
            found.append([None])
        return [it for row in itertools.zip_longest(*found, fillvalue=_NOTHING)
                for it in row if it is not _NOTHING]

    def _strings(self, shape):
        literals = [it for it in shape.literals if isinstance(it, str)]
        long = ["x" * size for size in self.sizes]
        return _unique(self.texts[:1] + literals + self.texts[1:] + long)

    def _sequences(self, make, item, shape, name, depth):
        items = self.of(item, shape.item(), "%s[0]" % name, depth + 1) or ["a"]
        hashable = [it for it in items if _hashable(it)] if make in (set, frozenset) else items
        rows = [[items[0]], [], items[:2], items[1:3], items[:1] * 2, items[::-1], items[:3]]
        rows += [(items * size)[:size] for size in self.sizes if size <= 40]
        if make in (set, frozenset):
            rows = [[it for it in row if any(it is h for h in hashable)] for row in rows]
        return _unique([make(row) for row in rows] + [make([it]) for it in items[1:]])

    def _mappings(self, shape, value, name, depth):
        keys = dict(list(shape.keys.items())[:12])
        inner = shape.inner or shaped.Shape()
        if not keys:
            pool = self.of(value, inner, "%s['a']" % name, depth + 1) or ["a"]
            extra = [it for it in shape.literals if isinstance(it, str)][:3]
            found = [{"a": pool[0]}, {}, {"b": pool[-1], "a": pool[0]}]
            return found + [{key: it} for key in extra for it in pool[:2]] \
                + [{"a": it} for it in pool[1:]]
        pools = {key: self.of(value, use, "%s[%r]" % (name, key), depth + 1) or ["a"]
                 for key, use in keys.items()}
        whole = {key: pool[0] for key, pool in pools.items()}
        found = [whole, {}]
        found += [{k: v for k, v in whole.items() if k != key} for key in keys]
        found += [dict(whole, **{key: it}) for key, pool in pools.items() for it in pool[1:]]
        return found


_NOTHING = object()


def _hashable(value):
    try:
        hash(value)
    except Exception:
        return False
    return True


def _unique(items):
    found, seen = [], set()
    for item in items:
        mark = shown(item)
        if mark not in seen:
            seen.add(mark)
            found.append(item)
    return found


def _texts(constants):
    for it in constants:
        if isinstance(it, str) and it and len(it) <= 60:
            yield it
            yield "a%sb" % it
            yield "%sa" % it
            yield "a%s" % it
            yield "a%sb%sc" % (it, it)
            yield it.swapcase()


def hints_of(thing):
    try:
        return typing.get_type_hints(thing)
    except Exception:
        return dict(getattr(thing, "__annotations__", None) or {})


def attempt(make):
    """What it gives, or None: in time, and without the network or processes."""

    def late(number, frame):
        raise TimeoutError("took too long")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, CONSTRUCTION_SECONDS)
    _guard["active"] = True
    try:
        return make()
    except BaseException:
        return None
    finally:
        _guard["active"] = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_guard = {"active": False}


def _refuse(event, arguments):
    if _guard["active"] and (event in ssot_observe._NETWORK or event in ssot_observe._PROCESSES):
        raise PermissionError(event)


class Surroundings:
    """What the module of a function tells about its parameters: the keys of tables they
    are looked up in, the values they are compared with, and what the functions do with
    them that they are handed to."""

    def __init__(self, target):
        self.owner = target.owner
        self.globals = getattr(inspect.unwrap(target.function), "__globals__", {})

    def tell(self, shape, depth=0):
        for name in shape.names:
            for value in itertools.islice(self._values(self._named(name)), MOST_TOLD):
                if value not in shape.literals:
                    shape.literals.append(value)
        if depth == MOST_FOLLOWED:
            return
        for name, place in shape.passed[:MOST_TOLD]:
            inner = self._use(name, place)
            if inner is not None:
                self.tell(inner, depth + 1)
                shape.join(inner)

    def _named(self, name):
        first, *rest = name.split(".")
        value = self.owner if first in ("self", "cls") else self.globals.get(first, _NOTHING)
        for attribute in rest:
            value = inspect.getattr_static(value, attribute, _NOTHING)
        return value

    @staticmethod
    def _values(value):
        plain = (str, int, float, bytes, enum.Enum)
        if isinstance(value, plain) and len(repr(value)) < 200:
            yield value
        elif type(value) in (dict, list, tuple, set, frozenset):
            items = value if type(value) in (dict, list, tuple) else sorted(value, key=repr)
            for item in items:
                if isinstance(item, plain) and len(repr(item)) < 200:
                    yield item

    def _use(self, name, place):
        function = self._named(name)
        function = getattr(function, "__func__", function)
        if not inspect.isfunction(function) or function.__globals__ is not self.globals:
            return None
        code = function.__code__
        try:
            body = shaped.Body(code.co_filename, function.__qualname__, code.co_firstlineno)
        except (OSError, SyntaxError, ValueError):
            return None
        if body.node is None:
            return None
        bound = name.split(".")[0] in ("self", "cls")
        found = shaped.shapes([body.node])
        if isinstance(place, int):
            return found.get(place + bound)
        positional, _ = body.parameters()
        return found.get(positional.index(place) if place in positional else place)


# --- the inputs of one function ----------------------------------------------------


class Maker:
    """Makes inputs for the left side."""

    def __init__(self, job, target):
        self.job, self.target = job, target
        self.bodies = [target.body]
        other = shaped.Body(job["other_file"], job["other_definition"])
        if other.node is not None:
            self.bodies.append(other)
        nodes = [body.node for body in self.bodies]
        constants = shaped.constants(nodes)
        self.pools = Pools(constants)
        self.shapes = shaped.shapes(nodes)
        for shape in self.shapes.values():
            Surroundings(target).tell(shape)
        self.random = random.Random(zlib.crc32(job["definition"].encode("utf-8")))
        self.observed = [self._read(text) for text in job["observed"]]
        self.observed = [it for it in self.observed if it is not None]
        self._signature()

    @staticmethod
    def _read(text):
        try:
            receiver, args, kwargs = values.decoded(text)
            args = [values.unpacked(it) for it in args]
            return Made(receiver, args, {k: values.unpacked(it) for k, it in kwargs.items()})
        except BaseException:
            return None

    def _signature(self):
        function = inspect.unwrap(self.target.function)
        try:
            parameters = list(inspect.signature(self.target.function).parameters.values())
        except (TypeError, ValueError):
            raise NotThere("not-callable", "it tells no parameters")
        hints = hints_of(getattr(function, "__func__", function))
        # A class method's first parameter is bound already, a method's is the receiver.
        bound = inspect.ismethod(self.target.function)
        if self.target.receives:
            parameters = parameters[1:]
        first = 1 if bound or self.target.receives else 0
        self.columns = []
        position = first
        for it in parameters:
            if it.name in self.job["fixed"]:
                continue
            shape = self.shapes.get(position if it.kind in (
                it.POSITIONAL_ONLY, it.POSITIONAL_OR_KEYWORD) else it.name) or shaped.Shape()
            position += 1
            self.columns.append((it, self._pool(it, hints, shape)))

    def _pool(self, it, hints, shape):
        if it.kind in (it.VAR_POSITIONAL, it.VAR_KEYWORD):
            inner = self.pools.of(hints.get(it.name, it.annotation), shape.item(), it.name, 1)
            if it.kind is it.VAR_POSITIONAL:
                return [[], inner[:1], inner[:2]]
            named = {key: "a" for key in shape.keys} or {"a": (inner or ["a"])[0]}
            return [{}, named]
        hint = hints.get(it.name, it.annotation)
        if hint is it.empty and isinstance(it.default, (bool, int, float, str, bytes)):
            hint = type(it.default)
        pool = self.pools.of(hint, shape, it.name)
        if it.default is not it.empty and not callable(it.default):
            if isinstance(it.default, bool):
                pool = [it.default, not it.default]
            elif it.default is not None:
                pool = _near(it.default) + pool
            elif None not in [item for item in pool if item is None]:
                pool = pool[:1] + [None] + pool[1:]
        return _unique(pool) or [Stand(it.name)]

    def is_finite(self):
        """Whether there are so few possible arguments that all of them are made."""
        def few(it, pool):
            kinds = {type(value) for value in pool}
            return len(pool) <= 8 and all(kind is bool or issubclass(kind, enum.Enum)
                                          for kind in kinds)

        return not self.target.receives and len(self.columns) <= 2 \
            and all(few(it, pool) for it, pool in self.columns)

    def receivers(self):
        if not self.target.receives:
            return [None]
        owner = self.target.owner
        known = [it.receiver for it in self.observed if it.receiver is not None]
        # Copies: what is varied below must not change what was recorded.
        known = [State(it.kind, dict(it.values)) for it in _unique(known)[:MOST_OBSERVED]]
        found = known or self._constructed(owner)
        used = self.shapes.get(0, shaped.Shape()).attributes
        base = found[0]
        for name, shape in used.items():
            if "called" in shape.kinds and hasattr(owner, name):
                continue
            self._vary(found, base, owner, name, shape)
        return _unique(found)[:40]

    def _constructed(self, owner):
        found = []
        constructor = self.bodies[0].constructor()
        for args, keywords in self.pools.constructions(owner, 0, constructor):
            value = attempt(lambda: owner(*args, **keywords))
            if value is not None:
                found.append(State.of(value))
        return found or [State((owner.__module__, owner.__qualname__), {})]

    def _vary(self, found, base, owner, name, shape):
        """States in which one attribute that the bodies read has another value."""
        fresh = name not in base.values
        if fresh and hasattr(owner, name):
            return
        pool = self.pools.of(inspect.Parameter.empty, shape, name)
        now = None if fresh else values.unpacked(base.values[name])
        if isinstance(now, bool):
            pool = [not now]
        elif isinstance(now, (int, float, str)):
            pool = [it for it in pool if type(it) is type(now)]
        if fresh:
            for state in found:
                state.values.setdefault(name, values.kept(pool[0], name))
        for it in pool[:6]:
            changed = dict(base.values)
            changed[name] = values.kept(it, name)
            found.append(State(base.kind, changed))

    def make(self):
        """All inputs that are made, the simplest first."""
        receivers = self.receivers()
        columns = [list(pool) for _, pool in self.columns]
        for made in self.observed[:MOST_OBSERVED]:
            self._learn(columns, made)
        plain = [0] * len(columns)
        yield self._input(receivers[0], columns, plain, omit=True)
        yield self._input(receivers[0], columns, plain)
        if self.is_finite():
            for choice in itertools.product(*(range(len(column)) for column in columns)):
                yield self._input(None, columns, choice)
        longest = max([len(column) for column in columns] + [len(receivers)])
        for turn in range(1, longest):
            if turn < len(receivers):
                yield self._input(receivers[turn], columns, plain)
            for index, column in enumerate(columns):
                if turn < len(column):
                    choice = list(plain)
                    choice[index] = turn
                    yield self._input(receivers[0], columns, choice, omit=turn % 2 == 1)
        for _ in range(4 * self.job["limit"]):
            choice = [min(int(self.random.expovariate(0.25)), len(column) - 1)
                      for column in columns]
            receiver = receivers[self.random.randrange(len(receivers))]
            yield self._input(receiver, columns, choice, omit=self.random.random() < 0.3)

    def _learn(self, columns, made):
        """Values of an observed call join those of its parameters."""
        for column, (it, _), value in zip(columns, self.columns, made.args):
            if it.kind not in (it.VAR_POSITIONAL, it.VAR_KEYWORD):
                column.insert(0, value)
        for column, (it, _) in zip(columns, self.columns):
            if it.name in made.kwargs:
                column.insert(0, made.kwargs[it.name])

    def _input(self, receiver, columns, choice, omit=False):
        """With `omit`, parameters with a default are left out from the last one that has
        its plainest value on."""
        args, kwargs, named = [], {}, False
        for (it, _), column, index in zip(self.columns, columns, choice):
            value = column[index]
            optional = it.default is not it.empty
            if it.kind is it.VAR_POSITIONAL:
                if not named:
                    args.extend(value)
            elif it.kind is it.VAR_KEYWORD:
                kwargs.update(value)
            elif omit and optional and index == 0:
                named = True
            elif it.kind is it.KEYWORD_ONLY or named:
                if it.kind is not it.POSITIONAL_ONLY:
                    kwargs[it.name] = value
            else:
                args.append(value)
        return Made(receiver, args, kwargs)


def _near(default):
    if isinstance(default, int):
        return [default, default + 1, default - 1]
    return [default]


def drawn(maker):
    """Inputs that Hypothesis draws from the annotations, where it is installed."""
    wanted = {it.name: hint for (it, _), hint in (
        (column, hints_of(inspect.unwrap(maker.target.function)).get(column[0].name))
        for column in maker.columns) if hint is not None}
    plain = [it for it, _ in maker.columns if it.kind in (it.POSITIONAL_OR_KEYWORD, it.KEYWORD_ONLY)]
    if maker.target.receives or not plain or len(wanted) < len(maker.columns):
        return []
    try:
        import hypothesis
        from hypothesis import strategies
    except ImportError:
        return []
    found = []

    def collect(**kwargs):
        args = [kwargs[it.name] for it in plain if it.kind is it.POSITIONAL_OR_KEYWORD]
        rest = {it.name: kwargs[it.name] for it in plain if it.kind is it.KEYWORD_ONLY}
        found.append(Made(None, args, rest))

    settings = hypothesis.settings(
        derandomize=True, database=None, deadline=None, max_examples=50,
        phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck))
    drawing = {name: strategies.from_type(hint) for name, hint in wanted.items()}
    attempt(lambda: settings(hypothesis.given(**drawing)(collect))())
    return found


# --- simpler forms -------------------------------------------------------------------


def simpler(value):
    """Values with less in them, of the same kind where that goes."""
    if isinstance(value, bool) or value is None or type(value) in (Stand, New):
        return
    if isinstance(value, int):
        for it in (0, 1, value // 2, value - 1 if value > 0 else value + 1, -value):
            if abs(it) < abs(value) or value < 0 <= it:
                yield it
    elif isinstance(value, float):
        for it in (0.0, 1.0, float(round(value)) if abs(value) < 1e15 else 0.0):
            if repr(it) != repr(value):
                yield it
    elif type(value) in (str, bytes):
        for start, end in _cuts(len(value)):
            yield value[:start] + value[end:]
        if type(value) is str:
            for index in range(min(len(value), 20)):
                if value[index] not in "a0 ":
                    yield value[:index] + "a" + value[index + 1:]
    elif type(value) in (list, tuple):
        for start, end in _cuts(len(value)):
            yield value[:start] + value[end:]
        for index, item in enumerate(value[:12]):
            for it in itertools.islice(simpler(item), 12):
                yield value[:index] + type(value)([it]) + value[index + 1:]
    elif type(value) in (set, frozenset):
        for item in sorted(value, key=shown)[:12]:
            yield value - {item}
    elif type(value) is dict:
        for key in list(value)[:20]:
            yield {k: it for k, it in value.items() if k != key}
        for key in list(value)[:12]:
            for it in itertools.islice(simpler(value[key]), 12):
                yield dict(value, **{key: it}) if type(key) is str else {**value, key: it}


def _cuts(length):
    size = length
    while size > 0:
        for start in range(0, length, size):
            if length <= 24 or size > 1 or start < 24:
                yield start, start + size
        size //= 2


def simpler_inputs(made):
    for key in made.kwargs:
        yield Made(made.receiver, made.args,
                   {k: it for k, it in made.kwargs.items() if k != key})
    if made.args:
        yield Made(made.receiver, made.args[:-1], made.kwargs)
    for index, value in enumerate(made.args):
        for it in itertools.islice(simpler(value), 60):
            yield Made(made.receiver, made.args[:index] + [it] + made.args[index + 1:],
                       made.kwargs)
    for key, value in made.kwargs.items():
        for it in itertools.islice(simpler(value), 60):
            yield Made(made.receiver, made.args, dict(made.kwargs, **{key: it}))
    if made.receiver is not None:
        state = made.receiver.values
        for key in list(state)[:40]:
            rest = {k: it for k, it in state.items() if k != key}
            yield Made(State(made.receiver.kind, rest), made.args, made.kwargs)
            for it in itertools.islice(simpler(values.unpacked(state[key])), 8):
                yield Made(State(made.receiver.kind, dict(state, **{key: values.kept(it, key)})),
                           made.args, made.kwargs)


# --- how inputs are written ------------------------------------------------------------


def shown(value):
    if type(value) is New:
        parts = [shown(it) for it in value.args]
        parts += ["%s=%s" % (key, shown(it)) for key, it in value.values.items()]
        return "%s(%s)" % (value.kind.__name__, ", ".join(parts))
    if type(value) is State:
        parts = ["%s=%s" % (key, shown(values.unpacked(it))) for key, it in value.values.items()]
        return "<self: %s>" % ", ".join(parts)
    if type(value) in (list, tuple):
        body = ", ".join(shown(it) for it in value)
        return "[%s]" % body if type(value) is list else \
            "(%s%s)" % (body, "," if len(value) == 1 else "")
    if type(value) is dict:
        return "{%s}" % ", ".join("%s: %s" % (shown(k), shown(it)) for k, it in value.items())
    return values.Canonical(values.Names()).text(value, "argument")


def written(made, origin):
    """An input as the calls get it, with how it is written; None when it cannot be kept."""
    try:
        args = [values.kept(it, "argument") for it in made.args]
        kwargs = {key: values.kept(it, key) for key, it in made.kwargs.items()}
        call = [shown(made.receiver)] if made.receiver is not None else []
        call += [shown(it) for it in made.args]
        call += ["%s=%s" % (key, shown(it)) for key, it in made.kwargs.items()]
        call = "(%s)" % ", ".join(call)
        return {"data": values.encoded(made.receiver, args, kwargs), "origin": origin,
                "call": values.bounded(call, 4000), "size": len(call)}
    except Exception:
        return None


class Selection:
    """Which of many inputs are kept: those that show something first.

    Each is tried on the left side. Calls that are refused with a `TypeError` and the
    like say little, so they are at most a quarter.
    """

    def __init__(self, job, target, secret):
        self.job, self.target, self.secret = job, target, secret
        self.kept, self.refused = [], []
        self.hanging, self.tried = 0, 0
        self.lines, self.kinds = set(), set()

    def is_over(self):
        return len(self.kept) >= self.job["limit"] or self.tried >= 2 * self.job["limit"] \
            or self.hanging >= MOST_HANGING

    def offer(self, it):
        folder = "%s/%d" % (self.job["work"], self.tried)
        self.tried += 1
        outcome = run(self.target, it["data"], folder, self.job["seconds"], self.secret)
        if outcome.get("obstacle") in ("hangs", "exits"):
            self.hanging += 1
            if self.hanging == 1:
                self.kept.append(it)
            return
        lines = frozenset(outcome.get("lines", ()))
        kind = (lines, outcome.get("exception", "").partition("(")[0], outcome.get("obstacle"))
        fresh = kind not in self.kinds
        self.kinds.add(kind)
        self.lines |= lines
        if it["origin"] == "observed" or fresh or not outcome.get("refused"):
            self.kept.append(it)
        else:
            self.refused.append(it)

    def result(self):
        room = min(self.job["limit"] - len(self.kept), max(len(self.kept) // 3, 8))
        return self.kept + self.refused[:max(room, 0)]


def answer(job, target, secret):
    sys.addaudithook(_refuse)
    maker = Maker(job, target)
    if job["simpler"]:
        return {"inputs": _simpler(maker, job["simpler"])}
    selection, seen = Selection(job, target, secret), set()
    observed = (written(it, "observed") for it in maker.observed)
    generated = (written(it, "generated") for it in itertools.chain(drawn(maker), maker.make()))
    for it in itertools.chain(observed, generated):
        if selection.is_over():
            break
        if it is not None and it["call"] not in seen:
            seen.add(it["call"])
            selection.offer(it)
    return {"inputs": selection.result(), "notes": _notes(maker), "only": maker.is_finite()}


def _simpler(maker, text):
    made = maker._read(text)
    if made is None:
        return []
    now = written(made, "generated")
    found, seen = [], set()
    for candidate in simpler_inputs(made):
        it = written(candidate, "generated")
        if it is not None and it["size"] <= now["size"] and it["call"] != now["call"] \
                and it["call"] not in seen:
            seen.add(it["call"])
            found.append(it)
    found.sort(key=lambda it: it["size"])
    return found[:MOST_SIMPLER]


def _notes(maker):
    if len(maker.bodies) < 2:
        return []
    (left, left_only), (right, right_only) = (body.parameters() for body in maker.bodies)
    found = []
    for mine, its in zip(left, right):
        if mine != its:
            found.append("a parameter is called `%s` on the left and `%s` on the right: calls "
                         "that name it were not compared" % (mine, its))
    missing = [name for name in left[len(right):] + left_only
               if name not in right + right_only]
    if missing:
        found.append("the right side has no parameter `%s`" % "`, `".join(missing))
    return found[:4]
