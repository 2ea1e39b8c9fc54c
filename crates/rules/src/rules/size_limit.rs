//! How large files, classes and functions may become.

use std::collections::BTreeMap;

use ssot_facts::{Definition, DefinitionId, Module, ModuleId, Role};
use ssot_model::{
    DefinitionKind, Evidence, Finding, Level, Limits, MegaClass, Member, RepoPath, Severity, Span,
};

use crate::place::{Place, Remark};
use crate::{Rule, Scene, place};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    name: "size-limit",
    summary: "A file, class or function is larger than `[limits]` allows, or a `[[mega-class]]` does not hold.",
    page: include_str!("size_limit.md"),
    level: Level::Note,
    check,
};

/// Largest parts named in evidence.
const SHOWN: usize = 3;

fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let limits = &scene.config.limits;
    let mut methods: BTreeMap<DefinitionId, Vec<&Definition>> = BTreeMap::new();
    for (id, _, definition) in production(scene) {
        if let (DefinitionKind::Method, Some(owner)) = (definition.kind, definition.owner) {
            let owner = DefinitionId { module: id.module, index: owner };
            methods.entry(owner).or_default().push(definition);
        }
    }
    let mut findings = Vec::new();
    for (id, module) in scene.index.modules().filter(|(_, it)| it.role == Role::Production) {
        findings.extend(file(scene, limits, id, module));
    }
    for (id, _, definition) in production(scene) {
        let own = methods.get(&id).map_or(&[][..], Vec::as_slice);
        let exceeded = exceeded(limits, definition, own);
        let exception = exception(scene, id, definition);
        match exception {
            Some(exception) if definition.span.lines() > exception.lines => {
                findings.push(outgrown(scene, id, exception));
            }
            Some(_) => {}
            None if exceeded.is_empty() => {}
            None => findings.push(too_large(scene, id, &exceeded, own)),
        }
    }
    let exceptions = scene.config.mega_class.iter();
    findings.extend(exceptions.filter_map(|it| unused(scene, limits, it, &methods)));
    findings
}

fn production<'a>(
    scene: &'a Scene<'a>,
) -> impl Iterator<Item = (DefinitionId, &'a Module, &'a Definition)> {
    scene.index.definitions().filter(|(_, module, _)| module.role == Role::Production)
}

fn exception<'a>(
    scene: &'a Scene<'a>,
    id: DefinitionId,
    definition: &Definition,
) -> Option<&'a MegaClass> {
    let mut declared = scene.config.mega_class.iter();
    let is_class = definition.kind == DefinitionKind::Class;
    is_class
        .then(|| scene.index.dotted(id))
        .and_then(|name| declared.find(|it| it.definition == name))
}

fn is_over(value: u32, limit: u32) -> bool {
    limit > 0 && value > limit
}

/// Which limits a definition exceeds, in words.
fn exceeded(limits: &Limits, definition: &Definition, methods: &[&Definition]) -> Vec<String> {
    let mut found = Vec::new();
    let lines = definition.span.lines();
    let limit = match definition.kind {
        DefinitionKind::Class => limits.class_lines,
        DefinitionKind::Function | DefinitionKind::Method => limits.function_lines,
        _ => 0,
    };
    if is_over(lines, limit) {
        found.push(format!("{lines} lines, the limit is {limit}"));
    }
    if is_over(methods.len() as u32, limits.class_methods) {
        found.push(format!("{} methods, the limit is {}", methods.len(), limits.class_methods));
    }
    found
}

fn too_large(
    scene: &Scene<'_>,
    id: DefinitionId,
    exceeded: &[String],
    methods: &[&Definition],
) -> Finding {
    let kind = scene.index.definition(id).kind.as_str();
    let summary =
        format!("{kind} `{}` has {}", scene.index.qualified_name(id), exceeded.join(" and "));
    place::about(scene, &RULE, &[id], summary, largest(methods))
}

/// The largest methods: what could move out first.
fn largest(methods: &[&Definition]) -> Vec<Evidence> {
    let mut methods: Vec<&&Definition> = methods.iter().collect();
    methods.sort_by_key(|it| (std::cmp::Reverse(it.span.lines()), it.span.start));
    let tell = |it: &&Definition| {
        let text = format!("`{}` has {} lines (line {})", it.name, it.span.lines(), it.span.start);
        Evidence::supporting("largest", text)
    };
    methods.into_iter().take(SHOWN).map(tell).collect()
}

fn outgrown(scene: &Scene<'_>, id: DefinitionId, exception: &MegaClass) -> Finding {
    let lines = scene.index.definition(id).span.lines();
    let summary = format!(
        "class `{}` has {lines} lines; its exception allows {}",
        exception.definition, exception.lines
    );
    let text = format!("the reason given: {}", exception.reason);
    let evidence = vec![Evidence::opposing("exception", text)];
    declared(place::about(scene, &RULE, &[id], summary, evidence))
}

/// An exception for a class that needs none, or that is not there.
fn unused(
    scene: &Scene<'_>,
    limits: &Limits,
    exception: &MegaClass,
    methods: &BTreeMap<DefinitionId, Vec<&Definition>>,
) -> Option<Finding> {
    let name = &exception.definition;
    let Some(id) = scene.index.definition_named(name) else {
        let summary = format!("`[[mega-class]]` names `{name}`, which does not exist");
        return Some(declared(place::remark(
            &RULE,
            DefinitionKind::Class,
            name.clone(),
            summary,
            Vec::new(),
            vec![configured(name)],
            0,
        )));
    };
    let definition = scene.index.definition(id);
    let own = methods.get(&id).map_or(&[][..], Vec::as_slice);
    if !exceeded(limits, definition, own).is_empty() || definition.span.lines() > exception.lines {
        return None;
    }
    let summary = format!("class `{name}` needs no `[[mega-class]]`: it is within the limits");
    let text = format!(
        "{} lines and {} methods; remove the exception",
        definition.span.lines(),
        own.len()
    );
    let evidence = vec![Evidence::supporting("within-limits", text)];
    Some(declared(place::about(scene, &RULE, &[id], summary, evidence)))
}

/// The place of an exception: the configuration.
fn configured(name: &str) -> Member {
    Member {
        path: RepoPath::new("ssot.toml").expect("a plain name is a plain path"),
        span: Span { start: 1, end: 1 },
        module: String::new(),
        qualified_name: name.to_owned(),
        digest: String::new(),
    }
}

/// What contradicts the configuration is no opinion.
fn declared(finding: Finding) -> Finding {
    Finding { severity: Severity::Warning, ..finding }
}

fn file(scene: &Scene<'_>, limits: &Limits, id: ModuleId, module: &Module) -> Option<Finding> {
    let lines = module.facts.lines;
    if !is_over(lines, limits.file_lines) {
        return None;
    }
    let summary = format!("{} has {lines} lines, the limit is {}", module.path, limits.file_lines);
    let top: Vec<&Definition> =
        module.facts.definitions.iter().filter(|it| it.owner.is_none()).collect();
    let places = vec![Place { module: id, line: 1, inside: None, what: "file".to_owned() }];
    let remark = Remark {
        name: module.name.to_string(),
        summary,
        evidence: largest(&top),
        places,
        cost: lines - limits.file_lines,
    };
    Some(remark.finding(scene, &RULE))
}
