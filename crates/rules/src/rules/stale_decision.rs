//! Decisions that have expired, decide nothing or name nothing.

use ssot_facts::{Accept, Index, ModuleId};
use ssot_model::{DefinitionKind, Evidence, Finding, Level, Member, Span};

use crate::identity::digest;
use crate::place::{Place, Remark, remark};
use crate::policy::{self, Used};
use crate::{Rule, Scene};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "stale-decision",
    summary: "A decision has expired, decides nothing, names nothing or gives no reason.",
    page: include_str!("stale_decision.md"),
    level: Level::Warning,
    check,
};

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = expired(scene);
    findings.extend(nameless(scene));
    findings.extend(empty_boundaries(scene));
    for (id, _, accept) in comments(scene) {
        findings.extend(malformed(scene, id, accept));
    }
    findings
}

/// What decided nothing. `ran` are the rules that looked; without all of them a
/// decision for any rule may be waiting for one that did not.
pub(crate) fn unused(scene: &Scene<'_>, used: &Used, ran: &[&str], all_ran: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, decision) in scene.config.decision.iter().enumerate() {
        let looked = decision.rule.as_deref().map_or(all_ran, |rule| ran.contains(&rule));
        let known = is_group_id(&decision.group) || names_something(scene.index, &decision.group);
        let says = !used.decisions.contains(&at) && !policy::has_expired(scene, decision);
        if looked && known && says {
            let summary = format!(
                "the decision about `{}` decides nothing any more; remove it from ssot.toml",
                decision.group
            );
            findings.push(entry(scene, ("decision", at), &decision.group, summary));
        }
    }
    for (id, at, accept) in comments(scene) {
        for (position, rule) in accept.rules.iter().enumerate() {
            let unused = !used.comments.contains(&(id, at, position));
            if unused && ran.contains(&rule.as_str()) {
                let summary =
                    format!("nothing here is found by `{rule}`; remove it from the comment");
                findings.push(at_comment(scene, id, accept, rule, summary));
            }
        }
    }
    findings
}

/// A waiver or a cover that is about nothing in the ledger of its group.
pub(crate) fn unused_answer(
    scene: &Scene<'_>,
    (table, at): (&str, usize),
    group: &str,
    atom: &str,
) -> Finding {
    let summary = format!(
        "[[{table}]]: nothing in the ledger of `{group}` is `{atom}` and missing; see \
         `ssot audit {group}`, or remove it"
    );
    entry(scene, (table, at), &format!("{group} {atom}"), summary)
}

fn expired(scene: &Scene<'_>) -> Vec<Finding> {
    let mut found = expired_decisions(scene);
    let waivers = scene.config.waiver.iter().enumerate();
    let waivers = waivers.map(|(at, it)| ("waiver", at, &it.group, &it.by, &it.expires));
    let covers = scene.config.covered.iter().enumerate();
    let covers = covers.map(|(at, it)| ("covered", at, &it.group, &it.by, &it.expires));
    for (table, at, group, by, expires) in waivers.chain(covers) {
        if policy::has_passed(scene, expires.as_deref()) {
            let last = expires.as_deref().unwrap_or_default();
            let summary = format!(
                "[[{table}]] about `{group}` by {by} expired on {last}; decide again or remove it"
            );
            found.push(entry(scene, (table, at), group, summary));
        }
    }
    found
}

fn expired_decisions(scene: &Scene<'_>) -> Vec<Finding> {
    let decisions = scene.config.decision.iter().enumerate();
    let expired = decisions.filter(|(_, decision)| policy::has_expired(scene, decision));
    expired
        .map(|(at, decision)| {
            let last = decision.expires.as_deref().unwrap_or_default();
            let owner = decision.owner.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
            let summary = format!(
                "the decision about `{}`{owner} expired on {last}; decide again or remove it",
                decision.group
            );
            entry(scene, ("decision", at), &decision.group, summary)
        })
        .collect()
}

/// Entries about definitions that are not there.
fn nameless(scene: &Scene<'_>) -> Vec<Finding> {
    let config = scene.config;
    let decisions = config.decision.iter().map(|it| it.group.as_str()).enumerate();
    let canonicals = config.canonical.iter().map(|it| it.definition.as_str()).enumerate();
    let concepts = config.concept.iter().map(|it| it.canonical.as_str()).enumerate();
    let waivers = config.waiver.iter().map(|it| it.group.as_str()).enumerate();
    let covers = config.covered.iter().map(|it| it.group.as_str()).enumerate();
    let counterparts = config.covered.iter().map(|it| it.counterpart.as_str()).enumerate();
    let classes = config.mega_class.iter().map(|it| it.definition.as_str()).enumerate();
    let entries = decisions
        .filter(|(_, name)| !is_group_id(name))
        .map(|it| ("decision", it))
        .chain(waivers.filter(|(_, name)| !is_group_id(name)).map(|it| ("waiver", it)))
        .chain(covers.filter(|(_, name)| !is_group_id(name)).map(|it| ("covered", it)))
        .chain(counterparts.map(|it| ("covered", it)))
        .chain(canonicals.map(|it| ("canonical", it)))
        .chain(concepts.map(|it| ("concept", it)))
        .chain(classes.map(|it| ("mega-class", it)));
    entries
        .filter(|(_, (_, name))| !names_something(scene.index, name))
        .chain(unknown_renames(scene))
        .map(|(table, (at, name))| {
            let summary = format!("`{name}` in [[{table}]] names nothing that was scanned");
            entry(scene, (table, at), name, summary)
        })
        .collect()
}

/// Renames of something that has neither its old name nor its new one.
fn unknown_renames<'a>(
    scene: &'a Scene<'_>,
) -> impl Iterator<Item = (&'static str, (usize, &'a str))> {
    let renames = scene.config.rename.iter().enumerate();
    let is_unknown = |it: &ssot_model::Rename| {
        let module = it.definition.rsplit_once('.').map_or("", |(module, _)| module);
        !names_something(scene.index, &it.definition)
            && !names_something(scene.index, &format!("{module}.{}", it.to))
    };
    let unknown = renames.filter(move |(_, it)| is_unknown(it));
    unknown.map(|(at, it)| ("rename", (at, it.definition.as_str())))
}

fn empty_boundaries(scene: &Scene<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, boundary) in scene.config.boundary.iter().enumerate() {
        for path in &boundary.paths {
            let directory = path.trim_end_matches('/');
            if !scene.index.modules().any(|(_, module)| module.path.is_below(directory)) {
                let name = &boundary.name;
                let summary =
                    format!("boundary `{name}`: nothing that was scanned lies below `{path}`");
                findings.push(entry(scene, ("boundary", at), path, summary));
            }
        }
    }
    findings
}

fn malformed(scene: &Scene<'_>, id: ModuleId, accept: &Accept) -> Option<Finding> {
    let unknown = accept.rules.iter().find(|rule| crate::rule(rule).is_none());
    let summary = if accept.rules.is_empty() {
        "a comment accepts without naming a rule: `# ssot: accept[rule] reason`".to_owned()
    } else if let Some(unknown) = unknown {
        format!("a comment accepts `{unknown}`, and no rule is called so")
    } else if accept.reason.is_empty() {
        "a comment accepts without a reason: `# ssot: accept[rule] reason`".to_owned()
    } else {
        return None;
    };
    Some(at_comment(scene, id, accept, "accept", summary))
}

fn comments<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = (ModuleId, usize, &'a Accept)> {
    scene.index.modules().flat_map(|(id, module)| {
        module.facts.accepts.iter().enumerate().map(move |(at, accept)| (id, at, accept))
    })
}

/// `g-` and eight hexadecimal digits.
fn is_group_id(text: &str) -> bool {
    text.strip_prefix("g-")
        .is_some_and(|rest| rest.len() == 8 && rest.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Whether a dotted name is that of a module, a definition or a name of a module.
pub fn names_something(index: &Index, dotted: &str) -> bool {
    if index.module_named(dotted).is_some()
        || index.is_namespace(dotted)
        || index.definition_named(dotted).is_some()
    {
        return true;
    }
    let bound = |front: &str, last: &str| {
        let module = index.module_named(front);
        module.is_some_and(|id| index.module(id).facts.bindings_of(last).next().is_some())
    };
    dotted.rsplit_once('.').is_some_and(|(front, last)| bound(front, last))
}

/// A finding about an entry of the configuration.
fn entry(scene: &Scene<'_>, (table, at): (&str, usize), name: &str, summary: String) -> Finding {
    let lines = &scene.circumstances.lines;
    let line = lines.of(table, at);
    let path = lines.file();
    let member = Member {
        module: path.to_string(),
        path,
        span: Span { start: line, end: line },
        qualified_name: String::new(),
        digest: digest(&format!("{table} {name}")),
    };
    let evidence = vec![Evidence::supporting("policy", summary.clone())];
    remark(&RULE, DefinitionKind::Place, name.to_owned(), summary, evidence, vec![member], 1)
}

fn at_comment(
    scene: &Scene<'_>,
    id: ModuleId,
    accept: &Accept,
    what: &str,
    summary: String,
) -> Finding {
    let definitions = scene.index.module(id).facts.definitions.iter();
    let around = definitions
        .enumerate()
        .filter(|(_, it)| (it.span.start..=it.span.end).contains(&accept.line))
        .min_by_key(|(_, it)| it.span.lines());
    let place = Place {
        module: id,
        line: accept.line,
        inside: around.map(|(at, _)| at as u32),
        what: format!("accept {what}"),
    };
    let evidence = vec![Evidence::supporting("policy", summary.clone())];
    let name = if what == "accept" { "accept".to_owned() } else { format!("accept[{what}]") };
    Remark { name, summary, evidence, places: vec![place], cost: 1 }.finding(scene, &RULE)
}
