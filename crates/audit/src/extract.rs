//! A new module for a definition that no member can import from another.

use ssot_facts::{Binding, DefinitionId, ImportScope, Index, Module, Role, Site, SiteKind};
use ssot_model::{DefinitionKind, RepoPath};

use crate::naming::snake_case;
use crate::pull_up::kin;
use crate::{Choice, Examiner};

/// Proposes a module that every member can import, or says why there is none.
pub(crate) fn propose(examiner: &Examiner<'_>, members: &[DefinitionId]) -> Result<Choice, String> {
    let source = members[0];
    own_words(examiner, members)?;
    let stem = snake_case(&examiner.index.definition(source).name);
    let (directory, package) = common_package(examiner, members, &stem)?;
    let module = format!("{package}.{stem}");
    let path =
        RepoPath::join(&directory, &format!("{stem}.py")).map_err(|error| error.to_string())?;
    if examiner.index.module_at(&path).is_some() || examiner.index.module_named(&module).is_some() {
        return Err(format!("{path} exists already"));
    }
    imports_suffice(examiner, source, members)?;
    Ok(Choice::Extract { source, members: members.to_vec(), module, path })
}

/// A class of a back end is a word of what it talks to: that two are equal today is no reason
/// to make a module which both have to follow.
fn own_words(examiner: &Examiner<'_>, members: &[DefinitionId]) -> Result<(), String> {
    let index = examiner.index;
    let first = members[0];
    if index.definition(first).kind != DefinitionKind::Class {
        return Ok(());
    }
    let named = |id: DefinitionId| index.dotted(id);
    let beside = members[1..].iter().find_map(|other| {
        let (one, two) = (named(first), named(*other));
        kin::side_by_side(examiner, (first.module, &one), (other.module, &two))
    });
    beside.map_or(Ok(()), Err)
}

/// The innermost package that holds every member: directory and dotted name.
pub(crate) fn common_package(
    examiner: &Examiner<'_>,
    members: &[DefinitionId],
    stem: &str,
) -> Result<(String, String), String> {
    let index = examiner.index;
    let first = index.module(members[0].module);
    let boundaries =
        members.iter().map(|id| examiner.territories.boundary(&index.module(id.module).path));
    if boundaries.clone().any(|it| it != boundaries.clone().next().flatten()) {
        return Err("the members belong to different boundaries".to_owned());
    }
    let mut package = first.package();
    while !package.is_empty() {
        let prefix = format!("{package}.");
        let holds_all = members.iter().all(|id| {
            let module = index.module(id.module);
            module.name.starts_with(&prefix) || module.package() == package
        });
        if holds_all && let Some(id) = index.module_named(package) {
            let face = index.module(id);
            if let Some(place) = plug_ins(index, face) {
                return Err(format!("{place} takes every module of {} in", face.name));
            }
            if face.facts.bindings_of(stem).next().is_some() {
                return Err(format!("{} binds `{stem}` already", face.name));
            }
            if face.is_package() && face.role == Role::Production {
                let face = shelf(examiner, members, face, stem).unwrap_or(face);
                return Ok((face.path.directory().to_owned(), face.name.to_string()));
            }
        }
        package = package.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    Err("the members have no package in common".to_owned())
}

/// Names by which a package says that it holds what several others use, the clearest first.
const SHELVES: [&str; 8] =
    ["common", "_common", "shared", "_shared", "utils", "_utils", "util", "utilities"];

/// The package for what others share inside one whose members all lie deeper: nobody looks
/// for a shared module at the root of a project that has a place for them.
fn shelf<'a>(
    examiner: &Examiner<'a>,
    members: &[DefinitionId],
    package: &Module,
    stem: &str,
) -> Option<&'a Module> {
    let index = examiner.index;
    let modules = || members.iter().map(|id| id.module);
    if modules().any(|id| index.module(id).package() == package.name) {
        return None;
    }
    SHELVES.iter().find_map(|name| {
        let id = index.module_named(&format!("{}.{name}", package.name))?;
        let face = index.module(id);
        let boundary = |module: &Module| examiner.territories.boundary(&module.path);
        let needed = examiner.graph.requirements(id);
        let fits = face.is_package()
            && face.role == Role::Production
            && !crate::direction::is_deprecated(face)
            && boundary(face) == boundary(package)
            && face.facts.bindings_of(stem).next().is_none()
            && plug_ins(index, face).is_none()
            && modules().all(|member| {
                examiner.graph.path(id, member).is_none()
                    && needed.is_subset(&examiner.graph.requirements(member))
            });
        fits.then_some(face)
    })
}

/// Calls that list what lies in a directory.
const LISTING: [&str; 8] =
    ["iter_modules", "walk_packages", "listdir", "scandir", "iterdir", "glob", "rglob", "walk"];

/// Where somebody lists the modules of a package to load each, if somebody does: in its
/// face, or by what lists modules of whatever package it is given. A face that finds a
/// module by the name that it is asked for takes in nothing by itself.
fn plug_ins(index: &Index, face: &Module) -> Option<String> {
    let top = face.name.split('.').next().unwrap_or_default();
    let lists = |module: &Module, calls: &[&str]| {
        let facts = &module.facts;
        let is_it = |site: &&Site| {
            let last = facts.path_of(site).rsplit('.').next().unwrap_or_default();
            site.kind == SiteKind::Call && calls.contains(&last)
        };
        facts.sites.iter().find(is_it).map(|site| format!("{}:{}", module.path, site.line))
    };
    let loads = face.facts.flags.loads_by_name && !face.facts.flags.module_getattr;
    let by_face = lists(face, &LISTING).or_else(|| loads.then(|| face.path.to_string()));
    let of_project = |module: &&Module| {
        module.role == Role::Production && module.name.split('.').next() == Some(top)
    };
    by_face.or_else(|| {
        let mut modules = index.modules().map(|(_, module)| module).filter(of_project);
        modules.find_map(|module| lists(module, &LISTING[..2]))
    })
}

/// The definition reads nothing but builtins and what plain imports bind, and none
/// of those imports leads back to a member.
pub(crate) fn imports_suffice(
    examiner: &Examiner<'_>,
    source: DefinitionId,
    members: &[DefinitionId],
) -> Result<(), String> {
    let index = examiner.index;
    let module = index.module(source.module);
    let definition = index.definition(source);
    match definition.kind {
        DefinitionKind::Class | DefinitionKind::Function => {}
        other => return Err(format!("a {} gets no module of its own", other.as_str())),
    }
    for name in definition.free.iter().filter(|name| **name != definition.name) {
        let mut bindings = module.facts.bindings_of(name).peekable();
        if bindings.peek().is_none() {
            continue;
        }
        for bound in bindings {
            let Binding::Import(at) = bound.binding else {
                return Err(format!("`{name}` is defined in {}", module.name));
            };
            let import = &module.facts.imports[at as usize];
            if import.scope != ImportScope::Module {
                return Err(format!("`{name}` is imported only on some paths"));
            }
            let target = index.import_target(module, import).and_then(|it| index.module_named(&it));
            if let Some(target) = target
                && members.iter().any(|member| examiner.graph.path(target, member.module).is_some())
            {
                return Err(format!("`{name}` leads back to a member"));
            }
        }
    }
    Ok(())
}
