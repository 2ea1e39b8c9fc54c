//! `ssot check --format`: services are told what is new, where it is new.

use serde_json::{Value, json};

use crate::normal::normal;
use crate::project::{self, SLUGIFY};
use crate::support::Repo;

/// A project with a baseline, an accepted place and a third copy that nobody accepted.
fn grown() -> Repo {
    let repo = project::tested();
    repo.ssot(&["check", "--accept", "--reason", "as it was"]).expect(0);
    let commented = "def slugify(text):";
    let comment = format!("# ssot: accept[duplicate-definition] kept\n{commented}");
    repo.write("shop/kept.py", SLUGIFY.replace(commented, &comment));
    repo.commit(&[]);
    repo.write("shop/tax.py", SLUGIFY);
    repo
}

#[test]
fn annotations_point_at_the_new_member() {
    let repo = grown();
    let told = repo.ssot(&["check", "--format", "github"]).expect(1).stdout;
    insta::assert_snapshot!("check_github", normal(&told, repo.path()));
    let since = ["check", "--format", "github", "--changed-since", "HEAD"];
    assert_eq!(repo.ssot(&since).expect(1).stdout, told);
    repo.commit(&[]);
    assert_eq!(repo.ssot(&since).expect(0).stdout, "Nothing is new\n");
}

#[test]
fn code_scanning_keeps_what_is_known_as_suppressed() {
    let results = |args: &[&str], code| {
        let repo = grown();
        let args = [&["check", "--format", "sarif"], args].concat();
        let document = repo.ssot(&args).expect(code).json();
        let result = |it: &Value| {
            let first = &it["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            let suppressions = it["suppressions"].as_array().unwrap();
            let by = suppressions.iter().map(|it| it["justification"].clone()).collect::<Vec<_>>();
            json!([first, it["baselineState"], by])
        };
        let results = document["runs"][0]["results"].as_array().unwrap();
        let mut results: Vec<Value> = results.iter().map(result).collect();
        results.sort_by_key(ToString::to_string);
        json!(results)
    };
    let known = json!([
        ["shop/billing.py", "unchanged", ["as it was"]],
        ["shop/billing.py", "unchanged", ["as it was"]],
        ["shop/tax.py", "new", []]
    ]);
    assert_eq!(results(&[], 1), known);
    // Nothing is compared, so nothing has a state.
    let strict = results(&["--strict"], 1);
    assert!(strict.as_array().unwrap().iter().all(|it| it[1].is_null() && it[2] == json!([])));
}

#[test]
fn every_form_tells_only_what_is_new() {
    let repo = grown();
    let issues = repo.ssot(&["check", "--format", "gitlab"]).expect(1).json();
    let places: Vec<&Value> =
        issues.as_array().unwrap().iter().map(|it| &it["location"]["path"]).collect();
    assert_eq!(places, ["shop/tax.py"]);
    let junit = repo.ssot(&["check", "--format", "junit"]).expect(1).stdout;
    assert!(junit.contains("tests=\"3\" failures=\"1\" skipped=\"2\""), "{junit}");
    let page = repo.ssot(&["check", "--format", "md"]).expect(1).stdout;
    assert!(page.starts_with("### 1 finding is not in ssot-baseline.json\n"), "{page}");
    assert!(page.contains("[`shop/tax.py:4`]"), "{page}");
    let output = ["check", "--format", "html", "--output", "report.html"];
    repo.ssot(&output).expect(1).says(&["written to report.html"]);
    let page = std::fs::read_to_string(repo.path().join("report.html")).unwrap();
    assert!(page.contains("1 finding is not in ssot-baseline.json"));
}

#[test]
fn a_check_leaves_the_point_of_the_trend_that_a_scan_leaves() {
    let repo = grown();
    let path = repo.path().join(".ssot/trend.jsonl");
    let trend = || std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::remove_file(&path).unwrap();
    repo.ssot(&["check", "--changed-since", "HEAD"]).expect(1);
    assert_eq!(trend(), "", "a part of the findings is no point");
    repo.ssot(&["check"]).expect(1);
    let left = trend();
    assert_eq!(left.lines().count(), 1, "{left}");
    repo.ssot(&["scan"]).expect(1);
    assert_eq!(trend(), left);
}
