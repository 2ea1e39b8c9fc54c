//! Audits of the demonstration's tree: what was planted there is found.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::Repo;

/// The tree after the last commit of the demonstration.
fn demo() -> Repo {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let history: toml::Value =
        toml::from_str(&fs::read_to_string(folder.join("history.toml")).unwrap()).unwrap();
    let repo = Repo::empty();
    for commit in history["commit"].as_array().unwrap() {
        let step = folder.join("steps").join(commit["step"].as_str().unwrap());
        lay(&repo, &step, "");
        let gone = commit.get("delete").and_then(toml::Value::as_array);
        for path in gone.into_iter().flatten() {
            fs::remove_file(repo.path().join(path.as_str().unwrap())).unwrap();
        }
    }
    repo
}

fn lay(repo: &Repo, directory: &Path, below: &str) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            lay(repo, &entry.path(), &format!("{name}/"));
        } else {
            repo.write(&name, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn audit(repo: &Repo, group: &str) -> Value {
    let document = repo.ssot(&["audit", group, "--format", "json"]).expect(0).json();
    document["audits"][0].clone()
}

/// `kind text` of the atoms in a state.
fn atoms(audit: &Value, state: &str) -> Vec<String> {
    let entries = audit["ledger"]["entries"].as_array().unwrap();
    let atoms = entries.iter().flat_map(|entry| entry["atoms"].as_array().unwrap());
    let asked = atoms.filter(|atom| atom["state"]["state"] == state);
    let told = |atom: &Value| {
        format!("{} {}", atom["kind"].as_str().unwrap(), atom["text"].as_str().unwrap())
    };
    asked.map(told).collect()
}

#[test]
fn the_planted_constructor_conflict_is_found() {
    let audit = audit(&demo(), "platform_core.pacing.Deadline");
    let there = &audit["matrix"]["constructors"][0];
    assert_eq!(there["from"], "services.orders.picking.Deadline");
    assert_eq!(there["fit"], "incompatible");
    assert_eq!(there["reasons"][0], "number 2 is `clock`, not `grace`");
    let back = &audit["matrix"]["constructors"][1];
    assert_eq!(back["fit"], "incompatible");
    assert!(back["reasons"].as_array().unwrap().contains(&Value::from("it requires `grace`")));
}

#[test]
fn the_planted_change_of_resolution_is_found() {
    let audit = audit(&demo(), "platform_core.pacing.Deadline");
    let mro = &audit["mro"];
    let order = &mro["after"][0]["order"];
    assert_eq!(order[0], "services.orders.picking.PickingDeadline");
    assert_eq!(order[1], "platform_core.pacing.Deadline");
    let calls = mro["calls"].as_array().unwrap();
    let inherited = calls
        .iter()
        .find(|call| {
            call["class"] == "services.orders.picking.PickingDeadline"
                && call["call"] == "self.remaining"
        })
        .unwrap();
    assert_eq!(inherited["change"], "changed");
    assert_eq!(inherited["place"], "services/orders/picking.py:40");
    assert_eq!(inherited["today"], "services.orders.picking.Deadline.remaining");
    assert_eq!(inherited["after"], "platform_core.pacing.Deadline.remaining");
}

#[test]
fn the_planted_gaps_of_the_ledger_are_found() {
    let repo = demo();
    let lost = atoms(&audit(&repo, "platform_core.pacing.Deadline"), "open");
    let expected = [
        "guard if grace < 0: raise ValueError",
        "result return max(0.0, self._until + self._grace - self._clock())",
        "raise raise ValueError(\"grace cannot be taken away\")",
        "log warning \"%s took too long\"",
        "state self._grace",
        "parameter grace",
    ];
    assert_eq!(lost, expected);
    // The copy that missed a fix has nothing that the fixed one lacks.
    assert_eq!(atoms(&audit(&repo, "parse_quantity"), "open"), [""; 0]);
    // Equal text, but `ValidationError` is another class.
    let raised = atoms(&audit(&repo, "require_fields"), "open");
    assert_eq!(raised.len(), 4, "{raised:?}");
}

#[test]
fn what_lands_loses_nothing() {
    let repo = demo();
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/EXPECTED.toml");
    let expected: toml::Value = toml::from_str(&fs::read_to_string(expected).unwrap()).unwrap();
    let groups = expected["group"].as_array().unwrap();
    for group in groups.iter().filter(|it| it["lands"].as_bool() == Some(true)) {
        if group["verdict"].as_str() == Some("shadowed") {
            continue;
        }
        let place = group["places"][0].as_str().unwrap();
        let module = place.split_once(".py").unwrap().0.replace('/', ".");
        let audit = audit(&repo, &format!("{module}.{}", group["name"].as_str().unwrap()));
        assert_eq!(atoms(&audit, "open"), [""; 0], "{place}");
        assert!(!audit["ledger"]["entries"].as_array().unwrap().is_empty(), "{place}");
    }
}

#[test]
fn every_group_has_a_way_that_fits_it() {
    let document = demo().ssot(&["audit", "--all", "--format", "json"]).expect(0).json();
    let audits = document["audits"].as_array().unwrap().iter();
    let mut told: Vec<String> = audits
        .map(|audit| {
            let (finding, advice) = (&audit["finding"], &audit["advice"]);
            let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let (verdict, name) = (word(&finding["verdict"]), word(&finding["name"]));
            let (way, hands) = (word(&advice["way"]), word(&advice["hands"]));
            format!("{verdict} {name}: {way} by {hands}, {}", word(&advice["why"]))
        })
        .collect();
    told.sort();
    insta::assert_snapshot!("audit_demo_ways", told.join("\n"));
}
