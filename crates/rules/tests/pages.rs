//! Every rule's page is its test: the examples carry the expected verdicts.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{Index, Source, python};
use ssot_model::{Baseline, Config, Level, RepoPath};
use ssot_rules::{Circumstances, RULES, Rule};

/// One `###` section: a small repository and what the rule must say about it.
#[derive(Default)]
struct Example {
    title: String,
    files: BTreeMap<String, String>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut file: Option<String> = None;
    for line in page.lines() {
        if let Some(path) = &file {
            if line == "```" {
                file = None;
            } else if let Some(example) = examples.last_mut() {
                let text = example.files.entry(path.clone()).or_default();
                text.push_str(line);
                text.push('\n');
            }
        } else if let Some(title) = line.strip_prefix("### ") {
            examples.push(Example { title: title.to_owned(), ..Example::default() });
        } else if let (Some(path), Some(example)) = (
            ["```python ", "```toml ", "```json "].iter().find_map(|it| line.strip_prefix(it)),
            examples.last_mut(),
        ) {
            example.files.entry(path.to_owned()).or_default();
            file = Some(path.to_owned());
        }
    }
    examples
}

/// `path:line verdict` for every comment `# -> verdict`.
fn expected(example: &Example) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for (path, text) in &example.files {
        for (number, line) in (1..).zip(text.lines()) {
            if let Some((_, verdict)) = line.split_once("# -> ") {
                expected.insert(format!("{path}:{number} {verdict}"));
            }
        }
    }
    expected
}

/// The example's `ssot.toml`. A rule that is off by default is switched on.
fn config(rule: &Rule, example: &Example) -> Config {
    let text = example.files.get("ssot.toml").map_or("", String::as_str);
    let mut config: Config = toml::from_str(text).expect("pages carry valid configurations");
    if rule.level == Level::Off {
        config.severity.entry(rule.name.to_owned()).or_insert(Level::Warning);
    }
    config
}

/// The day on which every page is read, and the tombstones of the example.
fn circumstances(example: &Example) -> Circumstances {
    let baseline = example.files.get("ssot-baseline.json");
    let baseline: Option<Baseline> =
        baseline.map(|text| serde_json::from_str(text).expect("pages carry valid baselines"));
    Circumstances {
        today: Some("2026-06-01".to_owned()),
        tombstones: baseline.map(|it| it.tombstones).unwrap_or_default(),
        ..Circumstances::default()
    }
}

fn found(rule: &Rule, example: &Example) -> BTreeSet<String> {
    let python = example.files.iter().filter(|(path, _)| !path.starts_with("ssot"));
    let sources = python.map(|(path, text)| Source {
        path: RepoPath::new(path).expect("pages use plain paths"),
        facts: python::extract(text.as_bytes()),
    });
    let index = Index::build(sources.collect());
    // All rules run, because some speak about what others found.
    let findings =
        ssot_rules::detect(RULES, &index, &config(rule, example), &circumstances(example));
    findings
        .iter()
        .filter(|finding| finding.rule == rule.name)
        .flat_map(|finding| {
            let verdict = finding.verdict.map_or("finding", ssot_model::Verdict::as_str);
            let place = move |member: &ssot_model::Member| {
                format!("{}:{} {verdict}", member.path, member.span.start)
            };
            finding.members.iter().map(place)
        })
        .collect()
}

#[test]
fn every_page_shows_what_its_rule_finds() {
    for rule in RULES {
        let examples = examples(rule.page);
        let (loud, silent): (Vec<_>, Vec<_>) =
            examples.iter().partition(|example| !expected(example).is_empty());
        assert!(!loud.is_empty() && !silent.is_empty(), "{} needs both kinds", rule.name);
        for example in &examples {
            assert_eq!(found(rule, example), expected(example), "{}: {}", rule.name, example.title);
        }
    }
}

#[test]
fn every_page_has_the_sections_that_explain_prints() {
    for rule in RULES {
        assert!(rule.page.starts_with(&format!("# {}\n", rule.name)), "{}", rule.name);
        for section in [
            "What it finds",
            "Why it costs",
            "Examples",
            "How it is remediated",
            "When it stays silent",
        ] {
            assert!(rule.page.contains(&format!("\n## {section}\n")), "{}: {section}", rule.name);
        }
    }
}

#[test]
fn rules_are_listed_in_order_of_name() {
    assert!(RULES.is_sorted_by_key(|rule| rule.name));
}
