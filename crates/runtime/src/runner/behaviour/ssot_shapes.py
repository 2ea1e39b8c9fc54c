"""What the bodies of two functions tell about their parameters: how each is used, and
with which constants it is compared. Read from the syntax tree, nothing is run."""

import ast
import dis

_STRING = frozenset(
    "lower upper strip lstrip rstrip split rsplit splitlines startswith endswith replace encode "
    "format title capitalize casefold isdigit isalpha isalnum isspace isupper islower partition "
    "rpartition join find rfind zfill ljust rjust center translate removeprefix removesuffix swapcase".split())
_LIST = frozenset("append extend insert sort reverse".split())
_DICT = frozenset("items keys values get setdefault popitem".split())
_SET = frozenset("add discard union intersection difference issubset issuperset".split())
_DATE = frozenset("isoformat strftime timestamp date astimezone weekday total_seconds".split())
_TAKES_TEXT = frozenset(
    "re.sub re.match re.search re.findall re.split re.fullmatch re.finditer re.compile html.escape "
    "os.path.join os.path.basename os.path.dirname os.path.splitext os.path.exists urlparse quote "
    "urllib.parse.quote urllib.parse.urlparse urllib.parse.unquote unicodedata.normalize "
    "json.loads ast.literal_eval textwrap.dedent shlex.split ord".split())
_TAKES_NUMBER = frozenset("abs round math.floor math.ceil math.sqrt range chr math.log".split())
_TAKES_ITEMS = frozenset(
    "len sum sorted list tuple set enumerate zip map filter any all reversed max min iter".split())
_KINDS = {"str": "str", "int": "int", "float": "float", "dict": "dict", "list": "list",
          "tuple": "tuple", "set": "set", "bytes": "bytes", "bool": "bool"}


class Shape:
    """How a value is used."""

    __slots__ = ("kinds", "keys", "attributes", "literals", "inner", "names", "passed")

    def __init__(self):
        self.kinds, self.keys, self.attributes, self.literals = set(), {}, {}, []
        self.inner = None
        # Dotted names that it is compared with or looked up in.
        self.names = []
        # Functions it is handed to: dotted name, position or name of the parameter.
        self.passed = []

    def join(self, other):
        """Learns what another use of the same value tells."""
        self.kinds |= other.kinds
        for mine, its in ((self.keys, other.keys), (self.attributes, other.attributes)):
            for name, shape in its.items():
                mine.setdefault(name, Shape()).join(shape)
        self.literals += [it for it in other.literals if it not in self.literals]
        self.names += [it for it in other.names if it not in self.names]
        if other.inner is not None:
            self.item().join(other.inner)

    def key(self, name):
        self.kinds.add("dict")
        return self.keys.setdefault(name, Shape())

    def attribute(self, name):
        return self.attributes.setdefault(name, Shape())

    def item(self):
        if self.inner is None:
            self.inner = Shape()
        return self.inner


class Body:
    """A function found in a file by its name and, when there are several, its first line."""

    def __init__(self, path, definition, first=None):
        with open(path, "rb") as file:
            self.tree = ast.parse(file.read())
        self.path, self.node, self.owner = path, None, None
        for owner, node in _named(self.tree, definition.split("."), None):
            starts = min([node.lineno] + [it.lineno for it in node.decorator_list])
            if self.node is None or first is None or first in (starts, node.lineno):
                self.node, self.owner, self.first = node, owner, starts
        self.last = self.node.end_lineno if self.node is not None else 0

    def parameters(self):
        """Names of the parameters, those that are given by name alone apart."""
        it = self.node.args
        names = [arg.arg for arg in it.posonlyargs + it.args]
        return names, [arg.arg for arg in it.kwonlyargs]

    def constructor(self):
        for child in getattr(self.owner, "body", []):
            if isinstance(child, ast.FunctionDef) and child.name == "__init__":
                return child
        return None

    def lines(self):
        """The lines that can be executed, those of inner functions too."""
        lines = set()
        for node in ast.walk(self.node):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for statement in _without_docstring(node.body):
                    lines |= {inner.lineno for inner in ast.walk(statement)
                              if isinstance(inner, ast.stmt)}
        # Only what the interpreter reports: `try:` and `global` are no events of their own.
        return sorted(lines & _events(compile(self.tree, self.path, "exec"), self.first, self.last))


def _named(holder, parts, owner):
    """The functions of a dotted name, wherever conditions put them, with their classes."""
    for node in ast.iter_child_nodes(holder):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if [node.name] == parts:
                yield owner, node
        elif isinstance(node, ast.ClassDef):
            if node.name == parts[0]:
                yield from _named(node, parts[1:], node)
        elif isinstance(node, (ast.stmt, ast.ExceptHandler)):
            yield from _named(node, parts, owner)


def _without_docstring(body):
    head = body[0] if body else None
    says = isinstance(head, ast.Expr) and isinstance(head.value, ast.Constant) \
        and isinstance(head.value.value, str)
    return body[1:] if says else body


def _events(code, first, last):
    lines = {line for _, line in dis.findlinestarts(code) if line and first <= line <= last}
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            lines |= _events(constant, first, last)
    return lines


def constants(nodes):
    """Numbers and texts in the bodies, in order, each once; f-strings and docs not."""
    found = []
    for top in nodes:
        skipped = set()
        for node in ast.walk(top):
            if isinstance(node, ast.JoinedStr):
                skipped |= {id(inner) for inner in ast.walk(node)}
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                skipped.add(id(node.value))
        for node in ast.walk(top):
            if isinstance(node, ast.Constant) and id(node) not in skipped:
                value = node.value
                if isinstance(value, (int, float, str, bytes)) and len(repr(value)) < 200 \
                        and not any(type(it) is type(value) and it == value for it in found):
                    found.append(value)
    return found


def shapes(nodes):
    """How the parameters of the functions are used, by position, with the receiver's."""
    joined = {}
    for node in nodes:
        arguments = node.args.posonlyargs + node.args.args
        scope = {arg.arg: joined.setdefault(position, Shape())
                 for position, arg in enumerate(arguments)}
        for arg in node.args.kwonlyargs + [it for it in (node.args.vararg, node.args.kwarg) if it]:
            scope[arg.arg] = joined.setdefault(arg.arg, Shape())
        # Twice, so that what a name turns out to be is known where it was bound.
        for _ in range(2):
            visitor = _Uses(scope)
            for statement in node.body:
                visitor.visit(statement)
    return joined


def _dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value)
        return "%s.%s" % (head, node.attr) if head else node.attr
    return ""


class _Uses(ast.NodeVisitor):
    def __init__(self, scope):
        self.scope = scope

    def of(self, node):
        """The shape of an expression, when it belongs to a parameter."""
        if isinstance(node, ast.Name):
            return self.scope.get(node.id)
        if isinstance(node, ast.Subscript):
            return self._subscript(node)
        if isinstance(node, ast.Attribute):
            holder = self.of(node.value)
            return holder.attribute(node.attr) if holder is not None else None
        if isinstance(node, ast.Call):
            return self._called(node)
        if isinstance(node, ast.BoolOp):
            return self.of(node.values[0])
        if isinstance(node, (ast.Await, ast.NamedExpr)):
            return self.of(node.value)
        return None

    def _subscript(self, node):
        holder = self.of(node.value)
        if holder is None:
            return None
        index = node.slice
        index = getattr(index, "value", index) if type(index).__name__ == "Index" else index
        if isinstance(index, ast.Constant) and isinstance(index.value, str):
            return holder.key(index.value)
        if isinstance(index, (ast.Constant, ast.Slice, ast.UnaryOp)):
            holder.kinds.add("items")
            return holder.item()
        return holder.item()

    def _called(self, node):
        if not isinstance(node.func, ast.Attribute):
            if isinstance(node.func, ast.Name) and node.args \
                    and node.func.id in ("sorted", "list", "reversed", "set", "enumerate", "iter"):
                return self.of(node.args[0])
            return None
        holder = self.of(node.func.value)
        first = node.args[0] if node.args else None
        if holder is None:
            return None
        if node.func.attr in ("get", "pop", "setdefault") and isinstance(first, ast.Constant) \
                and isinstance(first.value, str):
            return holder.key(first.value)
        if node.func.attr in _STRING and node.func.attr not in ("split", "splitlines", "encode"):
            return holder
        if node.func.attr in ("values", "copy"):
            return holder.item() if node.func.attr == "values" else holder
        return None

    def visit_Await(self, node):
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            holder = self.of(call.func.value)
            if holder is not None:
                holder.attribute(call.func.attr).kinds.add("called")
        self.generic_visit(node)

    def visit_Call(self, node):
        if isinstance(node.func, ast.Attribute):
            holder = self.of(node.func.value)
            if holder is not None:
                self._method(holder, node.func.attr)
        name = _dotted(node.func)
        if name == "isinstance" and len(node.args) == 2:
            self._instance(node)
        for kinds, takes in (("str", _TAKES_TEXT), ("number", _TAKES_NUMBER),
                             ("items", _TAKES_ITEMS)):
            if name in takes:
                for argument in node.args:
                    self._add(argument, kinds)
        if name in ("int", "float"):
            for argument in node.args:
                self._add(argument, "digits")
        if name in ("json.loads", "loads"):
            for argument in node.args:
                self._add(argument, "json")
        self._hand_on(node, name)
        self.generic_visit(node)

    def _hand_on(self, node, name):
        """Values that go to another function as they are, and what goes with them: a table
        of the module tells which keys there are."""
        given = list(enumerate(node.args)) + [(it.arg, it.value) for it in node.keywords if it.arg]
        others = [_dotted(value) for _, value in given if self.of(value) is None]
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "pop", "index", "count"):
            others.append(_dotted(node.func.value))
        for place, value in given:
            shape = self.of(value) if isinstance(value, ast.Name) else None
            if shape is not None and name:
                shape.passed.append((name, place))
                shape.names += [it for it in others if it and it not in shape.names]

    def visit_Subscript(self, node):
        shape, table = self.of(node.slice), _dotted(node.value)
        if shape is not None and table and table.split(".")[0] not in self.scope:
            shape.names.append(table)
        self.generic_visit(node)

    def _method(self, holder, name):
        for kind, methods in (("str", _STRING), ("list", _LIST), ("dict", _DICT), ("set", _SET),
                              ("date", _DATE)):
            if name in methods:
                holder.kinds.add(kind)
                holder.attributes.pop(name, None)
                return
        holder.attribute(name).kinds.add("called")

    def _instance(self, node):
        shape = self.of(node.args[0])
        if shape is None:
            return
        for kind in ast.walk(node.args[1]):
            if isinstance(kind, ast.Name) and kind.id in _KINDS:
                shape.kinds.add(_KINDS[kind.id])

    def _add(self, node, kind):
        shape = self.of(node)
        if shape is not None:
            shape.kinds.add(kind)

    def _bind(self, target, shape):
        if shape is None:
            return
        if isinstance(target, ast.Name):
            self.scope.setdefault(target.id, shape)
        elif isinstance(target, (ast.Tuple, ast.List)):
            shape.kinds.add("items")
            for part in target.elts:
                self._bind(part, shape.item())

    def visit_Assign(self, node):
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._bind(target, self.of(node.value))
            elif isinstance(target, ast.Tuple):
                self._bind(target, self.of(node.value))
        self.generic_visit(node)

    def _loop(self, target, iterated):
        if isinstance(iterated, ast.Call) and isinstance(iterated.func, ast.Attribute) \
                and iterated.func.attr == "items" and isinstance(target, ast.Tuple):
            holder = self.of(iterated.func.value)
            if holder is not None:
                holder.kinds.add("dict")
                self._bind(target.elts[-1], holder.item())
            return
        if isinstance(iterated, ast.Call) and _dotted(iterated.func) == "enumerate" \
                and iterated.args and isinstance(target, ast.Tuple):
            self._loop(target.elts[-1], iterated.args[0])
            return
        if isinstance(iterated, ast.Call) and _dotted(iterated.func) == "zip" \
                and isinstance(target, ast.Tuple):
            for part, argument in zip(target.elts, iterated.args):
                self._loop(part, argument)
            return
        holder = self.of(iterated)
        if holder is not None:
            holder.kinds.add("items")
            self._bind(target, holder.item())

    def visit_For(self, node):
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    visit_AsyncFor = visit_For

    def visit_comprehension(self, node):
        self._loop(node.target, node.iter)
        self.generic_visit(node)

    def _comprehension(self, node):
        # The loops bind what the element reads.
        for generator in node.generators:
            self.visit(generator)
        self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _comprehension

    def visit_Compare(self, node):
        sides = [node.left] + node.comparators
        for side in sides:
            shape = self.of(side)
            if shape is None:
                continue
            for other in sides:
                if other is side:
                    continue
                name = _dotted(other)
                if name and name.split(".")[0] not in self.scope:
                    shape.names.append(name)
                for constant in ast.walk(other):
                    if isinstance(constant, ast.Constant):
                        self._compared(shape, constant.value)
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            shape = self.of(node.comparators[0])
            if shape is not None and isinstance(node.left, ast.Constant):
                shape.kinds.add("holds")
                shape.literals.append(node.left.value)
        self.generic_visit(node)

    @staticmethod
    def _compared(shape, value):
        if value is None:
            shape.kinds.add("none")
        elif isinstance(value, bool):
            shape.kinds.add("bool")
        elif isinstance(value, (int, float)):
            shape.kinds.add("number")
        elif isinstance(value, str):
            shape.kinds.add("str")
        if value is not None and value not in shape.literals:
            shape.literals.append(value)

    def visit_BinOp(self, node):
        for side, other in ((node.left, node.right), (node.right, node.left)):
            shape = self.of(side)
            if shape is None:
                continue
            if isinstance(other, (ast.JoinedStr,)) or isinstance(other, ast.Constant) \
                    and isinstance(other.value, str):
                shape.kinds.add("str")
            elif isinstance(other, ast.Constant) and isinstance(other.value, (int, float)):
                shape.kinds.add("number")
            elif isinstance(other, ast.List):
                shape.kinds.add("list")
            elif isinstance(node.op, (ast.Mult, ast.Div, ast.Sub, ast.FloorDiv, ast.Pow)):
                shape.kinds.add("number")
        self.generic_visit(node)

    def visit_UnaryOp(self, node):
        if isinstance(node.op, ast.USub):
            self._add(node.operand, "number")
        self.generic_visit(node)

    def visit_AugAssign(self, node):
        shape = self.of(node.value)
        if shape is not None and isinstance(node.op, (ast.Sub, ast.Mult, ast.Div)):
            shape.kinds.add("number")
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        for statement in node.body:
            self.visit(statement)
