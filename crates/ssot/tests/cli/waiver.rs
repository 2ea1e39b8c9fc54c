//! Behaviour that would go: refused while it is open, landed when somebody has answered.

use crate::support::Repo;

/// A module that nothing can import, with a guard that the package in its place lacks.
const HIDDEN: &str = "def price(item, count):
    if count < 0:
        raise ValueError(\"count below zero\")
    amount = item.price * count
    return round(amount, 2)
";

const TAKER: &str = "def price(item, count):
    amount = item.price * count
    return round(amount, 4)
";

const TESTS: &str = "import unittest

from shop.rates import price


class Item:
    price = 2.0


class Prices(unittest.TestCase):
    def test_price(self):
        self.assertEqual(price(Item, 3), 6.0)
";

const CONFIG: &str = "[test]
command = \"python3 -m unittest discover -s tests -t .\"
repeat = 1 # once is enough";

/// The atoms that only the hidden module has.
const GUARD: &str = "guard if count < 0: raise ValueError";
const RAISE: &str = "raise raise ValueError(\"count below zero\")";

fn project() -> Repo {
    Repo::of(&[
        ("shop/__init__.py", ""),
        ("shop/rates.py", HIDDEN),
        ("shop/rates/__init__.py", TAKER),
        ("tests/__init__.py", ""),
        ("tests/test_rates.py", TESTS),
        ("ssot.toml", CONFIG),
        (".gitignore", "__pycache__/\n"),
    ])
}

/// Why the plan leaves the module alone.
#[track_caller]
fn left_alone(repo: &Repo) -> String {
    let plan = repo.ssot(&["plan", "--format", "json"]).json();
    plan["left_alone"][0]["reason"].as_str().unwrap_or_else(|| panic!("{plan}")).to_owned()
}

fn waive(repo: &Repo, atom: &str) {
    let words = ["--by", "Ines", "--reason", "the form does not send it"];
    let args = [&["audit", "shop.rates", "--waive", atom][..], &words].concat();
    let answer = repo.ssot(&args).expect(0);
    answer.says(&["waived in", atom]);
    assert!(
        answer.stdout.contains("waived by Ines: the form does not send it"),
        "{}",
        answer.stdout
    );
}

#[test]
fn a_deletion_waits_for_an_answer_and_its_record_names_the_person() {
    let repo = project();
    let page = repo.ssot(&["audit", "shop.rates"]).expect(0).stdout;
    assert!(
        page.contains("covered by shop.rates.price: importers get what that computes"),
        "{page}"
    );
    let refused = left_alone(&repo);
    assert!(refused.starts_with("2 would be lost") && refused.contains("count < 0"), "{refused}");
    repo.ssot(&["run"]).expect(0);
    assert!(repo.git(&["ls-tree", "-r", "--name-only", "HEAD"]).contains("shop/rates.py"));

    waive(&repo, GUARD);
    assert!(left_alone(&repo).starts_with("1 would be lost"));
    waive(&repo, RAISE);
    let config = std::fs::read_to_string(repo.path().join("ssot.toml")).unwrap();
    assert!(
        config.starts_with(&format!("{CONFIG}\n\n[[waiver]]\ngroup = \"shop.rates.price\"\n")),
        "{config}"
    );

    repo.commit(&[]);
    let plan = repo.ssot(&["plan"]).expect(0).stdout;
    assert!(
        plan.contains("waived by Ines: the form does not send it: guard if count < 0"),
        "{plan}"
    );
    let run = repo.ssot(&["run"]).expect(0).stdout;
    assert!(run.contains("waived by Ines"), "{run}");
    let page = repo.ssot(&["report", "--format", "md"]).expect(0).stdout;
    assert!(page.contains("## Waived and covered"), "{page}");
    let message = repo.git(&["log", "-1", "--format=%B", "ssot/consolidate"]);
    assert!(message.contains("waived by Ines: the form does not send it"), "{message}");
    assert!(message.contains(&format!("{GUARD} at shop/rates.py:2")), "{message}");

    // Where it has landed the answers are about nothing.
    repo.git(&["merge", "--quiet", "--ff-only", "ssot/consolidate"]);
    let scan = repo.ssot(&["scan", "--format", "json"]).expect(1).json();
    let findings = scan["findings"].as_array().unwrap();
    let stale = findings.iter().filter(|it| it["rule"] == "stale-decision").count();
    assert_eq!(stale, 2);
}

#[test]
fn what_covers_must_exist() {
    let repo = project();
    let entry = |counterpart: &str| {
        format!(
            "{CONFIG}\n[[covered]]\ngroup = \"shop.rates\"\natom = \"guard *\"\n\
             counterpart = \"{counterpart}\"\nby = \"Ada\"\nreason = \"checked there\"\n\
             [[waiver]]\ngroup = \"shop.rates.price\"\natom = \"raise *\"\nby = \"Ada\"\n\
             reason = \"told there\"\n"
        )
    };
    repo.commit(&[("ssot.toml", &entry("shop.forms.count"))]);
    assert!(left_alone(&repo).starts_with("1 would be lost"));
    let scan = repo.ssot(&["scan", "--rule", "stale-decision"]).expect(1).stdout;
    assert!(scan.contains("`shop.forms.count` in [[covered]] names nothing"), "{scan}");

    repo.commit(&[("shop/forms.py", "def count(text):\n    return max(0, int(text))\n")]);
    let plan = repo.ssot(&["plan", "--output", "plan.toml"]).expect(0);
    let written = std::fs::read_to_string(repo.path().join("plan.toml")).unwrap();
    assert!(written.contains("counterpart = \"shop.forms.count\""), "{written}\n{}", plan.stdout);

    // A plan cannot keep an answer that the configuration has no longer.
    let args = ["plan", "--plan", "plan.toml", "--dry-run"];
    repo.ssot(&args).expect(0);
    repo.write("ssot.toml", entry("shop.forms.count").replace("Ada", "Ines"));
    repo.ssot(&args).expect(2).says(&["has changed since the plan was made", "ssot plan"]);
}

#[test]
fn an_answer_that_cannot_be_is_refused() {
    let repo = project();
    let by = ["--by", "Ines", "--reason", "why not"];
    let waive =
        |atom: &str| repo.ssot(&[&["audit", "shop.rates", "--waive", atom][..], &by].concat());
    waive("guard if nothing")
        .expect(2)
        .says(&["nothing that is open is `guard if nothing`", GUARD]);
    repo.ssot(&["audit", "shop.rates", "--waive", GUARD]).expect(2).says(&["--by"]);
    assert_eq!(std::fs::read_to_string(repo.path().join("ssot.toml")).unwrap(), CONFIG);

    let expired = "[[waiver]]\ngroup = \"shop.rates.price\"\natom = \"guard *\"\nby = \"Ada\"\n\
                   reason = \"r\"\nexpires = \"2020-01-01\"\n";
    repo.write("ssot.toml", format!("{CONFIG}\n{expired}"));
    let scan = repo.ssot(&["scan", "--rule", "stale-decision"]).expect(1).stdout;
    assert!(scan.contains("by Ada expired on 2020-01-01"), "{scan}");
    assert!(left_alone(&repo).starts_with("2 would be lost"));
    repo.write("ssot.toml", expired.replace("guard *", "gaurd *"));
    repo.ssot(&["scan"]).expect(2).says(&["ssot.toml:3:8: an atom begins with its kind"]);
}
