//! What the ratchet lets through and what it stops.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ssot_facts::{Index, Source, python};
use ssot_model::{
    Baseline, Config, DefinitionKind, Finding, Fingerprint, Member, RepoPath, Severity, Span,
    Tombstone,
};
use ssot_rules::ratchet::{self, Note};
use ssot_rules::{Circumstances, RULES};

/// Files by path.
type Files = BTreeMap<String, String>;

fn scan(files: &Files, tombstones: &[Tombstone]) -> (Index, Vec<Finding>) {
    let source = |(path, text): (&String, &String)| Source {
        path: RepoPath::new(path).expect("tests use plain paths"),
        facts: python::extract(text.as_bytes()),
    };
    let index = Index::build(files.iter().map(source).collect());
    let circumstances =
        Circumstances { tombstones: tombstones.to_vec(), ..Circumstances::default() };
    let findings = ssot_rules::detect(RULES, &index, &Config::default(), &circumstances);
    (index, findings)
}

fn note(reason: &str) -> Note {
    Note { reason: reason.to_owned(), since: "2026-06-01".to_owned(), by: "Ines".to_owned() }
}

fn record(files: &Files, old: &Baseline) -> Baseline {
    let (index, findings) = scan(files, &old.tombstones);
    ratchet::record(&index, &findings, old, &note("as it was"))
}

/// The new members, as rule and dotted name; and the number of fixed entries.
fn standing(files: &Files, baseline: &Baseline) -> (Vec<String>, usize) {
    let (index, findings) = scan(files, &baseline.tombstones);
    let standing = ratchet::compare(&index, &findings, baseline);
    let new = standing.new.iter().flat_map(|(at, members)| {
        let finding = &findings[*at];
        let name =
            |member: &usize| format!("{} {}", finding.rule, finding.members[*member].dotted());
        members.iter().map(name).collect::<Vec<_>>()
    });
    let mut new: Vec<String> = new.collect();
    new.sort();
    (new, standing.fixed.len())
}

const TOTAL: &str = "def total(rows, rate):\n    result = 0\n    for row in rows:\n        result += row.price\n        \
                     result -= row.discount\n    return result * rate\n";
const SESSION: &str = "class Session:\n    def __init__(self, url):\n        self.url = url\n        self.open = []\n\n    \
                       def send(self, body):\n        self.open.append(body)\n        return len(self.open)\n";

fn repository() -> Files {
    let file = |path: &str, text: String| (path.to_owned(), text);
    BTreeMap::from([
        file("shop/__init__.py", String::new()),
        file("shop/orders.py", format!("ORDERS = 1\n\n\n{TOTAL}")),
        file("shop/billing.py", format!("BILLS = 2\n\n\n{TOTAL}\n\n{SESSION}")),
        file("shop/gateway.py", format!("GATE = 3\n\n\n{SESSION}")),
    ])
}

#[test]
fn what_was_there_is_known_and_what_comes_is_new() {
    let before = repository();
    let baseline = record(&before, &Baseline::default());
    assert_eq!(baseline.entries.len(), 2, "{baseline:?}");
    assert_eq!(standing(&before, &baseline), (vec![], 0));
    for (change, new, fixed) in [
        // A third copy, under the name or under another.
        (("shop/tax.py", TOTAL.to_owned()), vec!["duplicate-definition shop.tax.total"], 0),
        (("shop/tax.py", TOTAL.replace("total", "sums")), vec!["exact-clone shop.tax.sums"], 0),
        // One of two is gone: fixed.
        (("shop/orders.py", "ORDERS = 1\n".to_owned()), vec![], 1),
        // Both grow apart in one edit: still the same two.
        (("shop/orders.py", TOTAL.replace("rate\n", "rate + 1\n")), vec![], 0),
    ] {
        let mut files = before.clone();
        let (path, text) = change;
        files.insert(path.to_owned(), text);
        assert_eq!(
            standing(&files, &baseline),
            (new.iter().map(|it| (*it).to_owned()).collect(), fixed),
            "{path}"
        );
    }
}

#[test]
fn a_copy_is_new_although_another_went_away_before() {
    let mut files = repository();
    let baseline = record(&files, &Baseline::default());
    // One of the two is edited away, its name stays; a copy of the other comes.
    files
        .insert("shop/orders.py".to_owned(), "def total(rows):\n    return sum(rows)\n".to_owned());
    files.insert("shop/tax.py".to_owned(), TOTAL.to_owned());
    let (new, _) = standing(&files, &baseline);
    assert!(new.contains(&"duplicate-definition shop.tax.total".to_owned()), "{new:?}");
}

#[test]
fn the_copy_is_blamed_and_not_what_was_renamed_in_its_file() {
    let mut files = repository();
    let baseline = record(&files, &Baseline::default());
    files.insert("shop/orders.py".to_owned(), TOTAL.replace("total", "sums"));
    files.insert("extra.py".to_owned(), TOTAL.replace("total", "again"));
    let (new, _) = standing(&files, &baseline);
    assert_eq!(new, ["exact-clone extra.again"]);
}

#[test]
fn a_removed_definition_may_not_return() {
    let before = repository();
    let baseline = record(&before, &Baseline::default());
    let mut after = before.clone();
    after.insert("shop/orders.py".to_owned(), "from shop.billing import total\n".to_owned());
    let baseline = record(&after, &baseline);
    assert_eq!(baseline.entries.len(), 1);
    let graves: Vec<&str> = baseline.tombstones.iter().map(|it| it.definition.as_str()).collect();
    assert_eq!(graves, ["shop.orders.total"]);
    assert_eq!(baseline.tombstones[0].instead, "shop.billing.total");
    assert_eq!(standing(&after, &baseline), (vec![], 0));
    let returned = |path: &str, text: &str| {
        let mut files = after.clone();
        files.insert(path.to_owned(), text.to_owned());
        let (new, _) = standing(&files, &baseline);
        new.iter().any(|it| it.starts_with("tombstone-returned "))
    };
    assert!(returned("shop/orders.py", TOTAL));
    assert!(returned("shop/orders.py", "def total(rows):\n    return 0\n"));
    assert!(returned("shop/tax.py", &TOTAL.replace("total", "sums")));
    assert!(!returned("shop/orders.py", "total = 3\n"));
    // The one that was kept may be moved and renamed.
    let mut moved = after.clone();
    moved.insert("shop/billing.py".to_owned(), SESSION.to_owned());
    moved.insert("shop/sums.py".to_owned(), TOTAL.replace("total", "sums"));
    moved.insert("shop/orders.py".to_owned(), String::new());
    assert_eq!(standing(&moved, &baseline).0, Vec::<String>::new());
    // Who accepts the return opens the grave.
    let mut back = after.clone();
    back.insert("shop/orders.py".to_owned(), "def total(rows):\n    return 0\n".to_owned());
    let baseline = record(&back, &baseline);
    assert!(baseline.tombstones.is_empty());
    assert_eq!(standing(&back, &baseline).0, Vec::<String>::new());
}

/// A finding about reads of the environment, `path:definition` each.
fn reads(files: &Files, places: &[(&str, &str)]) -> (Index, Vec<Finding>) {
    let (index, _) = scan(files, &[]);
    let member = |(path, around): &(&str, &str)| Member {
        path: RepoPath::new(path).expect("tests use plain paths"),
        span: Span { start: 2, end: 2 },
        module: path.trim_end_matches(".py").replace('/', "."),
        qualified_name: (*around).to_owned(),
        digest: "os.environ".to_owned(),
    };
    let fingerprint = Fingerprint::new("0".repeat(32));
    let finding = Finding {
        id: fingerprint.group_id(),
        fingerprint,
        rule: "capability-owner".to_owned(),
        severity: Severity::Error,
        verdict: None,
        confidence: 100,
        name: "environment".to_owned(),
        kind: DefinitionKind::Place,
        summary: String::new(),
        evidence: Vec::new(),
        members: places.iter().map(member).collect(),
        cost: 1,
        question: None,
        accepted: None,
    };
    (index, vec![finding])
}

#[test]
fn places_are_counted_and_follow_the_definition_around_them() {
    let read = |name: &str| format!("def {name}():\n    return environ['A']\n");
    let file = |path: &str, text: String| (path.to_owned(), text);
    let before = BTreeMap::from([file("a.py", read("load")), file("b.py", "B = 1\n".to_owned())]);
    let (index, findings) = reads(&before, &[("a.py", "load"), ("a.py", "load"), ("b.py", "")]);
    let baseline = ratchet::record(&index, &findings, &Baseline::default(), &note("old"));
    let other = || file("c.py", read("other"));
    let (a, b) = (file("a.py", read("load")), file("b.py", "B = 1\n".to_owned()));
    for (files, places, new) in [
        (vec![a.clone(), b.clone()], vec![("a.py", "load"), ("b.py", ""), ("a.py", "load")], 0),
        // One more of the same in the same definition, or elsewhere.
        (vec![a.clone(), b.clone()], vec![("a.py", "load"); 3], 1),
        (vec![a.clone(), b.clone(), other()], vec![("a.py", "load"), ("c.py", "other")], 1),
        // Renamed in its file, moved under its name, moved and renamed with its content.
        (vec![file("a.py", read("fetch")), b.clone()], vec![("a.py", "fetch"); 2], 0),
        (vec![file("d/x.py", read("load")), b.clone()], vec![("d/x.py", "load"); 2], 0),
        (vec![file("d/x.py", read("fetch")), b.clone()], vec![("d/x.py", "fetch"); 2], 0),
        (vec![a.clone(), file("d/b.py", String::new())], vec![("d/b.py", "")], 0),
        // The old ones are still allowed, so that this is no move.
        (vec![a, file("d/b.py", String::new()), b], vec![("d/b.py", "")], 1),
    ] {
        let files = files.into_iter().collect();
        let (index, findings) = reads(&files, &places);
        let standing = ratchet::compare(&index, &findings, &baseline);
        let found: usize = standing.new.iter().map(|(_, members)| members.len()).sum();
        assert_eq!(found, new, "{places:?} in {files:#?}");
    }
}

#[test]
fn a_hidden_module_is_known_where_its_package_moves() {
    let package = |root: &str| -> Files {
        let file = |path: &str, text: &str| (format!("{root}/{path}"), text.to_owned());
        BTreeMap::from([
            file("__init__.py", ""),
            file("hooks.py", "def one():\n    return 1\n"),
            file("hooks/__init__.py", "from json import loads\n"),
        ])
    };
    let baseline = record(&package("shop"), &Baseline::default());
    assert_eq!(standing(&package("store"), &baseline), (vec![], 0));
    let both = package("shop").into_iter().chain(package("store")).collect();
    assert!(!standing(&both, &baseline).0.is_empty());
}

#[test]
fn a_definition_of_several_entries_moves_with_all_of_them() {
    let files = repository();
    let mut baseline = record(&files, &Baseline::default());
    // The same definition in company of one that is gone since.
    let mut other = baseline.entries.iter().find(|it| it.name == "total").cloned().expect("it is");
    other.members[0].definition = "shop.gone.total".to_owned();
    baseline.entries.push(other);
    let moved = files.into_iter().map(|(path, text)| (format!("depot/{path}"), text)).collect();
    assert_eq!(standing(&moved, &baseline), (vec![], 0));
}

#[test]
fn what_was_renamed_leaves_no_tombstone() {
    let mut files = repository();
    let baseline = record(&files, &Baseline::default());
    // Too small a rest to be found as a pair any more, under a new name.
    files.insert("shop/billing.py".to_owned(), String::new());
    files.insert("shop/gateway.py".to_owned(), SESSION.replace("Session", "Channel"));
    let next = record(&files, &baseline);
    let graves: Vec<&str> = next.tombstones.iter().map(|it| it.definition.as_str()).collect();
    assert_eq!(graves, ["shop.billing.total"]);
}

#[test]
fn what_was_known_keeps_its_reason() {
    let mut files = repository();
    let baseline = record(&files, &Baseline::default());
    files.insert("shop/tax.py".to_owned(), "def kept():\n    pass\n".to_owned());
    files.insert("shop/vat.py".to_owned(), TOTAL.to_owned());
    let (index, findings) = scan(&files, &[]);
    let next = ratchet::record(&index, &findings, &baseline, &note("another"));
    let reasons: Vec<(&str, &str)> =
        next.entries.iter().map(|it| (it.name.as_str(), it.reason.as_str())).collect();
    assert_eq!(reasons, [("Session", "as it was"), ("total", "another")]);
}

/// A change that leaves what the code means alone.
#[derive(Debug, Clone)]
enum Change {
    /// A file goes to another directory.
    Move(usize),
    /// A definition gets another name.
    Rename(usize),
    /// Comments and empty lines come in.
    Comment(usize),
    /// Expressions are laid out otherwise.
    Reformat(usize),
    /// Definitions that nobody has anywhere else.
    Grow(usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let at = || 0..3_usize;
    let change = prop_oneof![
        at().prop_map(Change::Move),
        at().prop_map(Change::Rename),
        at().prop_map(Change::Comment),
        at().prop_map(Change::Reformat),
        at().prop_map(Change::Grow),
    ];
    prop::collection::vec(change, 0..6)
}

/// Makes one change; the number keeps new names apart.
fn make(files: &mut Files, change: &Change, number: usize) {
    let path = |at: usize| files.keys().filter(|it| !it.ends_with("__init__.py")).nth(at).cloned();
    let (Change::Move(at)
    | Change::Rename(at)
    | Change::Comment(at)
    | Change::Reformat(at)
    | Change::Grow(at)) = change;
    let path = path(*at).expect("three files stay three files");
    let text = files.remove(&path).expect("it was listed");
    let name = path.rsplit('/').next().expect("a path has a last part").to_owned();
    let (path, text) = match change {
        Change::Move(_) => (format!("depot{number}/{name}"), text),
        Change::Rename(_) => (path, text.replacen("def total", &format!("def sum_up_{number}"), 1)),
        Change::Comment(_) => {
            (path, format!("# Number {number}.\n\n{}", text.replace(":\n", ":  # so\n\n")))
        }
        Change::Reformat(_) => (path, text.replace("row.price", "(row\n            .price)")),
        Change::Grow(_) => (path, format!("{text}\n\ndef own_{number}():\n    return {number}\n")),
    };
    files.insert(path, text);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn identity_survives_what_changes_nothing(changes in changes()) {
        let mut files = repository();
        let baseline = record(&files, &Baseline::default());
        for (number, change) in changes.iter().enumerate() {
            make(&mut files, change, number);
        }
        let (new, fixed) = standing(&files, &baseline);
        prop_assert_eq!((new, fixed), (vec![], 0), "{:#?}", files);
        // And one copy more is one too many, wherever the first two are now.
        files.insert("extra/copy.py".to_owned(), TOTAL.replace("total", "again"));
        let (new, _) = standing(&files, &baseline);
        prop_assert!(!new.is_empty());
    }

    #[test]
    fn the_order_of_the_baseline_means_nothing(seed in any::<u64>()) {
        let files = repository();
        let mut baseline = record(&files, &Baseline::default());
        let written = baseline.clone();
        if seed % 2 == 0 {
            baseline.entries.reverse();
        }
        prop_assert_eq!(standing(&files, &baseline), (vec![], 0));
        ratchet::sort(&mut baseline);
        prop_assert_eq!(baseline, written);
    }
}

#[test]
fn a_file_put_aside_is_known_where_its_folder_moves() {
    let folder = |name: &str| -> Files {
        let files = ["store.py", "store_old.py"];
        files
            .iter()
            .map(|file| (format!("{name}/{file}"), format!("{TOTAL}\n\n{SESSION}")))
            .collect()
    };
    let baseline = record(&folder("shop"), &Baseline::default());
    assert_eq!(baseline.entries.len(), 1, "{baseline:?}");
    assert_eq!(standing(&folder("market"), &baseline), (vec![], 0));
}
