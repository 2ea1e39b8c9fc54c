//! A scan that remembers what it read says the same as one that remembers nothing.

#![expect(clippy::disallowed_methods, reason = "the tests build real trees")]

use std::path::Path;

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use ssot_engine::{ScanOptions, scan};

const FILES: [(&str, &str); 4] = [
    ("shop/prices.py", "from shop.base import Order\n\n\n{price}"),
    ("shop/offers.py", "import os\n\nLIMIT = os.environ[\"LIMIT\"]\n\n\n{price}"),
    ("shop/base.py", "class Order:\n    def total(self):\n        return self.lines\n"),
    ("tests/test_prices.py", "from shop.prices import price\nfrom shop.offers import missing\n"),
];

const PRICE: &str = "\
def price(order, rate, discount):
    if rate < 0:
        raise ValueError(rate)
    total = 0
    for line in order:
        amount = line.amount * rate
        if line.discounted:
            amount -= discount
        total += amount
    return round(total, 2)
";

/// What somebody does to one file.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Remark,
    Append,
    Rename,
    Diverge,
    CopyOf(usize),
    Remove,
}

fn edits() -> impl Strategy<Value = Vec<(usize, Edit)>> {
    let edit = prop_oneof![
        Just(Edit::Remark),
        Just(Edit::Append),
        Just(Edit::Rename),
        Just(Edit::Diverge),
        (0..FILES.len()).prop_map(Edit::CopyOf),
        Just(Edit::Remove),
    ];
    proptest::collection::vec((0..FILES.len(), edit), 1..5)
}

fn apply(root: &Path, (file, edit): (usize, Edit)) {
    let place = |file: usize| root.join(FILES[file].0);
    let text = |file: usize| std::fs::read_to_string(place(file)).unwrap_or_default();
    let now = match edit {
        Edit::Remark => format!("# A remark.\n{}", text(file)),
        Edit::Append => format!("{}\n\ndef extra(value):\n    return value\n", text(file)),
        Edit::Rename => text(file).replace("price", "cost"),
        Edit::Diverge => text(file).replace("round(total, 2)", "total"),
        Edit::CopyOf(other) => text(other),
        // A file that is already gone may stay so.
        Edit::Remove => return std::fs::remove_file(place(file)).unwrap_or_default(),
    };
    std::fs::write(place(file), now).expect("written");
}

fn report(root: &Path, cache: bool) -> String {
    let options = ScanOptions { root: root.to_owned(), config: None, cache, rules: Vec::new() };
    let report = scan(&options).expect("a scan");
    format!("{}\n{:?}", serde_json::to_string_pretty(&report).expect("JSON"), report.file_lines)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    #[test]
    fn a_report_after_an_edit_is_that_of_a_fresh_scan(edits in edits()) {
        let root = tempfile::tempdir().expect("temporary directory");
        for (path, text) in FILES {
            let place = root.path().join(path);
            std::fs::create_dir_all(place.parent().expect("a directory")).expect("made");
            std::fs::write(place, text.replace("{price}", PRICE)).expect("written");
        }
        assert!(report(root.path(), true).contains("\"duplicate-definition\""));
        for edit in edits {
            apply(root.path(), edit);
            assert_eq!(report(root.path(), true), report(root.path(), false), "{edit:?}");
        }
    }
}
