//! `ssot run`.

use crate::normal::normal;
use crate::project;

#[test]
fn what_can_be_proved_lands_on_a_branch_of_its_own() {
    let repo = project::tested();
    let before = repo.state();
    let answer = repo.ssot(&["run"]).expect(0);
    insta::assert_snapshot!("run", normal(&answer.stdout, repo.path()));
    answer.says(&["triage", "data", "optimize", "actions", "report", "✓ p01"]);

    let after = repo.state();
    assert_ne!(after.refs, before.refs);
    assert_eq!(after.of_the_user(), before);
    let copy = repo.git(&["show", "ssot/consolidate:shop/export.py"]);
    assert!(copy.contains("from shop.text import slugify"), "{copy}");

    // A fast-forward takes it over, and a second run finds nothing to do.
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    let again = repo.ssot(&["run", "--quiet"]).expect(0);
    assert_eq!(again.stderr, "");
    assert!(again.stdout.starts_with("Nothing to consolidate"), "{}", again.stdout);
}

#[test]
fn importers_are_rewritten_when_asked() {
    let repo = project::tested();
    let args =
        ["run", "--rewrite-imports", "--agents", "1", "--target", "side", "--format", "json"];
    let report = repo.ssot(&args).expect(0).json();
    assert_eq!((&report["schema"], &report["target"]), (&"ssot.report/1".into(), &"side".into()));
    assert_eq!(report["outcome"], "complete");
    assert_eq!(report["tests_before"]["passed"], report["tests_after"]["passed"]);
}

#[test]
fn a_dry_run_lands_nothing() {
    let repo = project::tested();
    let before = repo.state();
    let answer = repo.ssot(&["run", "--dry-run"]);
    assert!(answer.stdout.contains("nothing was run"), "{}", answer.stdout);
    answer.expect(0);
    assert_eq!(repo.state(), before);
}

#[test]
fn a_branch_under_somebodys_feet_is_never_moved() {
    let repo = project::tested();
    let before = repo.state();
    repo.ssot(&["run", "--target", "main"]).expect(2).says(&["main", "--target"]);
    repo.ssot(&["run", "--target", "a..b"]).expect(2).says(&["a..b"]);
    assert_eq!(repo.state(), before);
}

const INVOICE: &str = r#""""Numbers of invoices."""


def check_digit(digits):
    """The digit that makes the sum come out."""
    weights = (9, 7, 3)
    total = 0
    for digit, weight in zip(digits, weights):
        total += digit * weight
    return total % 10
"#;

const CUSTOMER: &str = r#""""Numbers of customers."""


def check_digit(digits):
    """The digit of a customer."""
    weights = (6, 5, 7)
    total = 0
    for digit, weight in zip(digits, weights):
        total += digit * weight
    return total % 10


def number(digits):
    return (*digits, check_digit(digits))
"#;

const DIGITS: &str = "import unittest

from shop import customer, invoice


class DigitTest(unittest.TestCase):
    def test_digits(self):
        self.assertEqual(invoice.check_digit((1, 2, 3)), 2)
        self.assertEqual(customer.number((1, 2, 3)), (1, 2, 3, 7))
";

#[test]
fn functions_that_differ_in_a_value_become_one_with_a_parameter() {
    let repo = project::tested();
    let files = [("invoice", INVOICE), ("customer", CUSTOMER)];
    for (name, text) in files {
        repo.commit(&[(&format!("shop/{name}.py"), text)]);
    }
    repo.commit(&[("tests/test_digits.py", DIGITS)]);
    let plan = repo.ssot(&["plan"]).expect(0);
    let chosen = "parameterise  shop.customer.check_digit -> shop.invoice.check_digit";
    assert!(plan.stdout.contains(chosen), "{}", plan.stdout);
    repo.ssot(&["run"]).expect(0);
    let kept = repo.git(&["show", "ssot/consolidate:shop/invoice.py"]);
    assert!(kept.contains("def check_digit(digits, *, weights=(9, 7, 3)):\n"), "{kept}");
    let face = repo.git(&["show", "ssot/consolidate:shop/customer.py"]);
    let call = "    return invoice_check_digit(digits, weights=(6, 5, 7))\n";
    assert!(face.contains(&format!("\"\"\"The digit of a customer.\"\"\"\n{call}")), "{face}");

    // The face is no second source of truth, and can be undone like everything else.
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    repo.ssot(&["scan", "--concept", "check_digit"]).expect(0);
}

/// A class with a method that another one has as well.
fn reader(class: &str, base: &str) -> String {
    format!(
        "import json\n\n\nclass {class}({base}):\n    limit = 2\n\n    def rows(self, text):\n        \
         rows = json.loads(text)\n        rows = [row for row in rows if row]\n        \
         rows.sort(key=str)\n        self.seen = len(rows)\n        return rows[: self.limit]\n"
    )
}

const READERS: &str = "import unittest

from shop.parcels import ParcelReader
from shop.refunds import RefundReader


class ReaderTest(unittest.TestCase):
    def test_rows(self):
        for reader in (ParcelReader(), RefundReader()):
            self.assertEqual(reader.rows('[3, 0, 2, 1]'), [1, 2])
            self.assertEqual(reader.seen, 3)
";

#[test]
fn equal_methods_of_unrelated_classes_move_into_a_new_class() {
    let repo = project::tested();
    repo.commit(&[("shop/parcels.py", &reader("ParcelReader", "dict"))]);
    repo.commit(&[("shop/refunds.py", &reader("RefundReader", "Exception"))]);
    repo.commit(&[("tests/test_readers.py", READERS)]);
    let plan = repo.ssot(&["plan"]).expect(0);
    assert!(plan.stdout.contains("Inherit `rows` from shop.parcels_refunds_shared.ReaderMixin"));
    repo.ssot(&["run"]).expect(0);
    let shown = |path: &str| repo.git(&["show", &format!("ssot/consolidate:shop/{path}.py")]);
    let new = shown("parcels_refunds_shared");
    assert!(new.contains("import json\n\n\nclass ReaderMixin:\n"), "{new}");
    let heir = shown("parcels");
    assert!(heir.ends_with("class ParcelReader(ReaderMixin, dict):\n    limit = 2"), "{heir}");
    assert!(!heir.contains("json"), "{heir}");
    assert!(shown("refunds").contains("class RefundReader(ReaderMixin, Exception):"));

    // What is inherited is defined once.
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    repo.ssot(&["scan", "--concept", "rows"]).expect(0);
}

const BASKET: &str = r#"class Basket:
    def __init__(self, lines):
        self.lines = lines
        self.gifts = []

    def missing(self, limit=2):
        """What has to be ordered."""
        wanted = set()
        for line in self.lines:
            if line["count"] > line["stock"]:
                wanted.add(line["name"])
        for gift in self.gifts:
            wanted.update(gift["needs"])
        return sorted(wanted)[:limit]
"#;

const ORDERS: &str = r#"from shop.basket import Basket


def missing_goods(basket: Basket, limit=2):
    """The goods that are missing."""
    wanted = set()
    for line in basket.lines:
        if line["count"] > line["stock"]:
            wanted.add(line["name"])
    for gift in basket.gifts:
        wanted.update(gift["needs"])
    return sorted(wanted)[:limit]
"#;

const BASKETS: &str = "import unittest

from shop.basket import Basket
from shop.orders import missing_goods


class BasketTest(unittest.TestCase):
    def test_missing(self):
        basket = Basket([{'name': 'tea', 'count': 2, 'stock': 1}])
        self.assertEqual(missing_goods(basket), ['tea'])
        self.assertEqual(basket.missing(0), missing_goods(basket, limit=0))
";

#[test]
fn a_function_calls_the_method_that_does_the_same() {
    let repo = project::tested();
    repo.commit(&[("shop/basket.py", BASKET), ("shop/orders.py", ORDERS)]);
    repo.commit(&[("tests/test_baskets.py", BASKETS)]);
    let plan = repo.ssot(&["plan"]).expect(0);
    let chosen = "delegate  shop.orders.missing_goods -> shop.basket.Basket.missing";
    assert!(plan.stdout.contains(chosen), "{}", plan.stdout);
    repo.ssot(&["run"]).expect(0);
    let face = repo.git(&["show", "ssot/consolidate:shop/orders.py"]);
    let call = "\"\"\"The goods that are missing.\"\"\"\n    return basket.missing(limit)";
    assert!(face.ends_with(call), "{face}");
}
