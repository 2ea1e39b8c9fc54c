//! A module that cannot be reached goes.

use ssot_facts::{Module, ModuleId, Role};
use ssot_model::FileChange;

use super::work::Work;
use crate::Refused;

/// Plans the end of a file.
pub(super) fn delete(work: &mut Work<'_>, id: ModuleId) -> Result<(), Refused> {
    let module = work.index.module(id);
    // The file must still be the one that was judged.
    work.file(id)?;
    if let Some(how) = reached(work, id, module) {
        return Err(Refused::Reachable { path: module.path.clone(), how });
    }
    work.change(module.path.clone(), FileChange::Delete)
}

/// How the module can be reached, if it can.
fn reached(work: &Work<'_>, id: ModuleId, module: &Module) -> Option<String> {
    let index = work.index;
    if index.module_named(&module.name) == Some(id) {
        return Some(format!("`import {}` finds it", module.name));
    }
    if module.facts.flags.main_guard {
        return Some("it can be run as a script".to_owned());
    }
    if module.role == Role::Test {
        return Some("test runners find tests by their path".to_owned());
    }
    index.modules().filter(|(other, _)| *other != id).find_map(|(other, user)| {
        let import = user.facts.imports.iter().find(|import| {
            let target = index.import_target(user, import);
            target.is_some_and(|target| {
                let named = import.name.as_ref().map(|name| format!("{target}.{name}"));
                index.module_named(&target) == Some(id)
                    || named.is_some_and(|named| index.module_named(&named) == Some(id))
            })
        });
        if let Some(import) = import {
            return Some(format!("{}:{} imports it", user.path, import.line));
        }
        let line = named_by_path(work, other, module)?;
        Some(format!("{}:{line} names its path", user.path))
    })
}

/// The line of a file that names the path of the module.
fn named_by_path(work: &Work<'_>, user: ModuleId, module: &Module) -> Option<usize> {
    let user = work.index.module(user);
    let bytes = work.bytes(&user.path)?;
    let text = String::from_utf8_lossy(&bytes);
    let file_name = module.path.file_name();
    let directory = module.path.directory().rsplit('/').next().unwrap_or_default();
    let with_directory = format!("{directory}/{file_name}");
    let quoted = [format!("\"{file_name}\""), format!("'{file_name}'")];
    let is_sibling = user.path.directory() == module.path.directory();
    let names = |line: &str| {
        let by_path = !directory.is_empty() && line.contains(&with_directory);
        by_path || is_sibling && quoted.iter().any(|name| line.contains(name))
    };
    text.lines().position(names).map(|at| at + 1)
}
