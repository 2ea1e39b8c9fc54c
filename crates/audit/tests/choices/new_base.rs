//! What is chosen for equal methods of classes that have nothing above them in common.

use ssot_model::Config;

use crate::{METHOD, choices};

/// The choices for files, in which `METHOD` stands for one method.
fn chosen(files: &[(&str, &str)]) -> String {
    let mut repository = "--- app/__init__.py\n".to_owned();
    for (path, text) in files {
        for part in ["--- ", path, "\n", text, "\n"] {
            repository += part;
        }
    }
    let repository = repository.replace("METHOD", METHOD);
    choices(&repository, &Config::default())
}

fn check(files: &[(&str, &str)], expected: &str) {
    let found = chosen(files);
    assert!(found.contains(expected), "{files:#?}\n{found}");
}

const A: &str = "class BlobLoader:\n    kind = 'a'\nMETHOD";
const B: &str = "class FileLoader:\n    kind = 'b'\nMETHOD";
const MOVED: &str =
    "inherit app.a.BlobLoader.run, app.b.FileLoader.run from app.a_b_shared.LoaderMixin";

#[test]
fn equal_methods_of_unrelated_classes_get_a_class_of_their_own() {
    check(&[("app/a.py", A), ("app/b.py", B)], MOVED);
    let below = "from app.a import BlobLoader\nclass C(BlobLoader):\n    def run(self): return super().run(1)\n";
    check(&[("app/a.py", A), ("app/b.py", B), ("app/c.py", below)], MOVED);
    // The new class gets none either.
    let slots = "class BlobLoader:\n    __slots__ = ('last',)\nMETHOD";
    check(&[("app/a.py", slots), ("app/b.py", B)], MOVED);
    let together = format!("{A}\n{B}");
    check(
        &[("app/a.py", &together)],
        "inherit app.a.BlobLoader.run, app.a.FileLoader.run from app.a._LoaderMixin",
    );
    let lazy =
        "import importlib\ndef __getattr__(name):\n    return importlib.import_module(name)\n";
    let files =
        [("app/inner/__init__.py", lazy), ("app/inner/acme_a.py", A), ("app/inner/acme_b.py", B)];
    check(&files, "from app.inner.acme_shared.LoaderMixin");
}

#[test]
fn what_two_modules_share_comes_into_one_module() {
    let more = METHOD.replace("run", "walk").replace("str(", "list(");
    let a = format!("{A}{more}class BlobStore:\n    size = 1\n{}", METHOD.replace("str(", "set("));
    let b = format!("{B}{more}class FileStore:\n    size = 2\n{}", METHOD.replace("str(", "set("));
    let files = [("app/a.py", a.as_str()), ("app/b.py", b.as_str())];
    for expected in [
        MOVED,
        "inherit app.a.BlobLoader.walk, app.b.FileLoader.walk from app.a_b_shared.LoaderMixin",
        "inherit app.a.BlobStore.run, app.b.FileStore.run from app.a_b_shared.StoreMixin",
    ] {
        check(&files, expected);
    }
}

#[test]
fn equal_constants_that_are_imported_are_the_same() {
    let reads = |home: &str, text: &str| {
        let head = format!("from app.{home} import LIMIT\n");
        format!("{head}{}", text.replace("METHOD", &METHOD.replace("str(value)", "LIMIT")))
    };
    let (a, b) = (reads("one", A), reads("two", B));
    let files = |value: &'static str| {
        [
            ("app/a.py", a.as_str()),
            ("app/b.py", b.as_str()),
            ("app/one.py", "LIMIT = 'urn:1'\n"),
            ("app/two.py", value),
        ]
    };
    check(&files("LIMIT = 'urn:1'\n"), MOVED);
    for other in ["LIMIT = 'urn:2'\n", "LIMIT = 'urn:1'\nLIMIT = 'urn:1'\n"] {
        let found = chosen(&files(other));
        assert!(!found.contains("inherit"), "{found}");
    }
}

#[test]
fn a_class_that_cannot_have_one_more_base_keeps_its_method() {
    let listed = "import enum\nclass BlobLoader(enum.Enum):\n    kind = 'a'\nMETHOD";
    let both = "from app.a import BlobLoader\nfrom app.b import FileLoader\nclass C(BlobLoader, FileLoader):\n    pass\n";
    let counted = "class Top:\n    def __init_subclass__(cls): pass\n";
    let hooked = "from app.c import Top\nclass BlobLoader(Top):\n    kind = 'a'\nMETHOD";
    let asks = format!("{A}    def other(self):\n        return super().run(1)\n");
    let plug_ins = "import pkgutil\nFOUND = list(pkgutil.iter_modules())\n";
    for (a, more, expected) in [
        (listed, "", "app.a.BlobLoader is made by enum.Enum"),
        (A, both, "app.c.C inherits from two of them"),
        (hooked, counted, "app.c.Top hooks into its subclasses"),
        (&*asks, "", "app.a.BlobLoader asks `super()` for `run`"),
        (A, plug_ins, "app/c.py:2 takes every module of app in"),
    ] {
        check(&[("app/a.py", a), ("app/b.py", B), ("app/c.py", more)], expected);
    }
}

#[test]
fn back_ends_side_by_side_may_agree_by_chance() {
    let driver = |name: &str, method: &str| {
        format!(
            "from app.base import Driver\nclass {name}Driver(Driver):\n    kind = '{name}'\n{method}"
        )
    };
    let family = |first: &str, second: &str| {
        let with =
            [first, second].map(|it| (format!("app/inner/{it}.py"), driver("Some", "METHOD")));
        let plain = ["u", "v", "w"].map(|it| (format!("app/inner/{it}.py"), driver("Other", "")));
        let base = "class Driver:\n    size = 1\n".to_owned();
        let face = ("app/inner/__init__.py".to_owned(), String::new());
        with.into_iter().chain(plain).chain([("app/base.py".to_owned(), base), face]).collect()
    };
    let files: Vec<(String, String)> = family("acme", "other");
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = chosen(&files);
    assert!(!found.contains("inherit"), "{found}");
}

#[test]
fn what_lies_in_two_packages_is_shared_where_the_project_keeps_such_things() {
    let (a, b) = (("app/one/acme_a.py", A), ("app/two/acme_b.py", B));
    let packages = [("app/one/__init__.py", ""), ("app/two/__init__.py", "")];
    let beside = |more: &[(&str, &str)], expected: &str| {
        check(&[&packages[..], more, &[a, b]].concat(), expected);
    };
    beside(&[], "from app.acme_shared.LoaderMixin");
    beside(&[("app/utils/__init__.py", "")], "from app.utils.acme_shared.LoaderMixin");
    let both = [("app/common/__init__.py", ""), ("app/utils/__init__.py", "")];
    beside(&both, "from app.common.acme_shared.LoaderMixin");
    // A place that leads back to those who would import from it is none, nor one that
    // needs what they do not need.
    let back = "from app.one.acme_a import BlobLoader\n";
    beside(&[("app/utils/__init__.py", back)], "from app.acme_shared.LoaderMixin");
    beside(&[("app/utils/__init__.py", "import numpy\n")], "from app.acme_shared.LoaderMixin");
}

#[test]
fn a_class_of_two_back_ends_gets_no_module_of_its_own() {
    let class = "import enum\nclass Strategy(enum.Enum):\n    NEAR = 'l2'\n    FAR = 'cosine'\n    BOTH = 'inner'\n    def said(self):\n        return self.value.title()\n";
    let store = |needs: &str, name: &str| {
        format!(
            "import {needs}\nfrom app.base import Base\n{class}class {name}Store(Base):\n    kind = '{name}'\n"
        )
    };
    let (acme, other) = (store("numpy", "Acme"), store("sqlalchemy", "Other"));
    let plain = |name: &str| format!("from app.base import Base\nclass {name}Store(Base): ...\n");
    let (third, fourth, fifth, sixth) =
        (plain("Third"), plain("Fourth"), plain("Fifth"), plain("Sixth"));
    let base = ("app/base.py", "class Base: ...\n");
    let two = [
        base,
        ("app/stores/__init__.py", ""),
        ("app/stores/acme.py", &acme),
        ("app/stores/other.py", &other),
    ];
    let found = chosen(&two);
    assert!(found.contains("extract to app/stores/strategy.py"), "{found}");
    let more = [
        ("app/stores/third.py", third.as_str()),
        ("app/stores/fourth.py", &fourth),
        ("app/stores/fifth.py", &fifth),
        ("app/stores/sixth.py", &sixth),
    ];
    let found = chosen(&[&two[..], &more].concat());
    assert!(!found.contains("extract"), "{found}");
}
