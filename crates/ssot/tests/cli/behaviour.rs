//! `ssot compare --behaviour`: pairs as data, each with the verdict that a reader would give.

use std::fmt::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Repo, command};

/// A pair: its name, the left and the right version, both called `f`, and what is said:
/// the verdict, and the aspect of a difference or the kind of an obstacle.
type Pair<'a> = (&'a str, &'a str, &'a str, &'a str);

const CONFIG: &str = "[behaviour]\ninputs = 24\ncall-seconds = 1\n";

/// Asks about all pairs at once and demands each answer.
#[track_caller]
fn check(pairs: &[Pair<'_>]) {
    let repo = Repo::empty();
    repo.write("ssot.toml", CONFIG);
    let mut questions = String::new();
    for (name, left, right, _) in pairs {
        let mut members = Vec::new();
        for (side, text) in [("left", left), ("right", right)] {
            let path = format!("{name}_{side}.py");
            repo.write(&path, text);
            let method =
                text.lines().any(|line| line.trim_start() != line && line.contains("def f("))
                    && text.contains("class C");
            let definition = if method { "C.f" } else { "f" };
            members.push(serde_json::json!({ "path": path, "definition": definition }));
        }
        writeln!(questions, "{}", serde_json::json!({ "members": members })).unwrap();
    }
    repo.commit(&[]);
    let answers = ask(&repo, &questions);
    let mut wrong = String::new();
    for ((name, .., expected), answer) in pairs.iter().zip(answers.as_array().unwrap()) {
        let behaviour = &answer["behaviour"][0];
        let told = [&behaviour["witness"]["aspect"], &behaviour["untestable"]["obstacle"]];
        let told: Vec<&str> = told.into_iter().filter_map(Value::as_str).collect();
        let verdict = behaviour["verdict"].as_str().unwrap_or_default();
        let told = [&[verdict], &told[..]].concat().join(" ");
        if told != *expected {
            writeln!(wrong, "{name}: {told}, not {expected}: {behaviour:#}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn ask(repo: &Repo, questions: &str) -> Value {
    let args = ["compare", "--stdin", "--behaviour", "--format", "json"];
    let mut child = command(repo.path(), &args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), questions.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (stdout, stderr) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}\n{stderr}"))
}

#[test]
fn rewritten_code_is_equal() {
    check(&[
        (
            "loop",
            "def f(rows):\n    found = []\n    for row in rows:\n        if row > 2:\n            found.append(row * 2)\n    return found\n",
            "def f(rows):\n    return [row * 2 for row in rows if row > 2]\n",
            "equal",
        ),
        (
            "branches",
            "def f(text):\n    if not text:\n        return None\n    return text.strip().lower()\n",
            "def f(text):\n    if text:\n        return text.strip().lower()\n    return None\n",
            "equal",
        ),
        (
            "constant_of_no_parameter",
            "def f():\n    return [1, 2] + [3]\n",
            "def f():\n    return [1, 2, 3]\n",
            "equal",
        ),
        (
            "annotated",
            "from typing import Optional\n\ndef f(name: str, limit: Optional[int] = None) -> str:\n    if limit is not None:\n        name = name[:limit]\n    return name.title()\n",
            "from typing import Optional\n\ndef f(name: str, limit: Optional[int] = None) -> str:\n    short = name if limit is None else name[:limit]\n    return short.title()\n",
            "equal",
        ),
        (
            "flag",
            "def f(on: bool):\n    return 'yes' if on else 'no'\n",
            "def f(on: bool):\n    return ('no', 'yes')[on]\n",
            "equal",
        ),
        (
            "yielding",
            "def f(items):\n    for item in items:\n        if item:\n            yield item\n",
            "def f(items):\n    yield from (item for item in items if item)\n",
            "equal",
        ),
        (
            "asynchronous",
            "async def f(client, path: str):\n    answer = await client.get(path)\n    return answer.body\n",
            "async def f(client, path: str):\n    return (await client.get(path)).body\n",
            "equal",
        ),
        (
            "looked_up",
            "PLANS = {'basic': 3, 'large': 8}\n\ndef f(plan):\n    if plan not in PLANS:\n        return None\n    price = PLANS[plan] + 1\n    if price > 5:\n        price = 5\n    return price\n",
            "PLANS = {'basic': 3, 'large': 8}\n\ndef f(plan):\n    if plan in PLANS:\n        price = PLANS[plan]\n        price = price + 1\n        return min(price, 5)\n    return None\n",
            "equal",
        ),
        (
            "handed_on",
            "def _wide(kind):\n    return kind == 'panorama'\n\ndef f(kind, rows: int):\n    if not _wide(kind):\n        return rows\n    rows = rows * 2\n    if rows > 4:\n        rows = 4\n    return rows\n",
            "def _wide(kind):\n    return kind == 'panorama'\n\ndef f(kind, rows: int):\n    wide = _wide(kind)\n    if wide:\n        rows = rows + rows\n        return min(rows, 4)\n    return rows\n",
            "equal",
        ),
        (
            "method",
            "class C:\n    def __init__(self, user: str):\n        self.user = user\n        self.seen = 0\n\n    def f(self, step: int):\n        if step > 0:\n            self.seen += step\n        return self.user\n",
            "class C:\n    def __init__(self, user: str):\n        self.user = user\n        self.seen = 0\n\n    def f(self, step: int):\n        self.seen = self.seen + max(step, 0)\n        return self.user\n",
            "equal",
        ),
    ]);
}

#[test]
fn a_difference_is_shown_by_a_smallest_call() {
    let repo = Repo::of(&[
        ("ssot.toml", CONFIG),
        ("a.py", "def f(rows, limit):\n    return [row for row in rows if row > limit]\n"),
        ("b.py", "def f(rows, limit):\n    return [row for row in rows if row >= limit]\n"),
    ]);
    let told = repo.ssot(&["compare", "-d", "a.py:f", "-d", "b.py:f", "--behaviour"]).expect(1);
    for word in ["different", "called with (['a'], 'a')", "returns []", "returns ['a']"] {
        assert!(told.stdout.contains(word), "`{word}` is not in {}", told.stdout);
    }
}

#[test]
fn the_same_question_has_the_same_answer() {
    let repo = Repo::of(&[
        ("ssot.toml", CONFIG),
        ("a.py", "def f(text, size=3):\n    return text[:size] + '.'\n"),
        ("b.py", "def f(text, size=3):\n    return text[:size].strip() + '.'\n"),
    ]);
    let args = ["compare", "-d", "a.py:f", "-d", "b.py:f", "--behaviour", "--format", "json"];
    assert_eq!(repo.ssot(&args).expect(1).stdout, repo.ssot(&args).expect(1).stdout);
}

#[test]
fn differences_are_found() {
    check(&[
        (
            "swapped_constant",
            "def f(total):\n    if total > 100:\n        return total - 10\n    return total\n",
            "def f(total):\n    if total > 100:\n        return total - 12\n    return total\n",
            "different result",
        ),
        (
            "off_by_one",
            "def f(items, size=20):\n    return items[:size] if len(items) > 20 else items\n",
            "def f(items, size=20):\n    return items[:size] if len(items) >= 20 else items\n",
            "different result",
        ),
        (
            "dropped_except",
            "def f(text):\n    try:\n        return int(text)\n    except ValueError:\n        return 0\n",
            "def f(text):\n    return int(text)\n",
            "different exception",
        ),
        (
            "another_exception",
            "def f(row):\n    if 'id' not in row:\n        raise KeyError('id')\n    return row['id']\n",
            "def f(row):\n    if 'id' not in row:\n        raise ValueError('id')\n    return row['id']\n",
            "different exception",
        ),
        (
            "another_message",
            "def f(age: int):\n    if age < 0:\n        raise ValueError('too young')\n    return age\n",
            "def f(age: int):\n    if age < 0:\n        raise ValueError('negative')\n    return age\n",
            "different exception",
        ),
        (
            "lost_default",
            "def f(text, sep=','):\n    return text.split(sep)\n",
            "def f(text, sep):\n    return text.split(sep)\n",
            "different exception",
        ),
        (
            "another_default",
            "def f(text, sep=','):\n    return text.split(sep)\n",
            "def f(text, sep=';'):\n    return text.split(sep)\n",
            "different result",
        ),
        (
            "changed_order",
            "def f(names):\n    return sorted(set(names))\n",
            "def f(names):\n    return sorted(set(names), reverse=True)\n",
            "different result",
        ),
        (
            "order_of_keys",
            "def f(row):\n    return {'name': row['name'], 'size': row['size']}\n",
            "def f(row):\n    return {'size': row['size'], 'name': row['name']}\n",
            "different exception",
        ),
    ]);
}

#[test]
fn differences_beyond_the_result_are_found() {
    check(&[
        (
            "mutates_its_argument",
            "def f(rows):\n    rows = list(rows)\n    rows.append(1)\n    return len(rows)\n",
            "def f(rows):\n    if not isinstance(rows, list):\n        rows = list(rows)\n    rows.append(1)\n    return len(rows)\n",
            "different arguments",
        ),
        (
            "hands_back_a_copy",
            "def f(rows: list):\n    return rows\n",
            "def f(rows: list):\n    return list(rows)\n",
            "different result",
        ),
        (
            "prints_otherwise",
            "def f(name: str):\n    print('Hello', name)\n    return name\n",
            "def f(name: str):\n    print('hello', name)\n    return name\n",
            "different output",
        ),
        (
            "logs_otherwise",
            "import logging\n\nlog = logging.getLogger(__name__)\n\ndef f(name: str):\n    log.warning('no %s', name)\n    return None\n",
            "import logging\n\nlog = logging.getLogger(__name__)\n\ndef f(name: str):\n    log.error('no %s', name)\n    return None\n",
            "different log",
        ),
        (
            "calls_otherwise",
            "def f(client, name: str):\n    client.begin()\n    client.send(name)\n    return None\n",
            "def f(client, name: str):\n    client.send(name)\n    client.begin()\n    return None\n",
            "different calls",
        ),
        (
            "writes_otherwise",
            "def f(text: str):\n    with open('out.txt', 'w') as out:\n        out.write(text)\n",
            "def f(text: str):\n    with open('out.txt', 'w') as out:\n        out.write(text + '\\n')\n",
            "different effects",
        ),
        (
            "yields_less",
            "def f(items):\n    for item in items:\n        yield item\n    yield None\n",
            "def f(items):\n    for item in items:\n        yield item\n",
            "different result",
        ),
        (
            "state_of_the_receiver",
            "class C:\n    def __init__(self, user: str):\n        self.user = user\n        self.tries = 0\n\n    def f(self):\n        self.tries += 1\n        return self.user\n",
            "class C:\n    def __init__(self, user: str):\n        self.user = user\n        self.tries = 0\n\n    def f(self):\n        self.tries += 2\n        return self.user\n",
            "different arguments",
        ),
        (
            "rounding",
            "def f(price: float):\n    return round(price * 1.19, 2)\n",
            "def f(price: float):\n    return round(price + price * 0.19, 1)\n",
            "different result",
        ),
        (
            "type_of_number",
            "def f(a: int, b: int):\n    return a / b if b else 0\n",
            "def f(a: int, b: int):\n    return a // b if b else 0\n",
            "different result",
        ),
        (
            "unicode",
            "def f(text: str):\n    return text.lower()\n",
            "def f(text: str):\n    return text.casefold()\n",
            "different result",
        ),
    ]);
}

#[test]
fn what_proves_nothing_is_never_called_equal() {
    let os_exit = "import os\n\ndef f(x: int):\n    os._exit(0)\n";
    let socket =
        "import socket\n\ndef f(host: str):\n    return socket.create_connection((host, 80))\n";
    check(&[
        (
            "random",
            "import os\n\ndef f(x: int):\n    return os.urandom(8)\n",
            "import os\n\ndef f(x: int):\n    return bytes(os.urandom(8))\n",
            "untestable nondeterministic",
        ),
        (
            "network",
            socket,
            &socket.replace("return ", "it = ").replace("80))\n", "80))\n    return it\n"),
            "untestable network",
        ),
        (
            "processes",
            "import subprocess\n\ndef f(name: str):\n    return subprocess.run(['echo', name])\n",
            "import subprocess\n\ndef f(name: str):\n    return subprocess.call(['echo', name])\n",
            "untestable processes",
        ),
        (
            "forks",
            "import os\n\ndef f(x: int):\n    if os.fork() == 0:\n        return 1\n    return 2\n",
            "import os\n\ndef f(x: int):\n    return 1 if os.fork() == 0 else 2\n",
            "untestable processes",
        ),
        (
            "hangs",
            "def f(x: int):\n    while True:\n        pass\n",
            "def f(x: int):\n    while 1:\n        x = 1\n",
            "untestable hangs",
        ),
        (
            "hangs_on_one_side",
            "def f(x: int):\n    while x == 7:\n        pass\n    return x\n",
            "def f(x: int):\n    return x\n",
            "untestable hangs",
        ),
        ("exits", os_exit, "def f(x: int):\n    return None\n", "untestable exits"),
    ]);
}

#[test]
fn what_cannot_be_observed_is_never_called_equal() {
    check(&[
        (
            "exhausts_memory",
            "def f(x: int):\n    return len(bytearray(1 << 40)) + x\n",
            "def f(x: int):\n    return x + len(bytearray(1 << 40))\n",
            "untestable memory",
        ),
        (
            "replaces_builtins",
            "import builtins\n\ndef f(x: int):\n    builtins.repr = lambda value: ''\n    return x\n",
            "def f(x: int):\n    return x + 1\n",
            "untestable interference",
        ),
        (
            "writes_into_every_descriptor",
            "import os\n\ndef f(x: int):\n    for number in range(1, 300):\n        try:\n            os.write(number, b'garbage')\n        except OSError:\n            pass\n    return x\n",
            "def f(x: int):\n    return x\n",
            "untestable interference",
        ),
        (
            "exits_while_it_is_imported",
            "import os\n\nos._exit(0)\n\ndef f(x: int):\n    return x\n",
            "def f(x: int):\n    return x + 0\n",
            "untestable interference",
        ),
        (
            "raises_while_it_is_imported",
            "raise RuntimeError('no')\n\ndef f(x: int):\n    return x\n",
            "def f(x: int):\n    return x + 0\n",
            "untestable not-loadable",
        ),
        (
            "refuses_everything",
            "def f(x: int):\n    return x + 'a'\n",
            "def f(x: int):\n    return x + 'b'\n",
            "untestable refused",
        ),
        (
            "has_one_outcome",
            "def f(x: int):\n    return None\n",
            "def f(x: int):\n    pass\n",
            "untestable too-few-outcomes",
        ),
        (
            "is_not_reached",
            "import hashlib\n\ndef f(text: str):\n    if hashlib.sha256(text.encode()).hexdigest() == '0':\n        text = text + 'a'\n        text = text + 'b'\n        text = text + 'c'\n    return text\n",
            "import hashlib\n\ndef f(text: str):\n    if hashlib.sha256(text.encode()).hexdigest() == '0':\n        text = text + 'a'\n        text = text + 'b'\n        text = text + 'd'\n    return text\n",
            "untestable unreached",
        ),
        (
            "gives_a_function",
            "def f(size: int):\n    def inner(x):\n        return x + size\n    return inner\n",
            "def f(size: int):\n    return lambda x: x + size\n",
            "untestable opaque",
        ),
        (
            "writes_elsewhere",
            "def f(text: str):\n    with open('/tmp/ssot-should-not-be', 'w') as out:\n        out.write(text)\n",
            "def f(text: str):\n    out = open('/tmp/ssot-should-not-be', 'w')\n    out.write(text)\n",
            "untestable files",
        ),
    ]);
    assert!(!std::path::Path::new("/tmp/ssot-should-not-be").exists());
}

#[test]
fn calls_of_the_tests_come_first() {
    let test = "import unittest\n\nfrom a import f\n\n\nclass Test(unittest.TestCase):\n    def test_f(self):\n        self.assertEqual(f('k3y', 'k3y'), 1)\n";
    let config = format!("{CONFIG}\n[test]\ncommand = \"python3 -m unittest test_a\"\n");
    let repo = Repo::of(&[
        ("ssot.toml", &config),
        (
            "a.py",
            "import zlib\n\ndef f(key, other):\n    return 1 if zlib.crc32(key.encode()) == 1718702459 else len(other)\n",
        ),
        ("b.py", "def f(key, other):\n    return len(other)\n"),
        ("test_a.py", test),
    ]);
    let args = ["compare", "-d", "a.py:f", "-d", "b.py:f", "--behaviour", "--format", "json"];
    let told = repo.ssot(&args).expect(1).json();
    assert_eq!(told[0]["behaviour"][0]["inputs"]["observed"], 1);
    repo.ssot(&[&args[..], &["--without-tests"]].concat());
    assert_eq!(repo.git(&["worktree", "list"]).lines().count(), 1);
}
