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
