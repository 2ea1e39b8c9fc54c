//! Test doubles of one thing in several test files.

use std::collections::{BTreeMap, BTreeSet};

use ssot_facts::{Definition, DefinitionId, Role};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Severity, Verdict};

use crate::evidence::{self, Judgement};
use crate::families::{self, Family};
use crate::{Rule, Scene, doubles};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "duplicate-mock",
    summary: "Several test files define a double of the same thing, or of what has a fixture.",
    page: include_str!("duplicate_mock.md"),
    level: Level::Warning,
    check,
};

/// Least shares, in percent: of members for one double, of statements for copies of it.
const MEMBERS: usize = 50;
const STATEMENTS: usize = 80;

/// Fewest members, besides those with double underscores, that tell a double's role.
const TELLING: usize = 2;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    for (id, module, definition) in scene.index.definitions() {
        if module.role == Role::Test
            && definition.kind == DefinitionKind::Class
            && let Some(core) = doubles::core(&definition.name)
        {
            families.entry(core).or_default().push(id);
        }
    }
    let mut findings: Vec<Finding> = families
        .values()
        .filter(|family| families::spans_files(family))
        .flat_map(|family| judge(scene, family))
        .collect();
    findings.extend(with_fixture(scene, &families));
    findings
}

/// Splits the doubles of one name into those that are one, by the first of each.
fn judge(scene: &Scene<'_>, family: &[DefinitionId]) -> Vec<Finding> {
    let definition = |id: DefinitionId| scene.index.definition(id);
    let mut groups: Vec<Family> = Vec::new();
    for id in family {
        let group = groups.iter_mut().find(|group| {
            let (first, this) = (definition(group[0]), definition(*id));
            first.hash == this.hash || overlap(first, this).is_some_and(|it| it >= MEMBERS)
        });
        match group {
            Some(group) => group.push(*id),
            None => groups.push(vec![*id]),
        }
    }
    groups
        .into_iter()
        .filter(|group| families::spans_files(group))
        .filter(|group| group.iter().any(|id| families::is_substantial(scene, definition(*id))))
        .map(|group| finding(scene, group))
        .collect()
}

fn members(definition: &Definition) -> BTreeSet<&str> {
    let members = definition.members.iter().map(compact_str::CompactString::as_str);
    members.filter(|member| !member.starts_with("__")).collect()
}

/// How many of the members two doubles share, in percent; none when they have too few
/// to tell.
fn overlap(one: &Definition, other: &Definition) -> Option<usize> {
    let (one, other) = (members(one), members(other));
    let shared = one.intersection(&other).count();
    let all = one.union(&other).count();
    (one.len().min(other.len()) >= TELLING).then(|| shared * 100 / all)
}

/// How many of the statements two doubles share, in percent.
fn equal_statements(one: &Definition, other: &Definition) -> usize {
    let (mut a, mut b, mut shared) = (0, 0, 0);
    while let (Some(x), Some(y)) = (one.leaves.get(a), other.leaves.get(b)) {
        shared += usize::from(x == y);
        (a, b) = (a + usize::from(x <= y), b + usize::from(y <= x));
    }
    shared * 100 / one.leaves.len().max(other.leaves.len()).max(1)
}

fn finding(scene: &Scene<'_>, group: Family) -> Finding {
    let first = scene.index.definition(group[0]);
    let all = |same: &dyn Fn(&Definition) -> bool| {
        group.iter().all(|id| same(scene.index.definition(*id)))
    };
    let equal = all(&|it| it.hash == first.hash && it.statements == first.statements);
    let verdict = match (equal, all(&|it| it.name == first.name)) {
        (true, true) => Verdict::Identical,
        (true, false) => Verdict::Clone,
        (false, _) => Verdict::Variant,
    };
    let near = all(&|it| it.hash == first.hash || equal_statements(first, it) >= STATEMENTS);
    let files: BTreeSet<_> = group.iter().map(|id| id.module).collect();
    let mut evidence = vec![Evidence::supporting(
        "test-double",
        format!("{} doubles of one thing in {} test files", group.len(), files.len()),
    )];
    if verdict == Verdict::Variant {
        let shared = members(first)
            .into_iter()
            .filter(|name| all(&|it| it.members.iter().any(|member| member == name)));
        let shared: Vec<&str> = shared.collect();
        let text = format!("all of them have {}", shared.join(", "));
        evidence.extend((!shared.is_empty()).then(|| Evidence::supporting("members", text)));
    }
    let mut finding =
        evidence::finding(scene, RULE.name, Judgement { verdict, evidence, members: group });
    finding.severity = if near { Severity::Warning } else { Severity::Note };
    finding
}

/// Doubles written by hand although a `conftest.py` above has a fixture for them.
fn with_fixture(scene: &Scene<'_>, families: &BTreeMap<&str, Family>) -> Vec<Finding> {
    let fixtures = fixtures(scene);
    let mut findings = Vec::new();
    for (core, family) in families {
        let Some(fixtures) = fixtures.get(&snake(core)) else { continue };
        for fixture in fixtures {
            let above = scene.index.module(fixture.module).path.directory();
            let below: Family = family
                .iter()
                .copied()
                .filter(|id| id.module != fixture.module)
                .filter(|id| above.is_empty() || scene.index.module(id.module).path.is_below(above))
                .collect();
            if below.is_empty() {
                continue;
            }
            let text = format!(
                "the fixture `{}` in {} gives a double of the same name",
                scene.index.definition(*fixture).name,
                scene.index.module(fixture.module).path
            );
            let evidence = vec![Evidence::supporting("fixture", text)];
            let summary =
                format!("`{core}` has a fixture and is doubled again {} times", below.len());
            let mut finding = crate::place::about(scene, &RULE, &below, summary, evidence);
            finding.severity = Severity::Note;
            findings.push(finding);
        }
    }
    findings
}

/// The fixtures of every `conftest.py` by what they double.
fn fixtures(scene: &Scene<'_>) -> BTreeMap<String, Family> {
    const FRONTS: [&str; 6] = ["mock_", "fake_", "stub_", "dummy_", "mocked_", "real_"];
    let mut fixtures: BTreeMap<String, Family> = BTreeMap::new();
    for (id, module, definition) in scene.index.definitions() {
        let is_fixture = || definition.decorators.iter().any(|it| it.contains("fixture"));
        if module.path.file_name() == "conftest.py" && is_fixture() {
            let name = definition.name.as_str();
            let core = FRONTS.iter().find_map(|front| name.strip_prefix(front));
            if let Some(core) = core {
                fixtures.entry(core.to_owned()).or_default().push(id);
            }
        }
    }
    fixtures
}

/// `web_socket_manager` for `WebSocketManager`; how fixtures write it.
fn snake(name: &str) -> String {
    let mut text = String::new();
    let mut previous = ' ';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && previous.is_ascii_lowercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
        previous = letter;
    }
    text
}
