//! `ssot scan`.

use std::collections::BTreeSet;

use crate::normal::normal;
use crate::project::{self, SLUGIFY};
use crate::support::Repo;

#[test]
fn families_are_ranked_with_their_evidence() {
    let repo = project::tested();
    let answer = repo.ssot(&["scan"]).expect(1);
    insta::assert_snapshot!("scan", normal(&answer.stdout, repo.path()));
    let all = repo.ssot(&["scan", "--all"]).expect(1);
    insta::assert_snapshot!("scan_all", normal(&all.stdout, repo.path()));
}

#[test]
fn programs_get_the_model_with_its_version() {
    let repo = project::tested();
    let report = repo.ssot(&["scan", "--format", "json"]).expect(1).json();
    assert_eq!(report["schema"], "ssot.scan/1");
    let verdicts = report["findings"].as_array().unwrap().iter();
    let mut verdicts: Vec<&str> = verdicts.map(|it| it["verdict"].as_str().unwrap()).collect();
    verdicts.sort_unstable();
    assert_eq!(verdicts, ["homonym", "identical", "identical", "variant"]);
}

#[test]
fn places_can_be_opened_from_where_the_command_was_typed() {
    let repo = project::tested();
    let parent = repo.path().parent().unwrap();
    let name = repo.path().file_name().unwrap().to_str().unwrap();
    let answer = crate::support::ssot(parent, &["scan", name]).expect(1);
    assert!(answer.stdout.contains(&format!("{name}/shop/text.py:4")), "{}", answer.stdout);
    assert!(answer.stdout.contains(&format!("ssot plan {name}")), "{}", answer.stdout);
}

#[test]
fn a_rule_can_be_chosen_and_the_cache_left_out() {
    let repo = project::tested();
    let answer = repo.ssot(&["scan", "--rule", "exact-clone", "--no-cache"]).expect(0);
    assert!(answer.stdout.starts_with("Nothing was found of what"), "{}", answer.stdout);
    let first = repo.ssot(&["scan", "--format", "json"]).expect(1).stdout;
    let cached = repo.ssot(&["scan", "--format", "json"]).expect(1).stdout;
    let anew = repo.ssot(&["scan", "--format", "json", "--no-cache"]).expect(1).stdout;
    assert_eq!((&first, &first), (&cached, &anew));
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    repo.ssot(&["scan", "--rule", "nonsense"]).expect(2).says(&["nonsense", "exact-clone"]);
}

#[test]
fn a_broken_configuration_is_named() {
    let repo = project::untested();
    repo.commit(&[("ssot.toml", "[scan]\nmin-lines = 6\nminlines = 7\n")]);
    repo.ssot(&["scan"]).expect(2).says(&["ssot.toml", "minlines"]);
    repo.ssot(&["scan", "--config", "none.toml"]).expect(2).says(&["none.toml"]);
}

#[test]
fn colours_are_for_terminals() {
    let repo = project::tested();
    let plain = repo.ssot(&["scan"]).expect(1).stdout;
    assert!(!plain.contains('\u{1b}'));
    let force = |name: &str, value: &str| {
        let mut command = crate::support::command(repo.path(), &["scan"]);
        let output = command.env("CLICOLOR_FORCE", "1").env(name, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(force("LC_ALL", "C").contains('\u{1b}'));
    assert_eq!(force("NO_COLOR", "1"), plain);
}

#[test]
fn a_clean_project_is_clean() {
    let repo = Repo::of(&[("a.py", "A = 1\n")]);
    let answer = repo.ssot(&["scan"]).expect(0);
    insta::assert_snapshot!("scan_clean", normal(&answer.stdout, repo.path()));
}

#[test]
fn only_what_changed_since_a_revision_is_told() {
    let repo = project::tested();
    let told = |revision: &str, code| {
        let args = ["scan", "--changed-since", revision, "--format", "json"];
        let report = repo.ssot(&args).expect(code).json();
        let names = report["findings"].as_array().unwrap().iter().map(|it| it["name"].to_string());
        names.collect::<BTreeSet<String>>().into_iter().collect::<Vec<String>>()
    };
    assert_eq!(told("HEAD", 0), [""; 0]);
    repo.ssot(&["scan", "--changed-since", "HEAD"]).expect(0);
    // What nobody has added to git yet counts, and so does the copy it is of.
    repo.write("shop/tax.py", SLUGIFY);
    assert_eq!(told("HEAD", 1), ["\"slugify\""]);
    repo.git(&["checkout", "--quiet", "-b", "branch"]);
    repo.commit(&[]);
    assert_eq!(told("HEAD", 0), [""; 0]);
    // From the commit at which both went apart: what `main` changed since is not ours.
    repo.git(&["checkout", "--quiet", "main"]);
    repo.commit(&[("shop/export.py", "")]);
    repo.git(&["checkout", "--quiet", "branch"]);
    assert_eq!(told("main", 1), ["\"slugify\""]);
    let text = repo.ssot(&["scan", "--changed-since", "HEAD"]).expect(0).stdout;
    assert!(text.starts_with("Nothing was found of what was asked for\n"), "{text}");
    let below = repo.path().join("shop");
    crate::support::ssot(&below, &["scan", "--changed-since", "main"]).expect(1);
    repo.ssot(&["scan", "--changed-since", "nowhere"]).expect(2).says(&["nowhere", "fetch"]);
}

#[test]
fn what_is_in_use_ranks_before_what_was_put_aside() {
    let repo = project::tested();
    let step = |at| format!("def step_{at}(rows):\n    return [row * {at} for row in rows]\n\n\n");
    let steps: String = (0..20).map(step).collect();
    repo.write("shop/steps.py", &steps);
    repo.write("backup/shop/steps.py", &steps);
    repo.write("shop/main.py", "from shop import steps\n\nprint(steps.step_1([2]))\n");
    let told = repo.ssot(&["scan"]).expect(1).stdout;
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("no {text} in:\n{told}"));
    assert!(at("function slugify") < at("module backup.shop.steps"), "{told}");
}
