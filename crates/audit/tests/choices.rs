//! What is chosen for small repositories, written as text: `--- path` begins a file.

#[path = "choices/delegate.rs"]
mod delegate;
#[path = "choices/doubles.rs"]
mod doubles;
#[path = "choices/new_base.rs"]
mod new_base;
#[path = "choices/variants.rs"]
mod variants;

use std::collections::BTreeMap;
use std::sync::Arc;

use ssot_audit::{Audit, Choice};
use ssot_facts::{DefinitionId, Index, Source, python};
use ssot_model::{Boundary, Config, RepoPath, Verdict};
use ssot_rules::{Circumstances, RULES};

/// A body that is large enough to count and reads `{0}`.
fn function(name: &str, reads: &str) -> String {
    format!(
        "def {name}(value):\n    first = {reads}(value)\n    second = first\n    third = second\n    return third\n"
    )
}

/// The files of a repository: path and text.
fn files(repository: &str) -> impl Iterator<Item = (&str, &str)> {
    let files = repository.split("--- ").filter(|part| !part.trim().is_empty());
    files.map(|file| {
        let (path, text) = file.split_once('\n').expect("a file has a path line");
        (path.trim(), text)
    })
}

fn index(repository: &str) -> Index {
    let sources = files(repository).map(|(path, text)| {
        let path = RepoPath::new(path).expect("tests use plain paths");
        Source { path, facts: python::extract(text.as_bytes()) }
    });
    Index::build(sources.collect())
}

fn audits(repository: &str, config: &Config) -> (Index, Vec<Audit>) {
    let index = index(repository);
    let findings = ssot_rules::detect(RULES, &index, config, &Circumstances::default());
    let texts: BTreeMap<&str, &str> = files(repository).collect();
    let sources = |path: &RepoPath| texts.get(path.as_str()).map(|text| Arc::from(*text));
    let audits = ssot_audit::examine(&findings, &index, config, &sources);
    (index, audits)
}

/// The choice in one line.
fn describe(index: &Index, audit: &Audit) -> String {
    let name = |id: &DefinitionId| index.dotted(*id);
    let names =
        |ids: &mut dyn Iterator<Item = &DefinitionId>| ids.map(name).collect::<Vec<_>>().join(", ");
    match &audit.choice {
        Choice::Redirect { canonical, copies } => {
            format!("redirect {} to {}", names(&mut copies.iter()), name(canonical))
        }
        Choice::Extract { path, .. } => format!("extract to {path}"),
        Choice::PullUp { members, base, .. } => {
            format!("pull up {} to {}", names(&mut members.iter()), name(base))
        }
        Choice::NewBase { members, base, .. } => {
            format!("inherit {} from {}", names(&mut members.iter()), base.dotted())
        }
        Choice::Parameterise { canonical, copies } => {
            let copies = names(&mut copies.iter().map(|(id, _)| id));
            format!("parameterise {} for {copies}", name(canonical))
        }
        Choice::Branch { canonical, copy, flag } => {
            format!("branch {} for {} by {flag}", name(canonical), name(copy))
        }
        Choice::Delegate { method, copies } => {
            let copies = names(&mut copies.iter().map(|(id, _)| id));
            format!("let {copies} call {}", name(method))
        }
        Choice::Merge { canonical, copies, .. } => {
            let copies = names(&mut copies.iter().map(|(id, _)| id));
            format!("merge {copies} into {}", name(canonical))
        }
        Choice::Delete { module, .. } => format!("delete {}", index.module(*module).path),
        Choice::Accept => format!("keep: {}", audit.reason),
    }
}

/// The choices about violations, one line each.
fn choices(repository: &str, config: &Config) -> String {
    let (index, audits) = audits(repository, config);
    let violations = audits.iter().filter(|audit| audit.verdict.is_violation());
    violations.map(|audit| describe(&index, audit)).collect::<Vec<_>>().join("\n")
}

/// Two modules of one package, each with a head of its own above the same function.
fn check(head_a: &str, head_b: &str, reads: &str, expected: &str) {
    let body = function("convert", reads);
    let repository = format!(
        "--- app/__init__.py\n--- app/other.py\nclass Thing:\n    pass\n--- app/third.py\nclass Thing:\n    pass\n\
         --- app/a.py\n{head_a}\n{body}\n--- app/b.py\n{head_b}\n{body}\n"
    );
    let found = choices(&repository, &Config::default());
    assert!(found.contains(expected), "{head_a:?} and {head_b:?}: {found}");
}

const REDIRECTED: &str = "redirect app.b.convert to app.a.convert";

#[test]
fn names_that_mean_the_same_let_a_copy_go() {
    check("", "", "str", REDIRECTED);
    check("import json", "import json", "json.dumps", REDIRECTED);
    check("from json import dumps as d", "from json import dumps as d", "d", REDIRECTED);
    check("from app.other import Thing", "from .other import Thing", "Thing", REDIRECTED);
    check(
        "import re\n_P = re.compile('a')",
        "import re\n_P = re.compile('a')",
        "_P.match",
        REDIRECTED,
    );
    check("_LIMIT = 3", "_LIMIT = 3", "_LIMIT.__add__", REDIRECTED);
    // What a value is made of is read once, by its module.
    let made = |mark: &str| format!("BASE = 'x'\n_NAME = f'{mark}{{BASE}}'");
    check(&made("a"), &made("a"), "_NAME.join", REDIRECTED);
    let made = "BASE = 'x'\n_NAME = BASE + '/n'";
    check(made, made, "_NAME.join", REDIRECTED);
    let retried = "from tenacity import retry\n@retry";
    check(retried, retried, "str", REDIRECTED);
    let called = "from twisted.internet import defer\n@defer.inlineCallbacks";
    check(called, called, "str", REDIRECTED);
    check(
        "from typing import Iterator as I",
        "from collections.abc import Iterator as I",
        "I",
        REDIRECTED,
    );
}

#[test]
fn names_that_mean_something_else_keep_a_copy() {
    for (head_a, head_b, reads, reason) in [
        (
            "import logging\nlog = logging.getLogger(__name__)",
            "import logging\nlog = logging.getLogger(__name__)",
            "log.info",
            "`log` is",
        ),
        ("_seen = {}", "_seen = {}\n_seen['a'] = 1", "_seen.get", "`_seen` is"),
        ("LIMIT = 3", "LIMIT = 3", "LIMIT.__add__", "`LIMIT` is"),
        ("_LIMIT = 3", "_LIMIT = 4", "_LIMIT.__add__", "the implementations differ"),
        (
            "BASE = 'x'\n_NAME = f'{BASE}'",
            "BASE = 'y'\n_NAME = f'{BASE}'",
            "_NAME.join",
            "the implementations differ",
        ),
        (
            "from .other import Thing",
            "from .third import Thing",
            "Thing",
            "the implementations differ",
        ),
        ("import json", "import pickle as json", "json.dumps", "the implementations differ"),
        ("", "", "globals", "looks at the module"),
        ("", "", "__name__.join", "looks at the module"),
    ] {
        check(head_a, head_b, reads, reason);
    }
}

#[test]
fn ties_to_the_place_keep_a_copy() {
    for (head_a, head_b, reason) in [
        ("from .other import Thing\n@Thing", "from .other import Thing\n@Thing", "may register"),
        ("import tenacity\n@tenacity.stop", "import tenacity\n@tenacity.stop", "may register"),
        ("", "import convert\n", "binds `convert` more than once"),
        ("", "if True:\n    convert = None\n", "binds `convert` more than once"),
    ] {
        check(head_a, head_b, "str", reason);
    }
}

#[test]
fn a_name_that_a_test_replaces_in_the_module_keeps_the_copy() {
    let body = function("convert", "clock");
    let repository = |patch: &str| {
        format!(
            "--- app/__init__.py\n--- app/a.py\nfrom time import time as clock\n{body}\n\
             --- app/b.py\nfrom time import time as clock\n{body}\n--- tests/test_b.py\n{patch}\n"
        )
    };
    for patch in [
        "from unittest import mock\n@mock.patch('app.b.clock')\ndef test(clock): pass",
        "import app.b\ndef test(monkeypatch): monkeypatch.setattr(app.b, 'clock', None)",
        "from app import b\nb.clock = None",
        "from app import b as module\nfrom unittest import mock\nmock.patch.object(module, 'clock')",
    ] {
        let found = choices(&repository(patch), &Config::default());
        assert!(found.contains("replaces `clock`"), "{patch}: {found}");
    }
    let found = choices(&repository("mock.patch('app.b.convert')"), &Config::default());
    assert_eq!(found, REDIRECTED);
}

#[test]
fn the_direction_is_chosen_so_that_no_cycle_arises() {
    let body = function("convert", "str");
    let repository = format!(
        "--- app/__init__.py\n--- app/a.py\nimport app.b\n{body}\n--- app/b.py\n{body}\n\
         --- app/user.py\nfrom app.a import convert\n--- app/more.py\nfrom app.a import convert\n"
    );
    let found = choices(&repository, &Config::default());
    assert_eq!(found, "redirect app.a.convert to app.b.convert");
}

#[test]
fn modules_that_import_each_other_get_a_module_of_their_own() {
    let body = function("convertAll", "str");
    let repository = format!(
        "--- app/__init__.py\n--- app/a.py\nfrom . import b\n{body}\n--- app/b.py\nfrom . import a\n{body}\n"
    );
    assert_eq!(choices(&repository, &Config::default()), "extract to app/convert_all.py");
}

#[test]
fn two_choices_together_make_no_cycle() {
    let (one, two) = (function("one", "str"), function("two", "int"));
    let repository = format!(
        "--- app/__init__.py\n--- app/a.py\n{one}\n{two}\n--- app/b.py\n{one}\n{two}\n\
         --- app/x.py\nfrom app.a import one\n--- app/y.py\nfrom app.b import two\n"
    );
    let found = choices(&repository, &Config::default());
    assert!(found.contains("redirect app.b.one to app.a.one"), "{found}");
    assert!(found.contains("redirect app.b.two to app.a.two"), "{found}");
}

#[test]
fn a_requirement_never_spreads() {
    let body = function("convert", "str");
    let repository = format!(
        "--- app/__init__.py\n--- app/a.py\nimport numpy\n{body}\n--- app/b.py\n{body}\n\
         --- app/user.py\nfrom app.a import convert\n"
    );
    assert_eq!(choices(&repository, &Config::default()), "redirect app.a.convert to app.b.convert");
}

#[test]
fn a_light_module_does_not_come_to_load_a_heavy_one() {
    let repository = |stack: &str| {
        let file = |n: u32| format!("--- app/heavy/m{n}.py\nfrom app.heavy.m{} import x\n", n + 1);
        let files = (1..=5).map(file).collect::<Vec<_>>().concat();
        let text = "represent the document for retrieval, please";
        format!(
            "--- app/__init__.py\n--- app/light.py\nimport numpy\nPROMPT = \"{text}\"\n\
             --- app/loaded.py\n{stack}\nPROMPT = \"{text}\"\n\
             --- app/heavy/__init__.py\n{files}"
        )
    };
    let found = choices(&repository("from app.heavy.m5 import x"), &Config::default());
    assert_eq!(found, "redirect app.light.PROMPT to app.loaded.PROMPT");
    let (_, audits) = audits(&repository("from app.heavy.m1 import x"), &Config::default());
    assert_eq!(audits[0].choice, Choice::Accept);
    let obstacles = audits[0].candidates.iter().flat_map(|it| &it.obstacles);
    let told: Vec<&str> = obstacles.map(|(_, reason)| reason.as_str()).collect();
    let expected = "app.light would execute 7 more modules through app.loaded";
    assert!(told.iter().any(|it| it.starts_with(expected)), "{told:?}");
}

#[test]
fn classes_are_held_by_what_sees_them() {
    let class = |bases: &str, doc: &str| {
        format!(
            "class Thing{bases}:\n    \"\"\"{doc}\"\"\"\n    one = 1\n    two = 2\n    three = 3\n    def get(self):\n        return self.one\n"
        )
    };
    for (head, bases, docs, extra, expected) in [
        ("", "", ("a", "b"), "", "redirect app.b.Thing to app.a.Thing"),
        ("import enum", "(enum.Enum)", ("a", "a"), "", "redirect app.b.Thing to app.a.Thing"),
        ("import pydantic", "(pydantic.BaseModel)", ("a", "b"), "", "the docstrings differ"),
        (
            "from app.user import Base",
            "(Base)",
            ("a", "a"),
            "from orm import base\nBase = base()\n",
            "may keep a list",
        ),
        ("", "", ("a", "a"), "from app import b\nb.Thing.one = 2\n", "writes attributes of class"),
        (
            "",
            "",
            ("a", "a"),
            "from app.b import Thing\nclass U:\n    cls = Thing\n    def f(self):\n        self.cls.one = 2\n",
            "writes attributes of class",
        ),
    ] {
        let repository = format!(
            "--- app/__init__.py\n--- app/a.py\n{head}\n{}\n--- app/b.py\n{head}\n{}\n--- app/user.py\n{extra}\n",
            class(bases, docs.0),
            class(bases, docs.1)
        );
        let found = choices(&repository, &Config::default());
        assert!(found.contains(expected), "{bases} {extra}: {found}");
    }
}

#[test]
fn boundaries_own_their_copies_unless_a_shared_one_exists() {
    let body = function("convert", "str");
    let boundary = |name: &str| Boundary { name: name.into(), paths: vec![format!("svc/{name}")] };
    let config = Config { boundary: vec![boundary("one"), boundary("two")], ..Config::default() };
    let apart = format!(
        "--- svc/__init__.py\n--- svc/one/__init__.py\n--- svc/one/a.py\n{body}\n--- svc/two/__init__.py\n--- svc/two/a.py\n{body}\n"
    );
    let (_, found) = audits(&apart, &config);
    assert_eq!(found[0].verdict, Verdict::Boundary);
    let shared = format!(
        "{apart}--- core/__init__.py\n--- core/text.py\n{body}\n--- svc/one/user.py\nimport core.text\n"
    );
    let found = choices(&shared, &config);
    assert_eq!(found, "redirect svc.one.a.convert, svc.two.a.convert to core.text.convert");
}

#[test]
fn a_module_that_cannot_be_reached_goes_when_nothing_is_lost() {
    let package =
        "--- app/__init__.py\n--- app/text.py\ndef one(): pass\n--- app/text/__init__.py\n";
    let check = |inside: &str, expected: &str| {
        let found = choices(&format!("{package}{inside}\n"), &Config::default());
        assert!(found.contains(expected), "{inside}: {found}");
    };
    check("def one(): return 1", "delete app/text.py");
    check("from app.other import one\n--- app/other.py\none = 1", "delete app/text.py");
    check("def two(): pass", "only the hidden file defines one");
}

#[test]
fn what_was_decided_is_kept() {
    let body = function("convert", "str");
    let repository = format!("--- app/__init__.py\n--- app/a.py\n{body}\n--- app/b.py\n{body}\n");
    let decision = ssot_model::Decision {
        group: "app.b.convert".into(),
        reason: "on purpose".into(),
        rule: None,
        verdict: None,
        owner: None,
        expires: None,
    };
    let config = Config { decision: vec![decision], ..Config::default() };
    assert_eq!(choices(&repository, &config), "keep: decided in ssot.toml: on purpose");
    let preferred =
        ssot_model::Preference { definition: "app.b.convert".into(), reason: "ours".into() };
    let config = Config { canonical: vec![preferred], ..Config::default() };
    assert_eq!(choices(&repository, &config), "redirect app.a.convert to app.b.convert");
}

/// A method that is large enough to count.
const METHOD: &str = "    def run(self, value):\n        first = str(value)\n        second = first\n        \
                      third = second\n        self.last = third\n        return third\n";

/// A base, two classes below it with one method, and whatever else there is.
fn check_methods(base: &str, a: &str, b: &str, more: &str, expected: &str) {
    let repository = format!(
        "--- app/__init__.py\n--- app/base.py\n{base}\n\
         --- app/a.py\nfrom app.base import Base\n{a}\n\
         --- app/b.py\nfrom app.base import Base\n{b}\n{more}\n"
    )
    .replace("METHOD", METHOD);
    let found = choices(&repository, &Config::default());
    assert!(found.contains(expected), "{repository}\n{found}");
}

const BASE: &str = "class Base:\n    name = None\n";
const IN_A: &str = "class A(Base):\n    kind = 'A'\nMETHOD";
const IN_B: &str = "class B(Base):\n    kind = 'B'\nMETHOD";
const PULLED_UP: &str = "pull up app.a.A.run, app.b.B.run to app.base.Base";
const NEW_BASE: &str = "inherit app.a.A.run, app.b.B.run from app.a_b_shared.RunMixin";

#[test]
fn equal_methods_of_all_classes_below_a_base_move_there() {
    check_methods(BASE, IN_A, IN_B, "", PULLED_UP);
    let below = "--- app/c.py\nfrom app.a import A\nclass C(A):\n    def run(self): return super().run(1)\n";
    check_methods(BASE, IN_A, IN_B, below, PULLED_UP);
    let between = "class Base:\n    name = None\nclass Middle(Base):\n    size = 1\n";
    let in_a = "from app.base import Middle\nclass A(Middle):\n    kind = 'A'\nMETHOD";
    check_methods(between, in_a, IN_B, "", PULLED_UP);
    let needs = "import json\nclass A(Base):\n    kind = 'A'\nMETHOD";
    let needs = needs.replace("METHOD", &METHOD.replace("str(", "json.dumps("));
    let other = needs.replace("class A", "class B").replace("'A'", "'B'");
    check_methods(BASE, &needs, &other, "", PULLED_UP);
}

#[test]
fn an_override_that_equals_what_is_inherited_goes() {
    let base = "class Base:\n    name = None\nMETHOD";
    let alone = "class B(Base):\n    size = 1\n";
    check_methods(base, IN_A, alone, "", "pull up app.a.A.run to app.base.Base");
    check_methods(base, IN_A, IN_B, "", "pull up app.a.A.run, app.b.B.run to app.base.Base");
    let further = "--- app/c.py\nfrom app.a import A\nclass C(A):\n    kind = 'C'\nMETHOD";
    let all = "pull up app.a.A.run, app.c.C.run to app.base.Base";
    check_methods(base, IN_A, alone, further, all);
    // What stands between would be found instead.
    let own =
        "class Base:\n    name = None\nMETHODclass Middle(Base):\n    def run(self): return 1\n";
    let in_a = "from app.base import Middle\nclass A(Middle):\n    kind = 'A'\nMETHOD";
    check_methods(
        own,
        in_a,
        alone,
        "",
        "a class between app.a.A and app.base.Base has another `run`",
    );
}

#[test]
fn a_method_does_not_move_where_somebody_would_notice() {
    let third = |body: &str| format!("--- app/c.py\nfrom app.base import Base\n{body}\n");
    let too_general = third("class C(Base):\n    size = 1\n");
    let asked = third("def ask(it): return hasattr(it, 'run')\n");
    let other = third(
        "from app.a import A\nclass Other:\n    def run(self): return 2\nclass C(A, Other):\n    pass\n",
    );
    let mixed = third(
        "from app.a import A\nclass Other(Base):\n    def run(self): return 2\nclass C(A, Other):\n    pass\n",
    );
    let unknown = third("import lib\nfrom app.a import A\nclass C(A, lib.Other):\n    pass\n");
    for (base, a, b, more, expected) in [
        (BASE, IN_A, IN_B, &*too_general, NEW_BASE),
        (BASE, IN_A, IN_B, &asked, NEW_BASE),
        (BASE, IN_A, IN_B, &other, PULLED_UP),
        (BASE, IN_A, IN_B, &mixed, NEW_BASE),
        (BASE, IN_A, IN_B, &unknown, PULLED_UP),
        ("import lib\nclass Base(lib.Top):\n    name = None\n", IN_A, IN_B, "", NEW_BASE),
        (
            "from typing import Protocol\nclass Base(Protocol):\n    name: str\n",
            IN_A,
            IN_B,
            "",
            NEW_BASE,
        ),
        (
            "class Base:\n    name = None\n    def __init_subclass__(cls): pass\n",
            IN_A,
            IN_B,
            "",
            "app.base.Base hooks into its subclasses",
        ),
        ("class Base:\n    run = None\n", IN_A, IN_B, "", NEW_BASE),
        (
            BASE,
            "class A:\n    kind = 'a'\nMETHOD",
            "class B:\n    kind = 'b'\nMETHOD",
            "",
            NEW_BASE,
        ),
    ] {
        check_methods(base, a, b, more, expected);
    }
}

#[test]
fn what_a_method_reads_has_to_be_there() {
    let with = |head: &str, class: &str, reads: &str| {
        format!(
            "{head}\nclass {class}(Base):\n    kind = '{class}'\n{}",
            METHOD.replace("str(", reads)
        )
    };
    let both = |base: &str, head: &str, reads: &str, expected: &str| {
        check_methods(base, &with(head, "A", reads), &with(head, "B", reads), "", expected);
    };
    both(BASE, "import numpy", "numpy.str(", NEW_BASE);
    both(&format!("import pickle as json\n{BASE}"), "import json", "json.dumps(", NEW_BASE);
    both(BASE, "def helper(it): return it", "helper(", "`helper` is defined in app.a");
    both(BASE, "", "super().run(", NEW_BASE);
    both(BASE, "", "__name__.join(", "looks at the module");
    let typed = "from __future__ import annotations";
    both(BASE, typed, "str(", NEW_BASE);
    let user = "from app.user import Thing\n";
    let more = "--- app/user.py\nfrom app.base import Base\nclass Thing: pass\n";
    let [a, b] = ["A", "B"].map(|class| with(user, class, "Thing("));
    check_methods(BASE, &a, &b, more, NEW_BASE);
    let more = "--- app/user.py\nfrom app.b import B\nclass Thing: pass\n";
    check_methods(BASE, &a, &b, more, "`Thing` comes from app.user, which imports app.b");
}
