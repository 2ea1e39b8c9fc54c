//! Equal methods of classes with nothing in common above them: a class of their own.
//!
//! The new class becomes the first base of each. Then it stands right behind its heir in
//! the order of every class, so that whatever was found is found, `super()` included, as
//! long as no class inherits from two of the heirs.

use std::collections::BTreeSet;

use ssot_facts::{
    Binding, ClassRef, DefinitionId, Hierarchy, ImportScope, ModuleId, Resolution, Role,
};
use ssot_model::RepoPath;

use super::members::Method;
use super::{Found, kin, names, search};
use crate::{Choice, Examiner, Heirs, NewBase, direction, extract, naming};

/// Classes from elsewhere that take no other base, or count what they are given.
const CLOSED: [&str; 3] = ["NamedTuple", "TypedDict", "Protocol"];

/// The methods as one in a new class.
pub(super) fn propose(examiner: &Examiner<'_>, hierarchy: &Hierarchy, methods: &[Method]) -> Found {
    let mut refused = None;
    let mut able: Vec<&Method> = Vec::new();
    for method in methods {
        match may_inherit(examiner, hierarchy, method) {
            Ok(()) => able.push(method),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    if able.len() < 2 {
        return Err(refused.unwrap_or_else(|| "fewer than two can be moved".to_owned()));
    }
    let able = kin::largest(examiner, &able)?;
    let heirs: BTreeSet<DefinitionId> = able.iter().map(|it| it.class).collect();
    keeps_orders(examiner, hierarchy, &heirs)?;
    let (base, source) = place(examiner, &able, &heirs)?;
    let members = able.iter().map(|it| it.id).collect();
    let reason = format!("{} classes get it from {}, a new class", able.len(), base.dotted());
    Ok((Choice::NewBase { source, members, base }, reason))
}

/// Whether the class of a method can have one more base that has it.
fn may_inherit(
    examiner: &Examiner<'_>,
    hierarchy: &Hierarchy,
    method: &Method,
) -> Result<(), String> {
    let index = examiner.index;
    let (class, owner) = (method.class, &method.owner);
    let module = index.module(class.module);
    method.may_be_inherited()?;
    if module.role != Role::Production {
        return Err(format!("{} is {} code", module.name, module.role.as_str()));
    }
    if direction::is_deprecated(module) {
        return Err(format!("{} is deprecated and stays as it is", module.name));
    }
    let is_special = method.name.starts_with("__");
    if is_special && !hierarchy.is_closed(class) {
        return Err(format!("a base of {owner} that is not known may look for `{}`", method.name));
    }
    if search::asks_above(index, class, &method.name, Some(method.id)) {
        return Err(format!("{owner} asks `super()` for `{}`", method.name));
    }
    let order = hierarchy
        .linearisation(class)
        .map_err(|_| format!("the order of the bases of {owner} is contradictory"))?;
    for above in order.iter().skip(1) {
        match above {
            ClassRef::Internal(id) if index.definition(*id).flags.hooks_subclassing => {
                let name = index.dotted(*id);
                return Err(format!("{name} hooks into its subclasses and may look for methods"));
            }
            ClassRef::External(name) => {
                let last = name.rsplit('.').next().unwrap_or(name);
                if name.starts_with("enum.") || CLOSED.contains(&last) {
                    return Err(format!("{owner} is made by {name}"));
                }
            }
            ClassRef::Internal(_) => {}
        }
    }
    Ok(())
}

/// Whether every class finds its bases in the order of today, with the new one right
/// behind the only heir.
fn keeps_orders(
    examiner: &Examiner<'_>,
    hierarchy: &Hierarchy,
    heirs: &BTreeSet<DefinitionId>,
) -> Result<(), String> {
    let index = examiner.index;
    let new = ClassRef::External("<new>".into());
    for (class, after) in hierarchy.with_first_base(heirs, &new) {
        let name = index.dotted(class);
        let contradictory = |_| format!("the order of the bases of {name} would be contradictory");
        let before = hierarchy.linearisation(class).map_err(contradictory)?;
        let after = after.map_err(contradictory)?;
        let is_heir = |it: &ClassRef| it.internal().is_some_and(|id| heirs.contains(&id));
        if before.iter().filter(|it| is_heir(it)).count() != 1 {
            return Err(format!("{name} inherits from two of them"));
        }
        let same = after.iter().filter(|it| **it != new).eq(before.iter());
        let behind = after.windows(2).any(|pair| is_heir(&pair[0]) && pair[1] == new);
        if !same || !behind {
            return Err(format!("{name} would look through its bases in another order"));
        }
        let unknown = before.iter().find(|it| it.internal().is_some() && !hierarchy.is_known(it));
        if let Some(unknown) = unknown {
            return Err(format!("the bases of {} are not known", unknown.dotted(index)));
        }
    }
    Ok(())
}

/// The new class, and the method whose text moves there.
fn place(
    examiner: &Examiner<'_>,
    methods: &[&Method],
    heirs: &BTreeSet<DefinitionId>,
) -> Result<(NewBase, DefinitionId), String> {
    let index = examiner.index;
    let known = || examiner.new_bases.values();
    if let Some(made) = known().find(|made| made.classes == *heirs) {
        let source = methods.iter().find(|it| it.class == made.source);
        let source = source.ok_or_else(|| format!("{} is made of others", made.base.dotted()))?;
        suffices(examiner, methods, source)?;
        return Ok((made.base.clone(), source.id));
    }
    if let Some(made) = known().find(|made| !made.classes.is_disjoint(heirs)) {
        let base = made.base.dotted();
        return Err(format!("some of the classes come to inherit from {base}, others do not"));
    }
    // What several pairs of classes of two modules share comes together, from one of them.
    let neighbour = known().find(|made| modules(&made.classes) == modules(heirs));
    let mut sources: Vec<&Method> = methods.to_vec();
    sources.retain(|it| neighbour.is_none_or(|made| made.source.module == it.class.module));
    sources.sort_by_key(|it| (index.definition(it.id).doc_hash == 0, it.id));
    let mut refused = None;
    for source in sources {
        match suffices(examiner, methods, source) {
            Ok(()) => return Ok((vacancy(examiner, methods, neighbour)?, source.id)),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    Err(refused.unwrap_or_default())
}

fn modules(classes: &BTreeSet<DefinitionId>) -> BTreeSet<ModuleId> {
    classes.iter().map(|class| class.module).collect()
}

/// A name and a module that are free.
fn vacancy(
    examiner: &Examiner<'_>,
    methods: &[&Method],
    neighbour: Option<&Heirs>,
) -> Result<NewBase, String> {
    let index = examiner.index;
    let classes = methods.iter().map(|it| index.definition(it.class).name.as_str());
    let first = methods[0];
    let home = index.module(first.class.module);
    let together = methods.iter().all(|it| it.class.module == first.class.module);
    let mut refused = None;
    for name in naming::names(classes, &first.name) {
        let found = match neighbour {
            // Nobody else needs the name of a class beside its heirs.
            _ if together => {
                let (module, path) = (home.name.to_string(), home.path.clone());
                let name = format!("_{name}");
                let is_taken = home.facts.bindings_of(&name).next().is_some();
                let base = NewBase { name, module, path };
                if is_taken { Err(format!("{} is there already", base.dotted())) } else { Ok(base) }
            }
            Some(made) => Ok(NewBase { name, ..made.base.clone() }),
            None => module_of_its_own(examiner, methods, &name),
        };
        match found {
            Ok(base) if examiner.new_bases.contains_key(&base.dotted()) => {
                refused = Some(format!("{} is made for other classes", base.dotted()));
            }
            Ok(base) => return Ok(base),
            Err(reason) => refused = Some(reason),
        }
    }
    Err(refused.unwrap_or_default())
}

fn module_of_its_own(
    examiner: &Examiner<'_>,
    methods: &[&Method],
    name: &str,
) -> Result<NewBase, String> {
    let index = examiner.index;
    let ids: Vec<DefinitionId> = methods.iter().map(|it| it.id).collect();
    let modules: BTreeSet<ModuleId> = ids.iter().map(|id| id.module).collect();
    let last = |id: &ModuleId| index.module(*id).name.rsplit('.').next().unwrap_or_default();
    let stems: Vec<&str> = modules.iter().map(last).collect();
    let stems = naming::shared_module(&stems).into_iter().chain([naming::snake_case(name)]);
    let mut refused = None;
    for stem in stems {
        let (directory, package) = extract::common_package(examiner, &ids, &stem)?;
        let module = format!("{package}.{stem}");
        let path = RepoPath::join(&directory, &format!("{stem}.py"));
        let path = path.map_err(|error| error.to_string())?;
        let is_planned = examiner.new_bases.values().any(|made| made.base.path == path);
        if is_planned || index.module_at(&path).is_some() || index.module_named(&module).is_some() {
            refused = Some(format!("{path} exists already"));
            continue;
        }
        return Ok(NewBase { name: name.to_owned(), module, path });
    }
    Err(refused.unwrap_or_default())
}

/// Whether everything that the method reads is there where it comes to stand: above the
/// first of the classes of one module, or in a module that all of them import.
fn suffices(examiner: &Examiner<'_>, methods: &[&Method], source: &Method) -> Result<(), String> {
    let index = examiner.index;
    let module = index.module(source.class.module);
    let together = methods.iter().all(|it| it.class.module == source.class.module);
    let lines = methods.iter().map(|it| index.definition(it.class).span.start);
    let top = lines.min().unwrap_or_default();
    for name in &index.definition(source.id).free {
        if name == "super" {
            continue;
        }
        let mut bindings = module.facts.bindings_of(name).peekable();
        if bindings.peek().is_none() {
            match &*index.resolve(source.class.module, name) {
                [Resolution::Builtin(_)] => continue,
                _ => return Err(format!("`{name}` is bound nowhere in {}", module.name)),
            }
        }
        for bound in bindings {
            let is_early = bound.line < top || index.definition(source.class).span.start == top;
            match bound.binding {
                _ if together && is_early => {}
                _ if together => return Err(format!("`{name}` is not there yet above them")),
                Binding::Import(at) => {
                    let import = &module.facts.imports[at as usize];
                    match import.scope {
                        ImportScope::TypeChecking => continue,
                        ImportScope::Module if !bound.conditional => {}
                        _ => return Err(format!("`{name}` is imported only on some paths")),
                    }
                    for heir in methods {
                        names::importable(
                            examiner,
                            source.class.module,
                            import,
                            heir.class.module,
                        )?;
                    }
                }
                _ => return Err(format!("`{name}` is defined in {}", module.name)),
            }
        }
    }
    Ok(())
}
