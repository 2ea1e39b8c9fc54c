//! Whatever stands around a copy stays as it is, byte for byte.

use std::sync::Arc;

use crate::support::{self, Files};
use proptest::prelude::*;
use ssot_model::{FileChange, RepoPath};
use ssot_rewrite::{Codemod, Decision, Fix, Inherited, Refused, Substitution, Wanted};

const CANONICAL: &str = "import json\n\n\ndef helper(value):\n    return json.dumps(value)\n";

/// Pieces that have nothing to do with the copy. Each ends its line.
const PIECES: [&str; 14] = [
    "def other(value):\n    return [ value,value ]\n",
    "class Größe :\n\tx=1\n\n\n\n\tdef run( self ): return self.x ;\n",
    "# a comment that stands alone\n",
    "# ------------\n# A section\n# ------------\n",
    "TEXT = '''\n\n\ndef helper(value):\n    pass\n\n\n'''\n",
    "if True:\n    import os\n\n    def inner(): pass\n",
    "\x0c\n",
    "X = 1 ; Y = 2  # two\n",
    "import sys\n",
    "from app.names import (  # names\n    one,\n    two,  # the second\n)\n",
    "async def wait():\n    async with sys: pass\n    # done\n",
    "LONG = 1 + \\\n    2\n",
    "   \n",
    "@decorate(\n  'x'\n)\nclass Decorated: ...\n",
];

const COPIES: [&str; 4] = [
    "def helper(value):\n    return json.dumps(value)\n",
    "def helper(value):\n    \"\"\"Says it.\"\"\"\n\n    return json.dumps(value)\n    # closing words\n",
    "# Attached.\ndef helper(value): return json.dumps(value)  # trailing\n",
    "@decorate\n\ndef helper(value):\n\n\n    return json.dumps(value)\n",
];

const GENERAL: &str = "import json\n\n\ndef helper(value):\n    text = json.dumps(value, indent=2)\n    return text\n";

/// Copies of that with another value, and what becomes of them.
const VARIANTS: [(&str, &str); 4] = [
    (
        "def assist(value):\n    text = json.dumps(value, indent=4)\n    return text\n",
        "def assist(value):\n    return helper(value, indent=4)\n",
    ),
    (
        "# Attached.\ndef assist(item):\n    \"\"\"Says it.\"\"\"\n\n    out = json.dumps(item, indent=4)\n    return out\n",
        "# Attached.\ndef assist(item):\n    \"\"\"Says it.\"\"\"\n    return helper(item, indent=4)\n",
    ),
    (
        "def assist(\n    value: int,  # any\n) -> str:\n\n    # First.\n    text: str = json.dumps(value, indent=-1)  # so\n    return text\n",
        "def assist(\n    value: int,  # any\n) -> str:\n    return helper(value, indent=-1)\n",
    ),
    (
        "def assist(value):\n\ttext = json.dumps(\n\t\tvalue,\n\t\tindent = None )\n\n\n\treturn text # end\n",
        "def assist(value):\n\treturn helper(value, indent=None)\n",
    ),
];

#[derive(Debug, Clone)]
struct Layout {
    before: Vec<(usize, usize)>,
    copy: usize,
    gap: usize,
    after: Vec<(usize, usize)>,
    windows: bool,
    mark: bool,
    ends: bool,
}

fn layouts() -> impl Strategy<Value = Layout> {
    let pieces = || prop::collection::vec((0..PIECES.len(), 0..4_usize), 0..5);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (pieces(), 0..COPIES.len(), 1..4_usize, pieces(), flags).prop_map(
        |(before, copy, gap, after, (windows, mark, ends))| Layout {
            before,
            copy,
            gap,
            after,
            windows,
            mark,
            ends,
        },
    )
}

impl Layout {
    fn pieces(pieces: &[(usize, usize)]) -> String {
        let piece =
            |(piece, blank): &(usize, usize)| format!("{}{}", PIECES[*piece], "\n".repeat(*blank));
        pieces.iter().map(piece).collect()
    }

    /// The file with something in the place of the copy, as it is saved.
    fn saved(&self, head: &str, middle: &str) -> String {
        let (before, after) = (Self::pieces(&self.before), Self::pieces(&self.after));
        let gap = "\n".repeat(self.gap);
        let mut text = format!("{head}{before}{gap}{middle}{after}");
        if !self.ends {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if self.windows {
            text = text.replace('\n', "\r\n");
        }
        if self.mark { format!("\u{feff}{text}") } else { text }
    }
}

/// Places, and what they turn into. What stands around an access stays.
const PLACES: [(&str, &str); 5] = [
    ("V = int( os.environ.get('X',\"5\") )\n", "V = int( get_env('X',\"5\") )\n"),
    (
        "V = [\n    os.environ.get(  # why\n        'X' , \n    ) ,\n]\n",
        "V = [\n    get_env(  # why\n        'X' , \n    ) ,\n]\n",
    ),
    (
        "def f(x): return os.environ.get(x, os.environ.get( 'Y' )) ; g = 1\n",
        "def f(x): return get_env(x, get_env( 'Y' )) ; g = 1\n",
    ),
    (
        "if os.environ.get('A') and \\\n   'B' not in os.environ: pass\n",
        "if get_env('A') and \\\n   not has_env('B'): pass\n",
    ),
    ("V = f'{os.environ.get(\"X\")!r:>{9}}'\n", "V = f'{get_env(\"X\")!r:>{9}}'\n"),
];

/// The lines that say something; blank ones are normalised around the copy.
fn lines(text: &str) -> Vec<&str> {
    let content = text
        .split_inclusive('\n')
        .filter(|line| !line.trim_matches([' ', '\t', '\r', '\n']).is_empty());
    content.collect()
}

/// The longest run of blank lines.
fn longest_gap(text: &str) -> usize {
    let blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    let mut longest = 0;
    let mut current = 0;
    for line in text.lines() {
        current = if blank(line) { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    longest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_the_body_of_a_face_and_its_import_change(layout in layouts()) {
        let head = "\"\"\"Module.\"\"\"\nimport json\n";
        let before = layout.saved(head, VARIANTS[layout.copy].0);
        let mut files = Files::new();
        files.insert("app/a.py".to_owned(), GENERAL.to_owned());
        files.insert("app/b.py".to_owned(), before);
        let index = support::index(&files);
        let canonical = index.definition_named("app.a.helper").expect("it is in the text");
        let copy = index.definition_named("app.b.assist").expect("it is in the text");
        let template = support::told_apart(&index, &files, canonical, copy);
        let copies = vec![(copy, template)];
        let decisions = [Decision::Parameterise { canonical, copies }];
        let patch = support::apply(&index, &files, &decisions).expect("nothing speaks against it");

        // The header, the docstring and everything around the function stay.
        let path = RepoPath::new("app/b.py").expect("plain");
        let FileChange::Write(bytes) = &patch.files[&path] else { panic!("the file stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        let (import, face) = ("from app.a import helper\n", VARIANTS[layout.copy].1);
        let expected = layout.saved("\"\"\"Module.\"\"\"\n", face);
        let found: Vec<&str> =
            lines(&after).into_iter().filter(|line| line.trim() != import.trim()).collect();
        prop_assert_eq!(found, lines(&expected));
        prop_assert_eq!(after.matches(import.trim()).count(), 1);

        // What the function is now has the parameter already, and needs no other.
        let result = support::patched(&files, &patch);
        prop_assert_eq!(support::sound(&index, &result, &decisions), Ok(()));
        let again = support::apply(&index, &result, &decisions);
        prop_assert!(matches!(again, Err(Refused::Changed { .. })), "{:?}", again);
    }

    #[test]
    fn only_the_copy_and_its_import_change(layout in layouts()) {
        let head = "\"\"\"Module.\"\"\"\nimport json\n";
        let before = layout.saved(head, COPIES[layout.copy]);
        let mut files = Files::new();
        files.insert("app/a.py".to_owned(), CANONICAL.to_owned());
        files.insert("app/b.py".to_owned(), before.clone());
        let index = support::index(&files);
        let canonical = index.definition_named("app.a.helper").expect("it is in the text");
        let copy = index.definition_named("app.b.helper").expect("it is in the text");
        let decision = Decision::Redirect { canonical, copies: vec![copy], rewrite_imports: true };
        let decisions = [decision];
        let patch = support::apply(&index, &files, &decisions).expect("nothing speaks against it");

        // Nothing but the copy's file changes, and nothing in it but the copy.
        let path = RepoPath::new("app/b.py").expect("plain");
        prop_assert_eq!(patch.write_set().collect::<Vec<_>>(), [&path]);
        let FileChange::Write(bytes) = &patch.files[&path] else { panic!("the file stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        // Wherever the import stands, at the top or where the copy stood.
        let import = "from app.a import helper as helper";
        let expected = layout.saved("\"\"\"Module.\"\"\"\n", "");
        let is_other = |line: &&str| line.trim_start_matches('\u{feff}').trim() != import;
        let bare = |line: &str| line.trim_end_matches(['\r', '\n']).to_owned();
        let found: Vec<String> = lines(&after).into_iter().filter(is_other).map(bare).collect();
        let expected: Vec<String> = lines(&expected).into_iter().map(bare).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(after.matches(import).count(), 1);
        prop_assert!(longest_gap(&after) <= longest_gap(&before));

        // The name still means the same, and a second time there is nothing to do.
        let result = support::patched(&files, &patch);
        prop_assert_eq!(support::sound(&index, &result, &decisions), Ok(()));
        let again = support::index(&result);
        prop_assert_eq!(again.definition_named("app.b.helper"), None);
        let stale = support::apply(&index, &result, &decisions);
        prop_assert_eq!(stale, Err(Refused::Changed { path }));
    }

    #[test]
    fn only_the_copy_goes_and_a_shim_comes_and_goes(layout in layouts()) {
        let head = "\"\"\"Module.\"\"\"\nimport json\n";
        let before = layout.saved(head, COPIES[layout.copy]);
        let mut files = Files::new();
        files.insert("app/a.py".to_owned(), CANONICAL.to_owned());
        files.insert("app/b.py".to_owned(), before);
        let index = support::index(&files);
        let canonical = index.definition_named("app.a.helper").expect("it is in the text");
        let copy = index.definition_named("app.b.helper").expect("it is in the text");
        let decisions = [
            Decision::Redirect { canonical, copies: vec![copy], rewrite_imports: true },
            Decision::Shim { copies: vec![copy], until: "2027-02-28".to_owned() },
        ];
        let patch = support::apply(&index, &files, &decisions).expect("nothing speaks against it");
        let path = RepoPath::new("app/b.py").expect("plain");
        prop_assert_eq!(patch.write_set().collect::<Vec<_>>(), [&path]);
        let FileChange::Write(bytes) = &patch.files[&path] else { panic!("the file stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        let bare = |line: &str| line.trim_end_matches(['\r', '\n']).to_owned();
        let all = |text: &str| lines(text).into_iter().map(bare).collect::<Vec<String>>();
        let expected = all(&layout.saved("\"\"\"Module.\"\"\"\n", ""));
        let found = all(&after);
        prop_assert_eq!(&found[..expected.len()], &expected[..]);
        prop_assert_eq!(found[expected.len()].as_str(), "def __getattr__(name):");

        // The old name leads where it led, and nothing of the shim stays when its day has come.
        let result = support::patched(&files, &patch);
        prop_assert_eq!(support::sound(&index, &result, &decisions), Ok(()));
        let again = support::index(&result);
        let module = again.module_at(&path).expect("it is there");
        let codemod = Arc::new(Codemod::DropShims);
        let drop = [Decision::Fix(Fix { module, lines: None, codemod })];
        let applied = support::apply_and_tell(&again, &result, &drop).expect("it applies");
        prop_assert_eq!(&applied.left, &[]);
        let result = support::patched(&result, &applied.patch);
        prop_assert_eq!(all(&result["app/b.py"]), expected);
    }

    #[test]
    fn a_private_copy_that_nobody_asks_for_goes_without_an_import(layout in layouts()) {
        let private = |text: &str| text.replace("def helper", "def _helper");
        let head = "\"\"\"Module.\"\"\"\nimport json\n";
        let before = layout.saved(head, &private(COPIES[layout.copy]));
        let mut files = Files::new();
        files.insert("app/a.py".to_owned(), private(CANONICAL));
        files.insert("app/b.py".to_owned(), before.clone());
        let index = support::index(&files);
        let canonical = index.definition_named("app.a._helper").expect("it is in the text");
        let copy = index.definition_named("app.b._helper").expect("it is in the text");
        let decisions =
            [Decision::Redirect { canonical, copies: vec![copy], rewrite_imports: true }];
        let patch = support::apply(&index, &files, &decisions).expect("nothing speaks against it");
        let path = RepoPath::new("app/b.py").expect("plain");
        prop_assert_eq!(patch.write_set().collect::<Vec<_>>(), [&path]);
        let FileChange::Write(bytes) = &patch.files[&path] else { panic!("the file stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        let bare = |line: &str| line.trim_end_matches(['\r', '\n']).to_owned();
        let expected = layout.saved("\"\"\"Module.\"\"\"\n", "");
        let found: Vec<String> = lines(&after).into_iter().map(bare).collect();
        let expected: Vec<String> = lines(&expected).into_iter().map(bare).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(longest_gap(&after) <= longest_gap(&before));
        let stale = support::apply(&index, &support::patched(&files, &patch), &decisions);
        prop_assert_eq!(stale, Err(Refused::Changed { path }));
    }

    #[test]
    fn only_the_method_and_its_import_go(layout in layouts()) {
        let indented = |text: &str| -> String {
            text.split_inclusive('\n').map(|line| if line.trim().is_empty() { line.to_owned() } else { format!("    {line}") }).collect()
        };
        let head = "\"\"\"Module.\"\"\"\nimport json\nfrom app.a import Base\n";
        let class = |method: &str| format!("class Own(Base):\n    kind = 1\n{method}\n    def last(self): pass\n");
        let method = indented(&COPIES[layout.copy].replace("@decorate", "@staticmethod"));
        let before = layout.saved(head, &class(&method));
        let base = format!("import json\n\n\nclass Base:\n{}", indented(COPIES[0]));
        let mut files = Files::new();
        files.insert("app/a.py".to_owned(), base);
        files.insert("app/b.py".to_owned(), before.clone());
        let index = support::index(&files);
        let named = |name: &str| index.definition_named(name).expect("it is in the text");
        let decision = Decision::PullUp {
            source: named("app.a.Base.helper"),
            members: vec![named("app.b.Own.helper")],
            base: named("app.a.Base"),
        };
        let decisions = [decision];
        let patch = support::apply(&index, &files, &decisions).expect("nothing speaks against it");
        let path = RepoPath::new("app/b.py").expect("plain");
        prop_assert_eq!(patch.write_set().collect::<Vec<_>>(), [&path]);
        let FileChange::Write(bytes) = &patch.files[&path] else { panic!("the file stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        let head = "\"\"\"Module.\"\"\"\nfrom app.a import Base\n";
        let expected = layout.saved(head, &class(""));
        prop_assert_eq!(lines(&after), lines(&expected));
        prop_assert!(longest_gap(&after) <= longest_gap(&before));

        let result = support::patched(&files, &patch);
        prop_assert_eq!(support::sound(&index, &result, &decisions), Ok(()));
        let stale = support::apply(&index, &result, &decisions);
        prop_assert_eq!(stale, Err(Refused::Changed { path }));
    }

    #[test]
    fn only_methods_that_move_and_bases_change(layout in layouts()) {
        let method = "    def helper(self, value):\n        return json.dumps(value)\n";
        let class = |base: &str, method: &str| format!("class Own{base}:\n    kind = 1\n{method}\n    def last(self): pass\n");
        let before = layout.saved("\"\"\"Module.\"\"\"\nimport json\n", &class("(Top)", method));
        let mut files = Files::new();
        files.insert("app/a.py".to_owned(), format!("import json\n\n\nclass Other:\n{method}"));
        files.insert("app/b.py".to_owned(), before.clone());
        let index = support::index(&files);
        let named = |name: &str| index.definition_named(name).expect("it is in the text");
        let path = RepoPath::new("app/a_b_shared.py").expect("plain");
        let decisions = [Decision::NewBase(Inherited {
            source: named("app.a.Other.helper"),
            members: vec![named("app.a.Other.helper"), named("app.b.Own.helper")],
            class: "OwnMixin".to_owned(),
            module: "app.a_b_shared".to_owned(),
            path,
        })];
        let patch = support::apply(&index, &files, &decisions).expect("nothing speaks against it");
        let path = RepoPath::new("app/b.py").expect("plain");
        let FileChange::Write(bytes) = &patch.files[&path] else { panic!("the file stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        let expected = layout.saved("\"\"\"Module.\"\"\"\n", &class("(OwnMixin, Top)", ""));
        let import = "from app.a_b_shared import OwnMixin";
        let found: Vec<&str> =
            lines(&after).into_iter().filter(|line| line.trim() != import).collect();
        prop_assert_eq!(found, lines(&expected));
        prop_assert_eq!(after.matches(import).count(), 1);

        let result = support::patched(&files, &patch);
        prop_assert_eq!(support::sound(&index, &result, &decisions), Ok(()));
        let stale = support::apply(&index, &result, &decisions);
        prop_assert!(stale.is_err(), "{:?}", stale);
    }

    #[test]
    fn only_the_places_and_their_imports_change(layout in layouts(), nth in 0..PLACES.len()) {
        let (place, result) = PLACES[nth];
        let before = layout.saved("\"\"\"Module.\"\"\"\nimport os\n", place);
        let mut files = Files::new();
        let owner = "def get_env(name, default=None): ...\n\ndef has_env(name): ...\n";
        files.insert("app/env.py".to_owned(), owner.to_owned());
        files.insert("app/b.py".to_owned(), before);
        let index = support::index(&files);
        let path = RepoPath::new("app/b.py").expect("plain");
        let module = index.module_at(&path).expect("it is there");
        let wanted = |name| vec![Wanted::name("app.env", name)];
        let all = vec![
            Substitution::new("os.environ.get($$$A)", "get_env($$$A)", wanted("get_env")),
            Substitution::new("$K not in os.environ", "not has_env($K)", wanted("has_env")),
        ];
        let all = all.into_iter().collect::<Result<_, _>>().expect("good patterns");
        let codemod = Arc::new(Codemod::Substitute(all));
        let decisions = [Decision::Fix(Fix { module, lines: None, codemod: Arc::clone(&codemod) })];
        let applied = support::apply_and_tell(&index, &files, &decisions).expect("it applies");
        prop_assert_eq!(&applied.left, &[]);

        // Besides the places, one line is gone and one has come at most.
        let FileChange::Write(bytes) = &applied.patch.files[&path] else { panic!("it stays") };
        let after = String::from_utf8(bytes.clone()).expect("it was text");
        let is_import = |line: &&&str| {
            let line = line.trim_start_matches('\u{feff}').trim_end();
            line != "import os" && !line.starts_with("from app.env import ")
        };
        let expected = layout.saved("\"\"\"Module.\"\"\"\n", result);
        let left = |text| lines(text).iter().filter(is_import).map(|it| (*it).to_owned()).collect();
        let (found, wanted): (Vec<String>, Vec<String>) = (left(&after), left(&expected));
        prop_assert_eq!(found, wanted);

        // Every name resolves, and a second time there is nothing to do.
        let files = support::patched(&files, &applied.patch);
        prop_assert_eq!(support::sound(&index, &files, &[]), Ok(()));
        let again = support::index(&files);
        let module = again.module_at(&path).expect("it is there");
        let decisions = [Decision::Fix(Fix { module, lines: None, codemod })];
        let second = support::apply_and_tell(&again, &files, &decisions).expect("it applies");
        prop_assert!(second.patch.is_empty(), "{:?}", second.patch);
    }
}
