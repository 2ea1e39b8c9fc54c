//! `ssot demo`, and whether it does what `demo/EXPECTED.toml` says.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::support::{State, git, ssot};

/// Fewest packages that have to land.
const FEWEST: usize = 12;

#[derive(Deserialize)]
struct Expected {
    group: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    places: Vec<String>,
    verdict: String,
    lands: bool,
}

impl Group {
    /// The files of the group, which tell apart what a shared name does not.
    fn files(&self) -> BTreeSet<&str> {
        self.places.iter().map(|place| file_of(place)).collect()
    }
}

fn file_of(place: &str) -> &str {
    place.rsplit_once(':').map_or(place, |(path, _)| path)
}

fn expected() -> Vec<Group> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/EXPECTED.toml");
    let expected: Expected = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    expected.group
}

/// The finding about exactly the files of a group.
fn finding<'a>(scan: &'a Value, group: &Group) -> Option<&'a Value> {
    scan["findings"].as_array().unwrap().iter().find(|finding| {
        let members = finding["members"].as_array().unwrap();
        let files: BTreeSet<&str> = members.iter().map(|it| it["path"].as_str().unwrap()).collect();
        // The names of a clone's members are several; any of them may be shown.
        let named = finding["name"] == group.name.as_str() || group.verdict == "clone";
        let module = finding["kind"] == "module" && group.verdict == "shadowed";
        files == group.files() && (named || module)
    })
}

#[test]
fn everything_expected_lands_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("harbor");
    let name = root.to_str().unwrap();
    let demo = ["demo", "--directory", name, "--format", "json"];
    let answer = ssot(folder.path(), &demo).expect(0);
    answer.says(&["a repository with 13 commits", name]);
    let report = answer.json();

    let packages = report["packages"].as_array().unwrap();
    assert!(packages.iter().all(|package| package["state"] == "done"), "{report}");
    assert!(packages.len() >= FEWEST, "{} packages", packages.len());
    for count in ["passed", "failed", "skipped"] {
        assert_eq!(report["tests_before"][count], report["tests_after"][count]);
    }
    assert_eq!(report["tests_after"]["failed"], 0);

    let scan = ssot(&root, &["scan", "--format", "json"]).expect(1).json();
    let landed: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| package["groups"].as_array().unwrap())
        .map(|group| group["group"].as_str().unwrap())
        .collect();
    let mut wrong = Vec::new();
    for group in expected() {
        match finding(&scan, &group) {
            // Functions that share nothing but the name are passed over in silence.
            None if group.verdict == "homonym" => assert!(!group.lands),
            None => wrong.push(format!("{} is not found", group.name)),
            Some(finding) => {
                if finding["verdict"] != group.verdict.as_str() {
                    wrong.push(format!("{}: {}", group.name, finding["verdict"]));
                }
                if landed.contains(finding["id"].as_str().unwrap()) != group.lands {
                    wrong.push(format!("{}: expected to land: {}", group.name, group.lands));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    the_checkout_is_untouched_and_the_tree_comes_back(&root, &report);
}

fn the_checkout_is_untouched_and_the_tree_comes_back(root: &Path, report: &Value) {
    let tree = |revision: &str| git(root, &["rev-parse", &format!("{revision}^{{tree}}")]);
    assert_eq!(git(root, &["status", "--porcelain"]), "");
    assert_eq!(tree("main"), report["base_tree"].as_str().unwrap());
    let target = report["target"].as_str().unwrap();
    assert_eq!(tree(target), report["tree"].as_str().unwrap());
    assert_ne!(tree(target), tree("main"));
    let before = State::of(root).of_the_user();
    let text = ssot(root, &["rollback", "--full"]).expect(0).stdout;
    assert!(text.contains("the tree from before the run"), "{text}");
    assert_eq!(tree(target), tree("main"));
    assert_eq!(State::of(root).of_the_user(), before);
}

#[test]
fn a_folder_with_files_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine"), "x").unwrap();
    let name = folder.path().to_str().unwrap();
    ssot(Path::new("/"), &["demo", "--directory", name]).expect(2).says(&["is not empty"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
