//! The gates of `ssot.toml` on the way of a package.

use crate::project;
use crate::support::Repo;

/// A linter: says of every file below a directory that matches where.
const LINT: &str = "import pathlib, re, sys

found = False
for path in sorted(pathlib.Path('shop').rglob('*.py')):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if re.search(sys.argv[1], line):
            print(f'{path}:{number}: error: {line.strip()}')
            found = True
sys.exit(found)
";

fn with_gate(gate: &str) -> Repo {
    let repo = project::tested();
    let config = repo.git(&["show", "HEAD:ssot.toml"]) + "\n[[gate]]\n" + gate;
    repo.commit(&[("ssot.toml", &config), ("lint.py", LINT)]);
    repo
}

fn lands(gate: &str) -> (bool, String) {
    let repo = with_gate(gate);
    let report = repo.ssot(&["run", "--format", "json"]).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).expect("a report");
    (report["outcome"] == "complete", report["packages"].to_string())
}

#[test]
fn a_package_lands_when_no_gate_is_worse() {
    for gate in [
        "name = 'nothing'\ncommand = 'python3 -c pass'\n",
        "name = 'fails anyway'\ncommand = 'python3 -c 1/0'\n",
        "name = 'lint'\ncommand = \"python3 lint.py 'def '\"\ncompare = 'diagnostics'\n",
        "name = 'time'\ncommand = 'python3 -c pass'\ncompare = 'cpu'\ntolerance = 900\n",
        "name = 'elsewhere'\ncommand = \"python3 lint.py 'from shop.text'\"\n\
         compare = 'diagnostics'\npaths = ['docs']\n",
    ] {
        assert!(lands(gate).0, "{gate}");
    }
}

#[test]
fn a_package_is_rejected_by_the_gate_that_got_worse() {
    for (gate, why) in [
        (
            "name = 'lint'\ncommand = \"python3 lint.py 'from shop.text'\"\ncompare = 'diagnostics'\n",
            "new diagnostics: shop/export.py",
        ),
        (
            "name = 'no import'\ncommand = \"python3 -c 'import sys; sys.exit(\\\"shop.text\\\" in open(\\\"shop/export.py\\\").read())'\"\n",
            "exit code 1, before: exit code 0",
        ),
    ] {
        let (complete, packages) = lands(gate);
        assert!(!complete && packages.contains(why), "{gate}: {packages}");
        assert!(packages.contains("refs/ssot/unlanded/"), "{packages}");
    }
}

#[test]
fn a_gate_that_cannot_run_stops_the_run() {
    let repo = with_gate("name = 'types'\ncommand = 'no-such-checker'\n");
    let before = repo.state();
    repo.ssot(&["run"]).expect(2).says(&["types", "no-such-checker", "ssot.toml"]);
    assert_eq!(repo.state().of_the_user(), before);
}
