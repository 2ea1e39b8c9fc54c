//! What the codemods write is proved; what is written otherwise is not.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{Index, Source};
use ssot_model::RepoPath;

use super::{Claim, Proof, Tree, prove};
use crate::behaviour::{Pair, Version};

type Files = BTreeMap<String, String>;

fn index(files: &Files) -> Index {
    let source = |(path, text): (&String, &String)| Source {
        path: RepoPath::new(path).expect("plain"),
        facts: ssot_facts::python::extract(text.as_bytes()),
    };
    Index::build(files.iter().map(source).collect())
}

fn proof(before: &Files, after: &Files, pairs: &[Pair]) -> Proof {
    proof_with(before, after, pairs, &BTreeSet::new())
}

/// The same, where lines of the files before are changed on purpose.
fn proof_with(
    before: &Files,
    after: &Files,
    pairs: &[Pair],
    places: &BTreeSet<(RepoPath, u32)>,
) -> Proof {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let written: Vec<RepoPath> = paths
        .into_iter()
        .filter(|path| !path.starts_with("docs/") && before.get(*path) != after.get(*path))
        .map(|path| RepoPath::new(path).expect("plain"))
        .collect();
    let (left, right) = (index(before), index(after));
    let of_before = |path: &RepoPath| before.get(path.as_str()).cloned();
    let of_after = |path: &RepoPath| after.get(path.as_str()).cloned();
    let claim = Claim { written: &written, places, pairs, adds: !places.is_empty() };
    prove(Tree { index: &left, texts: &of_before }, Tree { index: &right, texts: &of_after }, claim)
}

/// What a golden case gives up on purpose.
fn given_up(case: &str, before: &Files) -> BTreeSet<(RepoPath, u32)> {
    let mut found = BTreeSet::new();
    for line in case.lines().filter_map(|line| line.strip_prefix("> drop-shims ")) {
        let (path, asked) = line.split_once(' ').expect("a path and lines");
        for (at, text) in (1..).zip(before[path].lines()) {
            let is_asked = asked.split(',').any(|it| it == at.to_string());
            if is_asked || text.starts_with("__all__") {
                found.insert((RepoPath::new(path).expect("plain"), at));
            }
        }
    }
    // Something has to be given up so that something may be added.
    if case.contains("> constant ") {
        found.insert((RepoPath::new("app/none.py").expect("plain"), 1));
    }
    for line in case.lines().filter_map(|line| line.strip_prefix("> rename ")) {
        let old = line.split([' ', '.']).nth(2).expect("a name");
        for (path, text) in before {
            let says = |text: &str| text.contains(old) && text.contains('"');
            let lines = (1..).zip(text.lines()).filter(|(_, text)| says(text));
            found.extend(lines.map(|(at, _)| (RepoPath::new(path).expect("plain"), at)));
        }
    }
    found
}

/// A golden case of the codemods: title, files before, files after, what is given up.
type GoldenCase = (String, Files, Files, BTreeSet<(RepoPath, u32)>);

fn cases(text: &str) -> Vec<GoldenCase> {
    let mut found = Vec::new();
    for case in text.split("#### ").skip(1) {
        let (mut before, mut after) = (Files::new(), BTreeMap::new());
        let (mut open, mut refused): (Option<&mut String>, bool) = (None, false);
        for line in case.lines().skip(1) {
            if let Some(path) = line.strip_prefix("--- ") {
                open = Some(before.entry(path.to_owned()).or_default());
            } else if let Some(path) = line.strip_prefix("+++ ") {
                let after: &mut Option<String> = after.entry(path.to_owned()).or_default();
                open = Some(after.get_or_insert_default());
            } else if let Some(path) = line.strip_prefix("xxx ") {
                after.insert(path.to_owned(), None);
                open = None;
            } else if line.starts_with("! ") {
                refused = true;
            } else if !line.starts_with("> ")
                && !line.starts_with("? ")
                && let Some(file) = &mut open
            {
                file.push_str(line);
                file.push('\n');
            }
        }
        let mut now = before.clone();
        for (path, text) in after {
            match text {
                Some(text) => drop(now.insert(path, text)),
                None => drop(now.remove(&path)),
            }
        }
        let title = case.lines().next().unwrap_or_default().to_owned();
        let places = given_up(case, &before);
        found.extend((!refused).then_some((title, before, now, places)));
    }
    found
}

/// Cases of the codemods in which the decision takes two for one that are not: the rules
/// would not.
const NOT_EQUAL: [&str; 1] = ["imports under a condition stay"];

#[test]
fn what_the_codemods_write_is_proved() {
    let files = [
        ("redirect", include_str!("../../../rewrite/tests/python/cases/redirect.txt")),
        ("importers", include_str!("../../../rewrite/tests/python/cases/importers.txt")),
        ("extract", include_str!("../../../rewrite/tests/python/cases/extract.txt")),
        ("pull_up", include_str!("../../../rewrite/tests/python/cases/pull_up.txt")),
        ("delegate", include_str!("../../../rewrite/tests/python/cases/delegate.txt")),
        ("new_base", include_str!("../../../rewrite/tests/python/cases/new_base.txt")),
        ("merge", include_str!("../../../rewrite/tests/python/cases/merge.txt")),
        ("rename", include_str!("../../../rewrite/tests/python/cases/rename.txt")),
        ("branch", include_str!("../../../rewrite/tests/python/cases/branch.txt")),
        ("constant", include_str!("../../../rewrite/tests/python/cases/constant.txt")),
        ("shim", include_str!("../../../rewrite/tests/python/cases/shim.txt")),
        ("parameterise", include_str!("../../../rewrite/tests/python/cases/parameterise.txt")),
    ];
    let (mut all, mut unproved) = (0, Vec::new());
    for (name, text) in files {
        for (title, before, after, places) in cases(text) {
            all += 1;
            let found = proof_with(&before, &after, &[], &places);
            let is_equal = !NOT_EQUAL.contains(&title.as_str());
            if found.breaks.is_empty() != is_equal {
                unproved.push(format!("{name}: {title}\n    {}", found.breaks.join("\n    ")));
            }
        }
    }
    assert!(all > 40, "{all}");
    assert!(unproved.is_empty(), "{} of {all}\n{}", unproved.len(), unproved.join("\n"));
}

const BEFORE: [(&str, &str); 4] = [
    ("app/__init__.py", ""),
    (
        "app/a.py",
        "import os\n\nLIMIT = 3\n\n\ndef cut(text, size=3):\n    try:\n        return \
         text[:size]\n    except TypeError:\n        return None\n    finally:\n        \
         os.sync()\n\n\ndef cut_all(texts, size=3):\n    return [cut(it) for it in texts]\n",
    ),
    (
        "app/b.py",
        "import os\n\n\ndef cut(text, size=3):\n    \"\"\"Cuts.\"\"\"\n    try:\n        return \
         text[:size]\n    except TypeError:\n        return None\n    finally:\n        \
         os.sync()\n\n\nprint(cut('x'))\nprint(cut('y'))\n",
    ),
    ("app/c.py", "from app.b import cut\n\nuse = cut\n"),
];

fn files(changes: &[(&str, &str, &str)]) -> (Files, Files) {
    let before: Files =
        BEFORE.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let mut after = before.clone();
    let copy = after.get_mut("app/b.py").expect("it is there");
    *copy = "from app.a import cut\n\nprint(cut('x'))\nprint(cut('y'))\n".to_owned();
    for (path, was, is) in changes {
        let text = after.get_mut(*path).expect("a file of the case");
        assert!(text.contains(was), "{path} has no {was}");
        *text = text.replacen(was, is, 1);
    }
    (before, after)
}

#[test]
fn a_wrong_consolidation_is_not_proved() {
    let good = files(&[]);
    assert_eq!(proof(&good.0, &good.1, &[]).breaks, Vec::<String>::new());
    for (change, said) in [
        (("app/b.py", "import cut", "import cut_all as cut"), "does not stand for it"),
        (("app/b.py", "import cut", "import LIMIT as cut"), "leads to something else"),
        (("app/b.py", "print(cut('y'))\n", ""), "is gone"),
        (
            ("app/b.py", "print(cut('x'))\nprint(cut('y'))", "print(cut('y'))\nprint(cut('x'))"),
            "became",
        ),
        (("app/a.py", "size=3", "size=4"), "became"),
        (("app/a.py", "size=3", "size"), "became"),
        (("app/a.py", "except TypeError", "except ValueError"), "became"),
        (("app/a.py", "    finally:\n        os.sync()\n", ""), "is gone"),
        (("app/a.py", "import os", "import shutil as os"), "means something else"),
        (("app/a.py", "LIMIT = 3", "LIMIT = 4"), "became"),
        (("app/a.py", "def cut(", "@print\ndef cut("), "became"),
        (("app/a.py", "LIMIT = 3", "LIMIT = 3\nMORE = 4"), "is new"),
        (
            ("app/b.py", "import cut", "import cut\nfrom app.a import cut_all as print"),
            "`print` means",
        ),
        (("app/c.py", "app.b import cut", "app.a import cut_all as cut"), "means something else"),
    ] {
        let (before, after) = files(&[change]);
        let breaks = proof(&before, &after, &[]).breaks.join("; ");
        assert!(breaks.contains(said), "{change:?}: {breaks}");
    }
}

#[test]
fn a_shim_must_lead_to_what_is_gone() {
    let shim = |target: &str| {
        format!(
            "def __getattr__(name):\n    if name == 'cut':\n        import warnings\n\n        from \
             app.a import {target} as cut\n\n        warnings.warn('2027-01-31', \
             DeprecationWarning)\n        return cut\n    raise AttributeError(name)\n"
        )
    };
    let (before, mut after) = files(&[
        ("app/b.py", "import cut", "import cut as _cut"),
        ("app/b.py", "print(cut('x'))\nprint(cut('y'))", "print(_cut('x'))\nprint(_cut('y'))"),
        ("app/c.py", "app.b import cut", "app.a import cut"),
    ]);
    let without = after["app/b.py"].clone();
    for (end, said) in [
        (shim("cut"), ""),
        (shim("cut_all"), "nothing stands for `app.b.cut`"),
        (shim("cut").replace("return cut", "return print"), "`app.b.__getattr__` is new"),
        (
            shim("cut").replace("raise AttributeError(name)", "return 1"),
            "`app.b.__getattr__` is new",
        ),
    ] {
        after.insert("app/b.py".to_owned(), format!("{without}\n\n{end}"));
        let breaks = proof(&before, &after, &[]).breaks.join("; ");
        let is_right = if said.is_empty() { breaks.is_empty() } else { breaks.contains(said) };
        assert!(is_right, "{end}: {breaks}");
    }
}

#[test]
fn versions_that_are_called_need_not_be_the_same_code() {
    let (before, after) = files(&[("app/a.py", "size=3", "size=4")]);
    let pair = |left: &str, right: &str| Pair {
        left: Version::new(left, "cut"),
        right: Version::new(right, "cut"),
    };
    let found = proof(&before, &after, &[pair("app.b", "app.a"), pair("app.a", "app.a")]);
    assert_eq!(found.breaks, Vec::<String>::new());
    assert_eq!(found.called.len(), 2, "{found:?}");
}

/// Two classes, and what becomes of them when a method of both moves into a new class.
fn gathered(run: &str) -> (Files, Files) {
    let files = |files: &[(&str, String)]| -> Files {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect()
    };
    let method = "    def run(self):\n        return 1\n";
    let other = "    def other(self):\n        return 2\n";
    let before = files(&[
        ("app/a.py", format!("class A:\n{method}\n{other}")),
        ("app/b.py", format!("class B(dict):\n{method}")),
    ]);
    let import = "from app.shared import Shared\n\n\n";
    let after = files(&[
        ("app/a.py", format!("{import}class A(Shared):\n{other}")),
        ("app/b.py", format!("{import}class B(Shared, dict):\n    pass\n")),
        ("app/shared.py", format!("class Shared:\n    def run(self):\n        {run}\n")),
    ]);
    (before, after)
}

#[test]
fn a_new_class_holds_what_is_gone_from_others() {
    let (before, after) = gathered("return 1");
    assert_eq!(proof(&before, &after, &[]).breaks, Vec::<String>::new());
    let (before, after) = gathered("return 3");
    let breaks = proof(&before, &after, &[]).breaks.join("; ");
    assert!(breaks.contains("nothing stands for `app.a.A.run`"), "{breaks}");
}

#[test]
fn a_new_base_of_a_class_with_slots_has_slots_too() {
    let (mut before, mut after) = gathered("return 1");
    let add = |files: &mut Files, path: &str, slots: &str| {
        let text = files.get_mut(path).expect("a file");
        let body = text.find(":\n").expect("a class") + 2;
        text.insert_str(body, &format!("    __slots__ = {slots}\n"));
    };
    for files in [&mut before, &mut after] {
        add(files, "app/a.py", "('size',)");
    }
    let breaks = proof(&before, &after, &[]).breaks.join("; ");
    assert!(breaks.contains("`A` has slots, and its new base app.shared.Shared"), "{breaks}");
    let bare = after.clone();
    add(&mut after, "app/shared.py", "()");
    assert_eq!(proof(&before, &after, &[]).breaks, Vec::<String>::new());
    after = bare;
    add(&mut after, "app/shared.py", "('more',)");
    assert_ne!(proof(&before, &after, &[]).breaks, Vec::<String>::new());
}
