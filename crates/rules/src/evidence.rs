//! From a family of equal definitions to a verdict with its evidence, and the
//! finding that carries both.

use std::collections::BTreeMap;

use ssot_facts::{Definition, DefinitionId, Index, Module, Resolution, Role, SiteKind};
use ssot_model::{DefinitionKind, Evidence, Finding, Severity, Verdict};

use crate::families::Family;
use crate::identity::fingerprint;
use crate::relation::{self, plug_ins, subject};
use crate::{Comparison, Difference, Scene, families, words};

/// Lines above a definition in which a comment still speaks about it.
const COMMENT_REACH: u32 = 6;

/// A verdict about some definitions.
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) members: Family,
}

/// Splits a family of equal bodies into those that are a second source of truth
/// and those that stay apart on purpose.
pub(crate) fn judge_equal(
    scene: &Scene<'_>,
    family: &[DefinitionId],
    equal: Verdict,
) -> Vec<Judgement> {
    let mut apart: Vec<(DefinitionId, Evidence)> = Vec::new();
    let mut together: Family = Vec::new();
    for id in family {
        match reason_to_stay(scene, *id) {
            Some(reason) => apart.push((*id, reason)),
            None => together.push(*id),
        }
    }
    let mut judgements = Vec::new();
    let is_template = |id: &DefinitionId| scene.index.module(id.module).role == Role::Template;
    // What was copied out of a template belongs to whoever copied it.
    if family.iter().any(is_template) {
        together.clear();
    }
    if let Some(published) = published(scene, &together) {
        judgements.push(published);
        together.clear();
    }
    if let Some(own) = keepers(scene, &together).or_else(|| of_modules(scene, &together)) {
        judgements.push(own);
        together.clear();
    }
    if families::stand_apart(scene.index, &together) {
        let meanings = by_meaning(scene, &together);
        for same in meanings.iter().filter(|same| families::stand_apart(scene.index, same)) {
            judgements.extend(judge_boundaries(scene, same, equal));
        }
        judgements.extend(judge_meanings(scene, &meanings));
    } else if !apart.is_empty() {
        let members = family.to_vec();
        let mut evidence = vec![same_body(scene, &members)];
        evidence.extend(apart.into_iter().map(|(_, reason)| reason));
        evidence.dedup();
        judgements.push(Judgement { verdict: Verdict::Convention, evidence, members });
    }
    judgements
}

/// Statements up to which a model says more in its docstring than in its fields.
const LITTLE: u32 = 2;

/// Small models that differ in their docstrings alone: pydantic publishes the docstring as
/// the description of the schema, so it is what they differ in and no comment.
fn published(scene: &Scene<'_>, family: &[DefinitionId]) -> Option<Judgement> {
    let model = |id: &DefinitionId| {
        let it = scene.index.definition(*id);
        let is_model = it.kind == DefinitionKind::Class
            && it.statements <= LITTLE
            && it.doc_hash != 0
            && it.bases.iter().any(|base| base.rsplit('.').next() == Some("BaseModel"));
        is_model.then_some(it.doc_hash)
    };
    let mut docs = family.iter().map(model).collect::<Option<Vec<_>>>()?;
    docs.sort_unstable();
    let differ = docs.len() > 1 && docs.windows(2).all(|pair| pair[0] != pair[1]);
    differ.then(|| {
        let text = "each has its own docstring, which the schema publishes".to_owned();
        let evidence =
            vec![same_body(scene, family), Evidence::supporting("published-docstring", text)];
        Judgement { verdict: Verdict::Convention, evidence, members: family.to_vec() }
    })
}

/// Constructors that keep what they are given and do nothing else, in classes that are no
/// one concept: there is no code in them that could be shared.
fn keepers(scene: &Scene<'_>, family: &[DefinitionId]) -> Option<Judgement> {
    let owner = |id: &DefinitionId| {
        let owner = scene.index.definition(*id).owner.filter(|_| keeps(scene.index, *id))?;
        Some(DefinitionId { index: owner, ..*id })
    };
    let owners = family.iter().map(owner).collect::<Option<Family>>()?;
    let are_apart =
        |pair: &[DefinitionId]| !relation::relate(scene, pair[0], pair[1]).verdict.is_violation();
    if owners.len() < 2 || !owners.windows(2).all(are_apart) {
        return None;
    }
    let text = "each keeps what its own class is given and does nothing else".to_owned();
    let evidence = vec![same_body(scene, family), Evidence::opposing("keeps", text)];
    Some(Judgement { verdict: Verdict::Homonym, evidence, members: family.to_vec() })
}

/// Whether a constructor has no more statements than parameters, no value of its own, and
/// calls nothing but the constructor above.
fn keeps(index: &Index, id: DefinitionId) -> bool {
    let definition = index.definition(id);
    let facts = &index.module(id.module).facts;
    let mut calls = facts
        .sites
        .iter()
        .filter(|site| site.definition() == Some(id.index) && site.kind == SiteKind::Call);
    definition.name == "__init__"
        && definition.statements as usize <= definition.members.len()
        && definition.literal_hash == 0
        && definition.raises.is_empty()
        && calls.all(|site| matches!(last_part(facts.path_of(site)), "super" | "__init__"))
}

fn last_part(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// Equal values of a name to which each module of a package gives its own.
fn of_modules(scene: &Scene<'_>, family: &[DefinitionId]) -> Option<Judgement> {
    let text = plug_ins::own_values(scene, family)?;
    let evidence = vec![same_body(scene, family), Evidence::supporting("plug-ins", text)];
    Some(Judgement { verdict: Verdict::Convention, evidence, members: family.to_vec() })
}

/// Members whose texts are equal, split by what the texts mean.
fn by_meaning(scene: &Scene<'_>, family: &[DefinitionId]) -> Vec<Family> {
    let mut meanings: Vec<Family> = Vec::new();
    for id in family {
        let kind = scene.index.definition(*id).kind;
        let same = meanings.iter_mut().find(|meaning| {
            let mut comparison = Comparison::new(scene.index, &scene.patches, kind);
            !comparison.difference(meaning[0], *id).is_some_and(|it| it.other_concept)
        });
        match same {
            Some(meaning) => meaning.push(*id),
            None => meanings.push(vec![*id]),
        }
    }
    meanings
}

/// Statements up to which equal texts over different things are an idiom, such as the
/// accessor of a module's own registry.
const IDIOM: u32 = 3;

/// Equal texts that say different things.
fn judge_meanings(scene: &Scene<'_>, meanings: &[Family]) -> Option<Judgement> {
    let heads: Family = meanings.iter().map(|meaning| meaning[0]).collect();
    let [first, second, ..] = *heads else { return None };
    let kind = scene.index.definition(first).kind;
    let difference =
        Comparison::new(scene.index, &scene.patches, kind).difference(first, second)?;
    let verdict = verdict_of_meanings(scene, first, &difference);
    let evidence = vec![same_body(scene, &heads), Evidence::opposing("meaning", difference.text)];
    let mut members: Family = meanings.iter().flatten().copied().collect();
    members.sort();
    Some(Judgement { verdict, evidence, members })
}

/// Statements from which a class that reads a table of its module says more than the table.
const LARGE_CLASS: u32 = 12;

/// Data that is written over what each module has of its own is its own as well. A
/// short body that hands a table of its own to a function is a face of that function.
/// Other short ones are an idiom that every module uses for its own, unless they call
/// what differs; the rest are variants of one concept.
fn verdict_of_meanings(scene: &Scene<'_>, id: DefinitionId, difference: &Difference) -> Verdict {
    let definition = scene.index.definition(id);
    let is_short = definition.statements <= IDIOM;
    let hands_on = || {
        let facts = &scene.index.module(id.module).facts;
        facts.sites.iter().filter(|site| site.definition() == Some(id.index)).any(|site| {
            let meanings = scene.index.follow(id.module, facts.path_of(site));
            let shared = |it: &Resolution| matches!(it, Resolution::Definition(of) if of.module != id.module);
            site.kind == SiteKind::Call && meanings.iter().any(shared)
        })
    };
    match (definition.kind, difference.kind) {
        (DefinitionKind::Class, None) if definition.statements >= LARGE_CLASS => Verdict::Variant,
        (DefinitionKind::Constant, _) | (DefinitionKind::Class, None) => Verdict::Boundary,
        (DefinitionKind::Function, None) if definition.statements == 1 && hands_on() => {
            Verdict::Layer
        }
        (_, Some(DefinitionKind::Function)) => Verdict::Variant,
        _ if is_short => Verdict::Homonym,
        _ => Verdict::Variant,
    }
}

/// Whether a module among scripts is none: others import from it, and it does nothing when
/// it is run.
fn is_library(scene: &Scene<'_>, module: &Module, id: DefinitionId) -> bool {
    let stem = module.path.file_stem();
    // Scripts find each other in their own folder, which is no package.
    let imports = |other: &Module| {
        let is_beside = other.path.directory() == module.path.directory();
        is_beside && other.facts.imports.iter().any(|it| it.level == 0 && it.module == stem)
    };
    let is_consumed = |it: &Definition| !scene.index.consumers(id.module, &it.name).is_empty();
    module.role == Role::Script
        && !module.facts.flags.main_guard
        && (module.facts.definitions.iter().any(is_consumed)
            || scene.index.modules().any(|(_, other)| imports(other)))
}

/// Why a definition keeps its own copy whatever the others do.
pub(crate) fn reason_to_stay(scene: &Scene<'_>, id: DefinitionId) -> Option<Evidence> {
    let module = scene.index.module(id.module);
    let path = &module.path;
    if module.role != Role::Production && !is_library(scene, module, id) {
        return Some(Evidence::supporting(
            "role",
            format!("{path} is {} code", module.role.as_str()),
        ));
    }
    let span = scene.index.definition(id).span;
    let reach = span.start.saturating_sub(COMMENT_REACH)..=span.end;
    if let Some(line) = module.facts.copied_on_purpose.iter().find(|line| reach.contains(line)) {
        let text = format!("a comment at {path}:{line} says the copy is deliberate");
        return Some(Evidence::supporting("deliberate-copy", text));
    }
    let definition = scene.index.definition(id);
    let owner = definition.owner.map(|owner| &module.facts.definitions[owner as usize]);
    if owner.is_some_and(|it| it.decorators.iter().any(|it| it.contains("deprecated"))) {
        let text = format!("the class of {} is deprecated", scene.index.dotted(id));
        return Some(Evidence::supporting("deprecated", text));
    }
    reason_of_module(scene, module)
}

/// Why whatever a module defines keeps its own copy.
pub(crate) fn reason_of_module(scene: &Scene<'_>, module: &Module) -> Option<Evidence> {
    let path = &module.path;
    if let Some(reason) = words::kept_for_others(path, &module.facts.summary) {
        let text = format!("{path} is kept for those who still use it: {reason}");
        return Some(Evidence::supporting("shim", text));
    }
    if module.facts.flags.deprecated {
        let text = format!("{path} is deprecated and stays as it is for those who still use it");
        return Some(Evidence::supporting("deprecated", text));
    }
    let habit = scene.territories.stands_alone(scene.index, module)?;
    let text = format!(
        "{path} works as a single file: {} modules of its package import each other only with a \
         fallback, {} outright, of {}",
        habit.guarded, habit.dependent, habit.modules
    );
    Some(Evidence::supporting("stand-alone", text))
}

/// Fewest sibling modules with one definition each that make a plug-in convention.
const PLUG_INS: usize = 3;

/// Whether definitions of one name stand in one module each, in sibling modules or
/// sibling packages.
pub(crate) fn are_plug_ins(scene: &Scene<'_>, heads: &[DefinitionId]) -> bool {
    let parent = |id: &DefinitionId| plug_ins::package(scene.index.module(id.module));
    let name = |id: &DefinitionId| &scene.index.definition(*id).name;
    heads.len() >= PLUG_INS
        && heads.iter().all(|id| parent(id) == parent(&heads[0]) && name(id) == name(&heads[0]))
}

fn judge_boundaries(scene: &Scene<'_>, family: &[DefinitionId], equal: Verdict) -> Vec<Judgement> {
    let mut by_boundary: BTreeMap<Option<&str>, Family> = BTreeMap::new();
    for id in family {
        let path = &scene.index.module(id.module).path;
        by_boundary.entry(scene.territories.boundary(path)).or_default().push(*id);
    }
    let shared_owner = by_boundary.contains_key(&None);
    if by_boundary.len() == 1 || shared_owner {
        let mut evidence = vec![same_body(scene, family)];
        if shared_owner && by_boundary.len() > 1 {
            let text = "one of them is in code that every boundary may use".to_owned();
            evidence.push(Evidence::supporting("shared-owner", text));
        }
        return vec![Judgement { verdict: equal, evidence, members: family.to_vec() }];
    }
    let mut judgements: Vec<Judgement> = by_boundary
        .values()
        .filter(|members| families::stand_apart(scene.index, members))
        .map(|members| Judgement {
            verdict: equal,
            evidence: vec![same_body(scene, members)],
            members: members.clone(),
        })
        .collect();
    let names: Vec<&str> = by_boundary.keys().flatten().copied().collect();
    let owners: Family = by_boundary.values().map(|members| members[0]).collect();
    let text = format!("each of the boundaries {} owns its copy", names.join(", "));
    judgements.push(Judgement {
        verdict: Verdict::Boundary,
        evidence: vec![same_body(scene, &owners), Evidence::supporting("boundary", text)],
        members: owners,
    });
    judgements
}

/// The fact that the bodies are equal, with their size.
fn same_body(scene: &Scene<'_>, family: &[DefinitionId]) -> Evidence {
    let definition = scene.index.definition(family[0]);
    let text = match definition.kind {
        DefinitionKind::Constant => format!("the same value in {} files", family.len()),
        _ => format!(
            "the same structure, {} statements on {} lines, {} times",
            definition.statements,
            definition.code_lines,
            family.len()
        ),
    };
    Evidence::supporting("same-body", text)
}

/// Builds the finding of a judgement.
pub(crate) fn finding(scene: &Scene<'_>, rule: &str, judgement: Judgement) -> Finding {
    let Judgement { verdict, evidence, members } = judgement;
    let first = scene.index.definition(members[0]);
    let kind = first.kind;
    let dotted: Vec<String> = members.iter().map(|id| scene.index.dotted(*id)).collect();
    let fingerprint = fingerprint(rule, kind, dotted.iter().map(String::as_str));
    let reach: usize = members.iter().map(|id| scene.index.consumers_of(*id).len()).sum();
    let lines: u32 = members.iter().skip(1).map(|id| scene.index.definition(*id).code_lines).sum();
    let summary = summary(scene, &members, verdict);
    Finding {
        id: fingerprint.group_id(),
        fingerprint,
        rule: rule.to_owned(),
        severity: severity(verdict).max(most_severe(scene, &members)),
        verdict: Some(verdict),
        confidence: confidence(verdict),
        name: first.name.to_string(),
        kind,
        summary,
        evidence,
        cost: lines + reach as u32,
        members: members.iter().map(|id| scene.index.member(*id)).collect(),
        question: None,
        accepted: None,
    }
}

/// How often a verdict proved right on the labelled groups, in percent.
pub(crate) fn confidence(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Identical | Verdict::Clone | Verdict::Shadowed => 99,
        Verdict::Unsure => 50,
        _ => 90,
    }
}

/// The most that equal text can matter. Values may agree by chance, as the operators of
/// two databases do, and so may the classes of two vendors; other code that does
/// something does not.
fn most_severe(scene: &Scene<'_>, members: &[DefinitionId]) -> Severity {
    let does_nothing = |id: &DefinitionId| does_nothing(scene, *id);
    let is_class = |id: &DefinitionId| scene.index.definition(*id).kind == DefinitionKind::Class;
    let by_vendor = members.iter().all(is_class)
        && members
            .windows(2)
            .all(|pair| subject::are_named_after_own(scene.index, pair[0], pair[1]));
    if by_vendor || members.iter().all(does_nothing) { Severity::Warning } else { Severity::Error }
}

/// Whether a definition only holds values: a constant, a class without methods.
pub(crate) fn does_nothing(scene: &Scene<'_>, id: DefinitionId) -> bool {
    match scene.index.definition(id).kind {
        DefinitionKind::Constant => true,
        DefinitionKind::Class => {
            let definitions = &scene.index.module(id.module).facts.definitions;
            !definitions.iter().any(|it| it.owner == Some(id.index))
        }
        _ => false,
    }
}

/// How much a verdict matters unless the configuration says otherwise.
pub(crate) fn severity(verdict: Verdict) -> Severity {
    match verdict {
        Verdict::Identical | Verdict::Clone | Verdict::Shadowed => Severity::Error,
        Verdict::Variant | Verdict::Twin => Severity::Warning,
        _ => Severity::Note,
    }
}

fn summary(scene: &Scene<'_>, members: &[DefinitionId], verdict: Verdict) -> String {
    let first = scene.index.definition(members[0]);
    let (kind, name, count) = (first.kind.as_str(), &first.name, members.len());
    match verdict {
        Verdict::Identical => {
            format!("{kind} `{name}` is defined {count} times with the same body")
        }
        Verdict::Clone => {
            let names: Vec<String> =
                members.iter().map(|id| format!("`{}`", scene.index.qualified_name(*id))).collect();
            let kinds = if kind.ends_with('s') { format!("{kind}es") } else { format!("{kind}s") };
            format!("{kinds} {} have the same body", names.join(", "))
        }
        Verdict::Variant => format!("{kind} `{name}` exists {count} times and has diverged"),
        Verdict::Twin => {
            format!("{kind} `{name}` exists in a synchronous and an asynchronous form")
        }
        Verdict::Boundary => {
            format!("{kind} `{name}` is owned by {count} boundaries, each its own")
        }
        Verdict::Homonym => format!("{count} different concepts are called `{name}`"),
        Verdict::Layer => format!("{kind} `{name}` wraps another of the same name"),
        Verdict::Specialisation => format!("{kind} `{name}` specialises another of the same name"),
        Verdict::Convention => format!("{kind} `{name}` is repeated {count} times by convention"),
        Verdict::Unsure => {
            format!("{kind} `{name}` is defined {count} times; the evidence does not decide")
        }
        Verdict::Shadowed => format!("module `{name}` cannot be reached"),
    }
}
