//! Audits of the demonstration's tree: what was planted there is found.

use std::fs;

use serde_json::Value;

use crate::harbor;
use crate::support::{Repo, git};

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

/// What a fix reached, what it did not reach, and its subject.
const FIXES: [(&str, &str, &str, &str); 3] = [
    (
        "split_amount",
        "platform_core/money.py",
        "services/billing/payments.py",
        "Fix split_amount: do not lose the remaining cents",
    ),
    (
        "Outbox",
        "platform_core/bus.py",
        "services/notifications/messages.py",
        "Fix Outbox.flush: keep messages when the sender fails",
    ),
    (
        "parse_quantity",
        "services/orders/quantities.py",
        "services/orders/cart.py",
        "Fix parse_quantity: accept separators of thousands",
    ),
];

#[test]
fn the_planted_missed_fixes_are_found_and_no_other() {
    let repo = harbor::repository();
    let document = repo.ssot(&["audit", "--all", "--format", "json"]).expect(0).json();
    let audits = document["audits"].as_array().unwrap();
    for (name, fixed, unfixed, subject) in FIXES {
        let audit = audits.iter().find(|it| it["finding"]["name"] == name).unwrap();
        let history = &audit["history"];
        let missed = &history["missed_fixes"][0];
        let path = |side: &str| {
            let at = usize::try_from(missed[side].as_u64().unwrap()).unwrap();
            history["copies"][at]["path"].as_str().unwrap()
        };
        assert_eq!((path("fixed"), path("unfixed")), (fixed, unfixed));
        assert_eq!(missed["commit"]["subject"], subject);
    }
    // A parameter that only one copy needs is no fix, and nothing else is one either.
    let missed = |audit: &&Value| !audit["history"]["missed_fixes"].as_array().unwrap().is_empty();
    assert_eq!(audits.iter().filter(missed).count(), FIXES.len());
}

#[test]
fn the_root_cause_of_each_missed_fix_is_told_in_five_facts_with_their_commits() {
    let repo = harbor::repository();
    let ids = git(repo.path(), &["log", "--format=%H"]);
    let ids: Vec<&str> = ids.lines().collect();
    for (name, fixed, unfixed, subject) in FIXES {
        let history = audit(&repo, name)["history"].clone();
        let steps = history["root_cause"].as_array().unwrap();
        let step = |at: usize| steps[at]["text"].as_str().unwrap();
        assert_eq!(steps.len(), 5, "{steps:#?}");
        assert!(step(0).starts_with(&format!("`{name}` was introduced in ")), "{}", step(0));
        assert!(step(1).contains("copied to") || step(1).contains("twice"), "{}", step(1));
        assert!(step(2).contains(fixed), "{}", step(2));
        let line = &history["missed_fixes"][0]["hunks"][0]["unfixed"][0]["line"];
        let told = format!("it was fixed only in `{fixed}`; `{unfixed}:{line}` still is as before");
        assert_eq!(step(3), told);
        assert_eq!(steps[3]["commit"]["subject"], subject);
        for step in steps {
            assert!(ids.contains(&step["commit"]["id"].as_str().unwrap()), "{step}");
        }
    }
}

#[test]
fn the_planted_constructor_conflict_is_found() {
    let audit = audit(&harbor::repository(), "platform_core.pacing.Deadline");
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
    let audit = audit(&harbor::repository(), "platform_core.pacing.Deadline");
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
    let repo = harbor::repository();
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
    let repo = harbor::repository();
    let expected = fs::read_to_string(harbor::folder().join("EXPECTED.toml")).unwrap();
    let expected: toml::Value = toml::from_str(&expected).unwrap();
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
    let document =
        harbor::repository().ssot(&["audit", "--all", "--format", "json"]).expect(0).json();
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
