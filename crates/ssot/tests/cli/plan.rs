//! `ssot plan`.

use std::fs;

use crate::normal::normal;
use crate::project;

#[test]
fn a_plan_changes_nothing_and_says_what_would_be_done() {
    let repo = project::tested();
    let before = repo.state();
    let answer = repo.ssot(&["plan", "--agents", "2"]).expect(0);
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
    let schedule = &plan["schedule"];
    assert_eq!(schedule["packages"].as_array().unwrap().len(), packages.len(), "{schedule}");
    assert_eq!(schedule["basis"]["runs"], 0);
}

#[test]
fn wrong_plans_are_refused_with_their_place() {
    let repo = project::tested();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    let name = file.to_str().unwrap();
    repo.ssot(&["run", "--plan", name]).expect(2).says(&["plan.toml"]);
    fs::write(&file, "schema = \"ssot.plan/9\"\n").unwrap();
    repo.ssot(&["run", "--plan", name]).expect(2).says(&["plan.toml:1:10: the plan has schema"]);
    let text = repo.ssot(&["plan", "--format", "toml"]).expect(0).stdout;
    fs::write(&file, &text).unwrap();
    repo.ssot(&["plan", "--plan", name]).expect(0);
    for (from, to, said) in [
        ("enabled = true", "enabeld = true", "`package` has no `enabeld`; did you mean `enabled`?"),
        ("shop/export.py\"", "shop/billing.py\"", "and p02-total both write shop/billing.py"),
        (
            "enabled = true",
            "enabled = true\ndepends_on = [\"p09\"]",
            "depends on p09, which is not in",
        ),
    ] {
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        for verb in ["plan", "run"] {
            let answer = repo.ssot(&[verb, "--plan", name]).expect(2);
            answer.says(&["plan.toml:", said, " | ", "^^"]);
        }
    }
    repo.ssot(&["plan", "--output", "/nonexistent/plan.toml"]).expect(2).says(&["/nonexistent"]);
}

#[test]
fn teams_and_checkpoints_come_from_the_configuration() {
    let repo = project::untested();
    let config = "[[team]]\nname = \"words\"\nconcepts = [\"slug*\"]\n\n\
                  [[team]]\nname = \"shop\"\npaths = [\"shop\"]\nworkers = 2\n\n\
                  [[checkpoint]]\npercent = 50\nafter-minutes = 30\n\n\
                  [[checkpoint]]\npriority = \"P2\"\npercent = 100\nafter-minutes = 0\n";
    repo.commit(&[("ssot.toml", config)]);
    let plan = repo.ssot(&["plan", "--format", "json"]).expect(0).json();
    let packages = plan["package"].as_array().unwrap().iter();
    let teams: Vec<_> = packages.map(|it| it["team"].as_str().unwrap()).collect();
    assert_eq!(teams, ["words", "shop"]);
    let lanes = plan["schedule"]["lanes"].as_array().unwrap().iter();
    let lanes: Vec<_> = lanes.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(lanes, ["words", "shop 1", "shop 2"]);
    let text = repo.ssot(&["plan"]).expect(0).stdout;
    for said in
        ["[words]", "checkpoint all 50 % after 30 min 00 s: holds", "P2 100 % after 0.0 s: missed"]
    {
        assert!(text.contains(said), "{said}\n{text}");
    }
}
