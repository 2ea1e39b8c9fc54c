//! Equal doubles of several test modules: one of them in a module that all of them can reach.
//!
//! Where tests find what they share is decided by their runner, so a double only moves inside
//! of a package, or inside of one directory of test modules, which runners put on the path.

use ssot_facts::{DefinitionId, ImportScope, Index, Module, Role};
use ssot_model::RepoPath;

use crate::choice::{Decision, pair_obstacle, rank};
use crate::naming::snake_case;
use crate::{Choice, Examiner, Refusal, extract};

/// Endings and beginnings of modules that a runner takes for tests.
const TESTS: [&str; 2] = ["test_", "_test"];

/// What becomes of doubles whose bodies are equal.
pub(crate) fn choose(examiner: &Examiner<'_>, ids: &[DefinitionId]) -> Decision {
    let index = examiner.index;
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut movable: Vec<DefinitionId> = Vec::new();
    for id in ids {
        let handled =
            examiner.gone.contains(id).then(|| "another group removes it already".to_owned());
        let first = movable.first().copied();
        let reason = handled
            .or_else(|| ssot_rules::obstacle(index, &examiner.patches, *id))
            .or_else(|| pair_obstacle(examiner, first?, *id));
        match reason {
            Some(reason) => refusals.push(Refusal { place: examiner.place(*id), reason }),
            None => movable.push(*id),
        }
    }
    let candidates = rank(examiner, &movable);
    let chosen = match movable.len() {
        0 | 1 => Err(refusals.first().map_or_else(
            || "fewer than two members can be moved".to_owned(),
            |refusal| refusal.reason.clone(),
        )),
        _ => shared(examiner, &movable),
    };
    match chosen {
        Ok((choice, reason)) => Decision { choice, reason, candidates, refusals },
        Err(reason) => Decision { candidates, refusals, ..Decision::accept(reason) },
    }
}

/// The double that stays: one in a module of support already, or one that moves there.
fn shared(examiner: &Examiner<'_>, members: &[DefinitionId]) -> Result<(Choice, String), String> {
    let index = examiner.index;
    let (directory, package) = home(index, members)?;
    let support = |id: &&DefinitionId| {
        let module = index.module(id.module);
        !is_test_module(module) && is_reached(index, module, &directory, package.as_deref())
    };
    if let Some(canonical) = members.iter().find(support).copied() {
        let copies: Vec<DefinitionId> =
            members.iter().copied().filter(|id| id.module != canonical.module).collect();
        let leads_back =
            copies.iter().find(|id| examiner.graph.path(canonical.module, id.module).is_some());
        return match leads_back {
            Some(id) => Err(format!(
                "the one in support of the tests imports {}",
                index.module(id.module).name
            )),
            None => Ok((
                Choice::Redirect { canonical, copies },
                format!("{} is there for several tests", index.module(canonical.module).path),
            )),
        };
    }
    let source = members[0];
    let stem = snake_case(&index.definition(source).name);
    let stem = stem.trim_start_matches('_');
    if TESTS.iter().any(|it| stem.starts_with(it) || stem.ends_with(it)) {
        return Err(format!("a module called {stem} would be taken for tests"));
    }
    let module = package.map_or_else(|| stem.to_owned(), |package| format!("{package}.{stem}"));
    let path =
        RepoPath::join(&directory, &format!("{stem}.py")).map_err(|error| error.to_string())?;
    if index.module_at(&path).is_some() || index.module_named(&module).is_some() {
        return Err(format!("{path} exists already"));
    }
    extract::imports_suffice(examiner, source, members)?;
    let choice = Choice::Extract { source, members: members.to_vec(), module, path };
    Ok((choice, "the tests share a directory, and a module beside them is theirs".to_owned()))
}

/// The directory that all tests can import from, with the package that it is.
fn home(index: &Index, members: &[DefinitionId]) -> Result<(String, Option<String>), String> {
    let modules: Vec<&Module> = members.iter().map(|id| index.module(id.module)).collect();
    if modules.iter().any(|module| module.role != Role::Test) {
        return Err("a double outside of the tests is no test's to share".to_owned());
    }
    let mut directory = modules[0].path.directory();
    loop {
        let holds_all =
            modules.iter().all(|module| directory.is_empty() || module.path.is_below(directory));
        let face = RepoPath::join(directory, "__init__.py").ok();
        let face = face.and_then(|path| index.module_at(&path));
        if holds_all && let Some(face) = face {
            return Ok((directory.to_owned(), Some(index.module(face).name.to_string())));
        }
        let is_flat = modules.iter().all(|module| module.path.directory() == directory);
        if is_flat {
            let package = beside(index, directory).ok_or(
                "no test there imports a module beside it, so where their runner looks is not known",
            )?;
            return Ok((directory.to_owned(), Some(package).filter(|it| !it.is_empty())));
        }
        let Some((outer, _)) = directory.rsplit_once('/') else {
            let reason = "the tests have no package in common and do not share a directory";
            return Err(reason.to_owned());
        };
        directory = outer;
    }
}

/// By which package, empty for none, the modules of a directory that is no package import each
/// other, if they do.
fn beside(index: &Index, directory: &str) -> Option<String> {
    let here = |module: &Module| module.path.directory() == directory;
    let imports = index.modules().filter(|(_, module)| here(module)).flat_map(|(id, module)| {
        let all = index.imports(id).filter(|(import, _)| import.scope == ImportScope::Module);
        all.filter_map(move |(_, imported)| imported.module.or(imported.below))
            .filter(move |target| *target != id && here(index.module(*target)))
            .map(move |target| (module, target))
    });
    let (_, target) = imports.into_iter().next()?;
    let name = &index.module(target).name;
    Some(name.rsplit_once('.').map_or_else(String::new, |(package, _)| package.to_owned()))
}

fn is_test_module(module: &Module) -> bool {
    let stem = module.path.file_name().trim_end_matches(".py");
    stem == "conftest" || TESTS.iter().any(|it| stem.starts_with(it) || stem.ends_with(it))
}

/// Whether a module of support can be imported by all that share a home.
fn is_reached(index: &Index, module: &Module, directory: &str, package: Option<&str>) -> bool {
    let in_package = package.is_some_and(|package| module.name.starts_with(&format!("{package}.")));
    let beside = package.is_none() && module.path.directory() == directory;
    (in_package || beside) && index.module_named(&module.name).is_some()
}
