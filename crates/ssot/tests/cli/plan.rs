//! `ssot plan`.

use std::fs;

use serde_json::Value;

use crate::normal::normal;
use crate::project;
use crate::support::Repo;

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
fn what_is_taken_out_of_a_plan_is_left_out_with_a_reason() {
    let repo = project::tested();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    let name = file.to_str().unwrap();
    let text = repo.ssot(&["plan", "--format", "toml"]).expect(0).stdout;
    let first = text.find("[[package]]").unwrap();
    let second = first + 1 + text[first + 1..].find("[[package]]").unwrap();
    let group = text[first..second].split("group = \"").nth(1).unwrap();
    let group = group.split('"').next().unwrap();
    // Nobody waits for the package, and still it may not just go.
    let without = format!("{}{}", &text[..first], &text[second..]);
    fs::write(&file, &without).unwrap();
    let lines = without.lines().count();
    for verb in ["plan", "run"] {
        let said = [&format!("plan.toml:{lines}: "), "is in no package", "[[left_out]]", group];
        repo.ssot(&[verb, "--plan", name]).expect(2).says(&said);
    }
    let left =
        |reason: &str| format!("\n[[left_out]]\ngroup = \"{group}\"\nreason = \"{reason}\"\n");
    fs::write(&file, without.clone() + &left(" ")).unwrap();
    repo.ssot(&["plan", "--plan", name]).expect(2).says(&["is left out without a reason", "^^"]);
    fs::write(&file, text.clone() + &left("not now")).unwrap();
    repo.ssot(&["plan", "--plan", name]).expect(2).says(&["which is left out", "^^"]);
    fs::write(&file, without + &left("the shop rewrites it")).unwrap();
    let plan = repo.ssot(&["plan", "--plan", name]).expect(0).stdout;
    assert!(plan.contains(group) && plan.contains("the shop rewrites it"), "{plan}");
}

#[test]
fn teams_work_in_their_lanes_and_those_that_take_no_part_stay() {
    let repo = project::tested();
    let config = fs::read_to_string(repo.path().join("ssot.toml")).unwrap();
    let teams = "\n[[team]]\nname = \"words\"\nconcepts = [\"slug*\"]\n\n\
                 [[team]]\nname = \"shop\"\npaths = [\"shop\"]\n";
    repo.commit(&[("ssot.toml", &(config + teams))]);
    let run = |teams: &str| repo.ssot(&["run", "--teams", teams, "--format", "json"]);
    run("nobody").expect(2).says(&["no team is called `nobody`", "words, shop"]);
    run("0").expect(2).says(&["at least one team"]);
    let report = run("words").json();
    let packages = report["packages"].as_array().unwrap();
    let of = |state: &str| packages.iter().filter(|it| it["state"] == state).count();
    assert_eq!((of("done"), packages.len()), (1, 2), "{report}");
    let timing = &report["timing"]["packages"];
    assert_eq!(timing.as_array().unwrap().len(), 1, "{timing}");
    assert_eq!(timing[0]["lane"], "words", "{timing}");

    // One team at a time: no package of the second begins before the first has landed.
    let second = ["run", "--teams", "1", "--target", "second", "--format", "json"];
    let report = repo.ssot(&second).json();
    let timing = report["timing"]["packages"].as_array().unwrap();
    let ends: Vec<_> = timing.iter().map(|it| it["end"]["actual"].as_u64().unwrap()).collect();
    let starts: Vec<_> = timing.iter().map(|it| it["start"]["actual"].as_u64().unwrap()).collect();
    assert!(starts[1] >= ends[0] || starts[0] >= ends[1], "{report}");
    repo.ssot(&["plan", "--teams", "1"]).expect(0);
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

/// A repository in which two large groups meet in one file, `shop/hub.py`.
fn with_a_hub() -> Repo {
    let names = "def names(rows):\n    found = []\n    for row in rows:\n        if row[\"name\"]:\n            \
                 found.append(row[\"name\"].strip())\n    found.sort()\n    return tuple(found)\n";
    let ages = "def ages(people, year):\n    born = {}\n    while people:\n        person = people.pop()\n        \
                try:\n            born[person.id] = year - int(person.year)\n        except ValueError as error:\n            \
                raise KeyError(person.id) from error\n    return born\n";
    let repo = Repo::empty();
    repo.write("shop/__init__.py", "");
    repo.write("shop/people.py", format!("\"\"\"People.\"\"\"\n\n\n{names}"));
    repo.write("shop/years.py", format!("\"\"\"Years.\"\"\"\n\n\n{ages}"));
    repo.write("shop/hub.py", format!("\"\"\"Hub.\"\"\"\n\n\n{names}\n\n{ages}"));
    for at in 1..=4 {
        let use_of = |name: &str| format!("\n\ndef first{at}(rows):\n    return {name}\n");
        repo.write(&format!("shop/n{at}.py"), format!("{names}{}", use_of("names")));
        repo.write(&format!("shop/a{at}.py"), format!("{ages}{}", use_of("ages")));
    }
    for module in ["people", "years"] {
        let name = if module == "people" { "names" } else { "ages" };
        for at in 1..=6 {
            let text = format!("from shop.{module} import {name}\n\nUSED = {name}\n");
            repo.write(&format!("shop/use_{name}{at}.py"), text);
        }
    }
    repo.commit(&[]);
    repo
}

#[test]
fn groups_that_meet_in_a_hub_are_packages_one_after_the_other() {
    let repo = with_a_hub();
    let plan = repo.ssot(&["plan", "--dry-run", "--format", "json"]).expect(0).json();
    let packages = plan["package"].as_array().unwrap();
    let hub = |it: &&Value| it["write_set"].as_array().unwrap().contains(&"shop/hub.py".into());
    assert_eq!(packages.iter().filter(hub).count(), 2, "{plan}");
    assert_eq!(packages[1]["depends_on"][0], packages[0]["id"], "{plan}");
    assert!(plan["schedule"]["critical_path"].as_array().unwrap().len() == 2, "{plan}");

    // What the dry run prints is what the run does, to the byte.
    let diff = repo.ssot(&["plan", "--dry-run"]).expect(0).stdout;
    repo.ssot(&["run", "--allow-untested"]).expect(0);
    let ran = repo.tree("ssot/consolidate");
    let folder = tempfile::tempdir().unwrap();
    let patch = folder.path().join("hub.patch");
    fs::write(&patch, &diff).unwrap();
    repo.git(&["apply", "--index", patch.to_str().unwrap()]);
    assert_eq!(repo.git(&["write-tree"]), ran, "{diff}");

    // The first one cannot go without the second, which rests on it.
    repo.git(&["reset", "--quiet", "--hard"]);
    let first = packages[0]["id"].as_str().unwrap();
    repo.ssot(&["rollback", "--package", first]).expect(0);
    assert_eq!(repo.tree("ssot/consolidate"), repo.tree("HEAD"));
}

#[test]
fn a_dry_run_shows_every_line_and_what_is_handed_on() {
    let repo = project::tested();
    let answer = repo.ssot(&["plan", "--dry-run"]).expect(0);
    insta::assert_snapshot!("plan_dry_run", answer.stdout);
    assert!(!answer.stdout.contains('\u{1b}'), "no colours outside a terminal");
    repo.ssot(&["plan", "--dry-run", "--format", "svg"]).expect(2).says(&["text"]);
}

#[test]
fn every_violation_is_in_one_package_or_left_out_with_a_reason() {
    let repo = with_a_hub();
    for (path, text) in project::files() {
        repo.write(&path.replace("shop/", "store/"), text.replace("shop", "store"));
    }
    repo.commit(&[]);
    let scan = repo.ssot(&["scan", "--format", "json"]).json();
    let plan = repo.ssot(&["plan", "--format", "json"]).expect(0).json();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut planned: Vec<Value> = Vec::new();
    for package in list(&plan["package"]) {
        planned.extend(list(&package["groups"]).into_iter().map(|it| it["group"].clone()));
    }
    let mut left: Vec<Value> =
        list(&plan["left_alone"]).into_iter().map(|it| it["group"].clone()).collect();
    for unplanned in list(&plan["unplanned"]) {
        left.extend(list(&unplanned["findings"]));
    }
    let mut seen = 0;
    for finding in list(&scan["findings"]).iter().filter(|it| it["severity"] != "note") {
        let times = planned.iter().filter(|it| **it == finding["id"]).count();
        let is_left = left.contains(&finding["id"]);
        assert!(times == 1 || (times == 0 && is_left), "{finding}\n{plan}");
        seen += 1;
    }
    assert!(seen > 3, "{scan}");
}

#[test]
fn each_drawing_is_printed() {
    let repo = project::tested();
    for (format, said) in [
        ("mermaid", "gantt\n"),
        ("dot", "digraph plan"),
        ("svg", "</svg>"),
        ("html", "<!doctype html>"),
    ] {
        let answer = repo.ssot(&["plan", "--format", format]).expect(0);
        assert!(answer.stdout.contains(said), "{}", answer.stdout);
    }
}
