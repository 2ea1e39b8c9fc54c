//! What decisions and comments do to findings. A repository is written as text:
//! `--- path` begins a file, `ssot.toml` is one of them.

use std::collections::BTreeMap;

use ssot_facts::{Index, Source, python};
use ssot_model::{
    Config, DefinitionKind, Finding, Fingerprint, Level, Member, RepoPath, Severity, Verdict,
};
use ssot_rules::{Circumstances, RULES, Rule, Scene};

/// What is found, one line each: rule, verdict, members, what accepts it.
fn found(rules: &[Rule], repository: &str) -> Vec<String> {
    let mut config = Config::default();
    let mut sources = Vec::new();
    for file in repository.split("--- ").filter(|part| !part.trim().is_empty()) {
        let (path, text) = file.split_once('\n').expect("a file has a path line");
        if path == "ssot.toml" {
            config = toml::from_str(text).expect("a valid configuration");
        } else {
            let path = RepoPath::new(path).expect("tests use plain paths");
            sources.push(Source { path, facts: python::extract(text.as_bytes()) });
        }
    }
    let today = Some("2026-06-01".to_owned());
    let circumstances = Circumstances { today, ..Circumstances::default() };
    let index = Index::build(sources);
    let findings = ssot_rules::detect(rules, &index, &config, &circumstances);
    let mut lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let members: Vec<String> = finding.members.iter().map(Member::dotted).collect();
            let accepted = finding.accepted.as_ref();
            let accepted = accepted.map(|it| format!(" {:?}: {}", it.by, it.reason));
            format!(
                "{} {}: {}{}",
                finding.rule,
                finding.verdict_word(),
                members.join(" "),
                accepted.unwrap_or_default()
            )
        })
        .collect();
    lines.sort();
    lines
}

#[track_caller]
fn check(repository: &str, expected: &[&str]) {
    assert_eq!(found(RULES, repository), expected, "{repository}");
}

const BODY: &str = "(rows):\n    result = 0\n    for row in rows:\n        result += row.price\n        \
                    result -= row.discount\n    return result\n";

/// Three equal functions, with something in front of each and a configuration.
fn three(config: &str, [a, b, c]: [&str; 3]) -> String {
    format!(
        "--- ssot.toml\n{config}--- a.py\n{a}def total{BODY}--- b.py\n{b}def total{BODY}--- c.py\n{c}def total{BODY}"
    )
}

const ACCEPT: &str = "# ssot: accept[duplicate-definition] stands alone\n";

#[test]
fn a_decision_accepts_the_group_it_names() {
    let decide = |lines: &str| format!("[[decision]]\nreason = \"why\"\n{lines}\n");
    let plain = "duplicate-definition identical: a.total b.total c.total";
    let accepted = format!("{plain} Decision: why");
    let stale = "stale-decision : ssot.toml";
    for (lines, expected) in [
        ("group = \"b.total\"", vec![accepted.as_str()]),
        ("group = \"b.total\"\nrule = \"duplicate-definition\"", vec![accepted.as_str()]),
        ("group = \"b\"\nrule = \"duplicate-definition\"", vec![accepted.as_str()]),
        // A module is not its content.
        ("group = \"b\"", vec![plain, stale]),
        ("group = \"b.total\"\nrule = \"exact-clone\"", vec![plain, stale]),
        ("group = \"b.tot\"", vec![plain, stale]),
        ("group = \"b.total\"\nexpires = \"2026-06-01\"", vec![accepted.as_str()]),
        ("group = \"b.total\"\nexpires = \"2026-05-31\"", vec![plain, stale]),
        // Somebody says it is a violation: that accepts nothing.
        ("group = \"b.total\"\nverdict = \"variant\"", vec![plain]),
        ("group = \"b.total\"\nverdict = \"convention\"", vec![accepted.as_str()]),
    ] {
        check(&three(&decide(lines), [""; 3]), &expected);
    }
}

#[test]
fn comments_accept_a_group_when_one_member_is_left() {
    let all = "duplicate-definition identical: a.total b.total c.total Comment: stands alone";
    check(&three("", ["", ACCEPT, ACCEPT]), &[all]);
    check(&three("", [ACCEPT; 3]), &[all]);
    let rest = "duplicate-definition identical: a.total b.total";
    check(&three("", ["", "", ACCEPT]), &[rest]);
    // A line further up it speaks about something else; nothing then.
    let away = format!("{ACCEPT}\n");
    check(
        &three("", ["", "", &away]),
        &["duplicate-definition identical: a.total b.total c.total", "stale-decision : c"],
    );
}

/// A rule that is never sure about classes of one name.
const DOUBTFUL: Rule =
    Rule { name: "doubtful", summary: "", page: "", level: Level::Warning, check: doubts };

fn doubts(scene: &Scene<'_>) -> Vec<Finding> {
    let mut names: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    for (id, _, definition) in scene.index.definitions() {
        names.entry(&definition.name).or_default().push(scene.index.member(id));
    }
    let finding = |(name, members): (&str, Vec<Member>)| {
        let fingerprint = Fingerprint::new(format!("{name:0>32}"));
        Finding {
            id: fingerprint.group_id(),
            fingerprint,
            rule: DOUBTFUL.name.to_owned(),
            severity: Severity::Note,
            verdict: Some(Verdict::Unsure),
            confidence: 50,
            name: name.to_owned(),
            kind: DefinitionKind::Class,
            summary: String::new(),
            evidence: Vec::new(),
            members,
            cost: 1,
            question: Some("are they one concept?".to_owned()),
            accepted: None,
        }
    };
    names.into_iter().map(finding).collect()
}

#[test]
fn an_answer_settles_its_group_and_the_like() {
    let verdicts = |config: &str| -> Vec<String> {
        let classes = "class Item: pass\nclass Session: pass\n";
        let repository = format!(
            "--- ssot.toml\n{config}--- a.py\n{classes}--- b.py\n{classes}class Other: pass\n--- c.py\n\
             class Other: pass\n"
        );
        found(&[DOUBTFUL], &repository)
    };
    let answer = |group: &str, verdict: &str| {
        format!("[[decision]]\ngroup = \"{group}\"\nreason = \"why\"\nverdict = \"{verdict}\"\n")
    };
    let expect = |item: &str, session: &str| {
        let mut lines = vec![
            format!("doubtful {item}: a.Item b.Item"),
            format!("doubtful {session}: a.Session b.Session"),
            "doubtful unsure: b.Other c.Other".to_owned(),
        ];
        lines.sort();
        lines
    };
    assert_eq!(verdicts(""), expect("unsure", "unsure"));
    for verdict in ["homonym", "variant"] {
        assert_eq!(verdicts(&answer("a.Session", verdict)), expect(verdict, verdict));
    }
    // A group of its own answer keeps it, and a dispute answers nothing else.
    let both = answer("a.Session", "homonym") + &answer("b.Item", "variant");
    assert_eq!(verdicts(&both), expect("variant", "homonym"));
    // Equality is proved, never declared.
    assert_eq!(verdicts(&answer("a.Session", "identical")), expect("unsure", "unsure"));
}
