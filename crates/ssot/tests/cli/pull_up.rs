//! `ssot run` where methods are equal.

use crate::support::Repo;

const BASE: &str = "class Report:
    def __init__(self, rows):
        self.rows = rows

    def title(self):
        raise NotImplementedError
";

/// The same method below another head.
fn report(name: &str, title: &str) -> String {
    format!(
        r#"import json

from desk.base import Report


class {name}(Report):
    def title(self):
        return "{title}"

    # What clients read.
    def page(self, width):
        """The rows on one page."""
        lines = [self.title().center(width)]
        for row in self.rows:
            lines.append(json.dumps(row))
        lines.append("-" * width)
        return "\n".join(lines)
"#
    )
}

const TESTS: &str = r#"import unittest

from desk.daily import Daily
from desk.weekly import Weekly


class DeskTest(unittest.TestCase):
    def test_pages(self):
        self.assertEqual(Daily([1]).page(5), " Day \n1\n-----")
        self.assertEqual(Weekly([2]).page(5), " Week\n2\n-----")
"#;

fn desk(more: &[(&str, &str)]) -> Repo {
    let (daily, weekly) = (report("Daily", "Day"), report("Weekly", "Week"));
    let repo = Repo::of(&[
        ("desk/__init__.py", ""),
        ("desk/base.py", BASE),
        ("desk/daily.py", &daily),
        ("desk/weekly.py", &weekly),
        ("tests/__init__.py", ""),
        ("tests/test_desk.py", TESTS),
        (".gitignore", "__pycache__/\n"),
        ("ssot.toml", "[test]\ncommand = \"python3 -m unittest discover -s tests -t .\"\n"),
    ]);
    repo.commit(more);
    repo
}

#[test]
fn equal_methods_land_in_their_base() {
    let repo = desk(&[("desk/plain.txt", "nothing\n")]);
    let plan = repo.ssot(&["plan"]).expect(0).stdout;
    let said = "pull-up  desk.daily.Daily.page, desk.weekly.Weekly.page -> desk.base.Report.page";
    assert!(plan.contains(said), "{plan}");
    let audit = repo.ssot(&["audit", "page"]).expect(0).stdout;
    assert!(audit.contains("pull-up desk.daily.Daily.page, desk.weekly.Weekly.page"), "{audit}");

    let before = repo.state();
    repo.ssot(&["run"]).expect(0).says(&["✓ p01"]);
    assert_eq!(repo.state().of_the_user(), before);
    insta::assert_snapshot!("pulled_up", repo.git(&["show", "--format=", "ssot/consolidate"]));
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    let again = repo.ssot(&["run", "--quiet"]).expect(0).stdout;
    assert!(again.starts_with("Nothing to consolidate"), "{again}");
}

#[test]
fn where_another_class_would_come_to_have_the_method_a_new_class_holds_it() {
    let more = "from desk.base import Report\n\n\nclass Empty(Report):\n    pass\n";
    let repo = desk(&[("desk/empty.py", more)]);
    let audit = repo.ssot(&["audit", "page"]).expect(0).stdout;
    assert!(audit.contains("desk.daily_weekly_shared.PageMixin, a new class"), "{audit}");
    repo.ssot(&["run"]).expect(0).says(&["✓ p01"]);
    let changed = repo.git(&["show", "--format=", "--name-only", "ssot/consolidate"]);
    let changed: Vec<&str> = changed.lines().collect();
    assert_eq!(changed, ["desk/daily.py", "desk/daily_weekly_shared.py", "desk/weekly.py"]);
}
