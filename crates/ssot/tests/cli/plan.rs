//! `ssot plan`.

use std::fs;

use crate::normal::normal;
use crate::project;

#[test]
fn a_plan_changes_nothing_and_says_what_would_be_done() {
    let repo = project::tested();
    let before = repo.state();
    let answer = repo.ssot(&["plan"]).expect(0);
    insta::assert_snapshot!("plan", normal(&answer.stdout, repo.path()));
    assert_eq!(repo.state(), before);
}

#[test]
fn the_file_is_what_is_printed_and_what_a_run_takes() {
    let repo = project::tested();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    let name = file.to_str().unwrap();
    let answer = repo.ssot(&["plan", "--output", name, "--format", "toml"]).expect(0);
    answer.says(&["plan written to"]);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(answer.stdout, text);

    // One package is switched off by hand: the other alone is run.
    let (head, tail) = text.split_once("enabled = true").unwrap();
    fs::write(&file, format!("{head}enabled = false{tail}")).unwrap();
    let report = repo.ssot(&["run", "--plan", name, "--format", "json"]).json();
    let states = report["packages"].as_array().unwrap().iter();
    let done = states.filter(|package| package["state"] == "done").count();
    assert_eq!(done, 1, "{report}");
}

#[test]
fn programs_get_the_model() {
    let repo = project::tested();
    let plan = repo.ssot(&["plan", "--format", "json", "--rewrite-imports"]).expect(0).json();
    assert_eq!((&plan["schema"], &plan["rewrite_imports"]), (&"ssot.plan/1".into(), &true.into()));
    let packages = plan["package"].as_array().unwrap();
    let groups = packages.iter().map(|it| it["groups"].as_array().unwrap().len());
    assert_eq!(groups.sum::<usize>(), 2, "{plan}");
}

#[test]
fn wrong_plans_are_refused_with_their_place() {
    let repo = project::tested();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    let name = file.to_str().unwrap();
    repo.ssot(&["run", "--plan", name]).expect(2).says(&["plan.toml"]);
    fs::write(&file, "schema = \"ssot.plan/9\"\n").unwrap();
    repo.ssot(&["run", "--plan", name]).expect(2).says(&["plan.toml"]);
    repo.ssot(&["plan", "--output", "/nonexistent/plan.toml"]).expect(2).says(&["/nonexistent"]);
}
