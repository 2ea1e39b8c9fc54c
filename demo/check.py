"""Checks the demonstration platform: `python3 demo/check.py`, exit code 0 when all is well.

Replays the history into a temporary directory, runs the tests after every commit, compares
EXPECTED.toml with the final tree, and tries each consolidation: groups that land must keep the
tests green, identical groups that do not land must break them.
"""

import ast
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUITE = [sys.executable, "-B", "-m", "unittest", "discover", "-s", "tests", "-t", "."]
PRODUCTION = ("platform_core", "services", "templates")
problems: list[str] = []


def expect(condition: object, text: str) -> None:
    if not condition:
        problems.append(text)
        print("PROBLEM", text)


def suite(tree: Path, hash_seed: str = "0", zone: str = "UTC") -> subprocess.CompletedProcess:
    env = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": hash_seed, "TZ": zone}
    return subprocess.run(SUITE, cwd=tree, capture_output=True, text=True, env=env, timeout=60)


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def bare(node: ast.AST, name: str | None = None) -> str:
    """The tree of a definition without docstrings; with `name` also without its own name."""
    node = ast.parse(ast.unparse(node)).body[0]
    for child in ast.walk(node):
        body = getattr(child, "body", None)
        if isinstance(body, list) and body and isinstance(child, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            first = body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
                child.body = body[1:] or [ast.Pass()]
    if name and hasattr(node, "name"):
        node.name = "_"
    return ast.dump(node)


def name_of(node: ast.stmt) -> str | None:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) and not isinstance(node, ast.AugAssign) else None


def counts(node: ast.stmt, source: str) -> bool:
    """Whether a definition is large enough to be looked at."""
    segment = ast.get_source_segment(source, node) or ""
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        text = ast.get_source_segment(source, node.value) if node.value else ""
        literal = isinstance(node.value, (ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Constant, ast.Call))
        return literal and len(text or "") >= 40
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return False
    stripped = ast.parse(ast.unparse(node)).body[0]
    statements = sum(isinstance(x, ast.stmt) for x in ast.walk(stripped)) - 1
    docs = {n for x in ast.walk(node) if isinstance(x, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            and ast.get_docstring(x) for n in range(x.body[0].lineno, x.body[0].end_lineno + 1)}
    statements -= sum(1 for x in ast.walk(node) if isinstance(x, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and ast.get_docstring(x))
    lines = sum(1 for offset, text in enumerate(segment.splitlines())
                if text.strip() and not text.strip().startswith("#") and node.lineno + offset not in docs)
    return statements >= 5 or lines >= 8


def top_level(tree: Path, path: str) -> dict[str, ast.stmt]:
    nodes = ast.parse((tree / path).read_text(encoding="utf-8")).body
    return {name: node for node in nodes if (name := name_of(node))}


def meaning(tree: Path, path: str, name: str) -> str:
    """What a global name of a module is bound to, as far as imports tell."""
    package = module_of(path).split(".")
    if not path.endswith("__init__.py"):
        package = package[:-1]
    for node in ast.walk(ast.parse((tree / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return f"{source}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) == name:
                    return alias.name if alias.asname else name
    return f"{module_of(path)}.{name}" if name in top_level(tree, path) else f"builtins.{name}"


def free_names(node: ast.AST) -> set[str]:
    stored = {x.id for x in ast.walk(node) if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    stored |= {x.arg for x in ast.walk(node) if isinstance(x, ast.arg)}
    stored |= {x.name for x in ast.walk(node) if hasattr(x, "name") and isinstance(x.name, str)}
    return {x.id for x in ast.walk(node) if isinstance(x, ast.Name)} - stored


def redirect(tree: Path, path: str, name: str, source: str, original: str) -> None:
    """Replace a definition by an import of the same thing from another module."""
    node = top_level(tree, path)[name]
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    lines = (tree / path).read_text(encoding="utf-8").splitlines()
    alias = "" if name == original else f" as {name}"
    lines[first - 1 : node.end_lineno] = [f"from {source} import {original}{alias}"]
    (tree / path).write_text("\n".join(lines) + "\n", encoding="utf-8")


def consolidate(tree: Path, group: dict, canonical: int = 0) -> None:
    paths = [place.rsplit(":", 1)[0] for place in group["places"]]
    names = group.get("names", [group["name"]] * len(paths))
    if group.get("via") == "delete":
        (tree / paths[1]).unlink()
        return
    source = module_of(paths[canonical])
    if group.get("via") == "extract":
        text = (tree / paths[0]).read_text(encoding="utf-8")
        target = Path(paths[0]).with_name("extracted.py")
        body = ast.get_source_segment(text, top_level(tree, paths[0])[names[0]])
        (tree / target).write_text(body + "\n", encoding="utf-8")
        source, canonical = module_of(str(target)), -1
    for index, path in enumerate(paths):
        if index != canonical:
            redirect(tree, path, names[index], source, names[max(canonical, 0)])


def replay(work: Path, history: list[dict]) -> list[Path]:
    """The tree after each commit; also compiles it and runs its tests."""
    trees, tree = [], work / "tree"
    tree.mkdir()
    for commit in history:
        step = HERE / "steps" / commit["step"]
        expect(re.fullmatch(r"[\w ]+ <\w+@harbor\.example>", commit["author"]), f"author of {step.name}")
        shutil.copytree(step, tree, dirs_exist_ok=True)
        for path in commit.get("delete", []):
            (tree / path).unlink()
        for path in tree.rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            compile(text, str(path), "exec")
            expect(text.count("\n") <= 150, f"{path.relative_to(tree)} is over 150 lines")
        done = suite(tree)
        expect(done.returncode == 0, f"tests fail after {step.name}\n{done.stderr}")
        trees.append(work / f"after-{step.name}")
        shutil.copytree(tree, trees[-1])
    dates = [commit["date"] for commit in history]
    expect(dates == sorted(set(dates)), "dates do not rise")
    steps = sorted(path.name for path in (HERE / "steps").iterdir())
    expect(steps == sorted(commit["step"] for commit in history), "steps and history differ")
    return trees


def check_group(trees: list[Path], group: dict) -> None:
    tree, label = trees[-1], f"{group['verdict']} {group['name']}"
    names = group.get("names", [group["name"]] * len(group["places"]))
    nodes = []
    for place, name in zip(group["places"], names):
        path, line = place.rsplit(":", 1)
        if group["kind"] == "module":
            expect((tree / path).is_file(), f"{label}: no {path}")
            continue
        node = top_level(tree, path).get(name)
        expect(node is not None and node.lineno == int(line), f"{label}: not at {place}")
        if node is None:
            return
        expect(counts(node, (tree / path).read_text()), f"{label}: too small at {place}")
        nodes.append((path, node))
    if group["kind"] == "module":
        return
    clone = "_" if group["verdict"] == "clone" else None
    same = len({bare(node, clone) for _, node in nodes}) == 1
    if group["verdict"] in ("identical", "clone", "boundary"):
        expect(same, f"{label}: bodies differ")
    elif group["verdict"] != "convention" and not group.get("same_text"):
        expect(not same, f"{label}: bodies are equal")
    if group["verdict"] == "variant":
        once = [{bare(top_level(t, p)[group["name"]]) for p, _ in nodes} for t in trees
                if all((t / p).exists() and group["name"] in top_level(t, p) for p, _ in nodes)]
        expect(any(len(bodies) == 1 for bodies in once), f"{label}: was never a copy")
    if group["lands"]:
        for name in free_names(nodes[0][1]) - {"self"}:
            bound = {meaning(tree, path, name) for path, _ in nodes}
            local = all(meaning(tree, path, name) == f"{module_of(path)}.{name}" for path, _ in nodes)
            expect(len(bound) == 1 or local, f"{label}: {name} is bound to {sorted(bound)}")


def check_completeness(tree: Path, groups: list[dict]) -> int:
    """No duplicates but those in EXPECTED.toml, in the tests neither."""
    known = {place.rsplit(":", 1)[0] + ":" + name for group in groups if group["kind"] != "module"
             for place, name in zip(group["places"], group.get("names", [group["name"]] * 9))}
    dead = {group["places"][1].rsplit(":", 1)[0] for group in groups if group["kind"] == "module"}
    by_name, by_body, modules = collections.defaultdict(set), collections.defaultdict(set), 0
    for path in sorted(tree.rglob("*.py")):
        rel = path.relative_to(tree).as_posix()
        modules += rel.startswith(PRODUCTION)
        if rel in dead:
            continue
        source = path.read_text(encoding="utf-8")
        for name, node in top_level(tree, rel).items():
            if counts(node, source) and name != "__all__":
                by_name[name].add(f"{rel}:{name}")
                by_body[bare(node, "_")].add(f"{rel}:{name}")
            for method in node.body if isinstance(node, ast.ClassDef) and f"{rel}:{name}" not in known else []:
                if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and counts(method, source):
                    by_body[bare(method, "_")].add(f"{rel}:{name}.{method.name}")
    for places in [*by_name.values(), *by_body.values()]:
        expect(len(places) == 1 or places <= known, f"not in EXPECTED: {sorted(places)}")
    return modules


def try_out(tree: Path, work: Path, groups: list[dict], canonical: int = 0) -> subprocess.CompletedProcess:
    with tempfile.TemporaryDirectory(dir=work) as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree, copy)
        for group in groups:
            consolidate(copy, group, canonical)
        return suite(copy)


def packages(groups: list[dict]) -> list[set[str]]:
    """Landing groups by the files they change; groups with a file in common are one package."""
    found: list[set[str]] = []
    for group in groups:
        paths = {place.rsplit(":", 1)[0] for place in group["places"]}
        if group.get("via") != "extract":
            paths.discard(group["places"][0].rsplit(":", 1)[0])
        for other in [package for package in found if package & paths]:
            found.remove(other)
            paths |= other
        found.append(paths)
    return found


def main() -> int:
    history = tomllib.loads((HERE / "history.toml").read_text(encoding="utf-8"))["commit"]
    groups = tomllib.loads((HERE / "EXPECTED.toml").read_text(encoding="utf-8"))["group"]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        trees = replay(work, history)
        final = trees[-1]
        started = time.monotonic()
        for seed, zone in (("1", "Asia/Tokyo"), ("2", "America/New_York")):
            done = suite(final, seed, zone)
            expect(done.returncode == 0, f"tests depend on the hash seed or the time zone\n{done.stderr}")
        expect((time.monotonic() - started) / 2 < 2, "the suite takes over two seconds")
        for group in groups:
            check_group(trees, group)
        modules = check_completeness(final, groups)
        if problems:
            return 1
        landing = [group for group in groups if group["lands"]]
        for group in landing:
            done = try_out(final, work, [group])
            expect(done.returncode == 0, f"{group['name']} does not land\n{done.stderr}")
            if group.get("via") == "extract":
                plain = {key: group[key] for key in group if key != "via"}
                for side in (0, 1):
                    expect(try_out(final, work, [plain], side).returncode, f"{group['name']} lands without a new module")
            if group["name"] == "stable_key":
                expect(try_out(final, work, [group], 1).returncode, "stable_key lands in either direction")
        done = try_out(final, work, landing)
        expect(done.returncode == 0, f"all groups together do not land\n{done.stderr}")
        for group in groups:
            if group["verdict"] == "identical" and not group["lands"]:
                expect(try_out(final, work, [group]).returncode, f"{group['name']} could land")
        found = packages(landing)
        expect(len(found) >= 14, f"only {len(found)} packages")
        tests = len(list(final.rglob("test_*.py")))
    verdicts = collections.Counter(f"{g['verdict']}{'' if g['lands'] else ' (stays)'}" for g in groups)
    for verdict, count in sorted(verdicts.items()):
        print(f"{count:4} {verdict}")
    print(f"{len(found)} packages, {len(landing)} groups land; {len(history)} commits, {modules} modules, {tests} test files")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
