//! A new module for a definition that no member can import from another.

use ssot_facts::{Binding, DefinitionId, ImportScope, Role};
use ssot_model::{DefinitionKind, RepoPath};

use crate::{Choice, Examiner};

/// Proposes a module that every member can import, or says why there is none.
pub(crate) fn propose(examiner: &Examiner<'_>, members: &[DefinitionId]) -> Result<Choice, String> {
    let source = members[0];
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
            if face.facts.flags.loads_by_name {
                return Err(format!("{} loads its modules by name", face.name));
            }
            if face.facts.bindings_of(stem).next().is_some() {
                return Err(format!("{} binds `{stem}` already", face.name));
            }
            if face.is_package() && face.role == Role::Production {
                return Ok((face.path.directory().to_owned(), package.to_owned()));
            }
        }
        package = package.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    Err("the members have no package in common".to_owned())
}

/// The definition reads nothing but builtins and what plain imports bind, and none
/// of those imports leads back to a member.
fn imports_suffice(
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

/// `RateWindow` and `rateWindow` become `rate_window`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut text = String::new();
    let mut previous_lower = false;
    for letter in name.chars() {
        if letter.is_uppercase() && previous_lower {
            text.push('_');
        }
        previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
        text.extend(letter.to_lowercase());
    }
    text.trim_start_matches('_').to_owned()
}
