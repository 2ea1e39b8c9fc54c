//! A copy gives way to an import of the canonical definition.

use ssot_facts::{Definition, DefinitionId, Index};
use ssot_model::DefinitionKind;

use super::form;
use super::importers::Redirected;
use super::names;
use super::spot::Spot;
use super::work::{Removal, Replacement, Work};
use crate::Refused;

/// Plans the removal of every copy.
pub(super) fn redirect(
    work: &mut Work<'_>,
    canonical: DefinitionId,
    copies: &[DefinitionId],
    rewrite_imports: bool,
) -> Result<(), Refused> {
    let index = work.index;
    let definition = movable(index, canonical)?;
    let module = form::importable(index, canonical.module)?;
    let home = work.file(canonical.module)?;
    home.statement_of(definition)?;
    work.keep(canonical)?;
    for copy in copies {
        let replacement = if copy.module == canonical.module {
            after_canonical(index, canonical, *copy)?;
            Replacement::Alias(definition.name.to_string())
        } else {
            Replacement::Import { module: module.to_owned(), name: definition.name.to_string() }
        };
        if let (true, Replacement::Import { module, name }) = (rewrite_imports, &replacement) {
            work.redirected.push(Redirected {
                copy: *copy,
                canonical: Some(canonical),
                module: module.clone(),
                name: name.clone(),
            });
        }
        remove(work, *copy, replacement)?;
    }
    Ok(())
}

/// Plans the removal of one definition.
pub(super) fn remove(
    work: &mut Work<'_>,
    id: DefinitionId,
    replacement: Replacement,
) -> Result<(), Refused> {
    let definition = movable(work.index, id)?;
    let file = work.file(id.module)?;
    let stmt = file.statement_of(definition)?;
    if names::is_rebound(&file, &definition.name) {
        return Err(bound_twice(work.index, id));
    }
    let spot = Spot::of(&file, stmt, &definition.name)?;
    let name = definition.name.clone();
    work.remove(id, Removal { name, spot, replacement })
}

/// The definition, if it stands at the top level of its module and its name means
/// nothing else there.
pub(super) fn movable(index: &Index, id: DefinitionId) -> Result<&Definition, Refused> {
    let module = index.module(id.module);
    let definition = index.definition(id);
    let path = module.path.clone();
    let (line, name) = (definition.span.start, definition.name.to_string());
    let is_inside = matches!(definition.kind, DefinitionKind::Method | DefinitionKind::Module);
    if definition.owner.is_some() || is_inside {
        return Err(Refused::NotTopLevel { path, line, name });
    }
    if definition.flags.conditional {
        return Err(Refused::Conditional { path, line, name });
    }
    if module.facts.bindings_of(&definition.name).count() != 1 {
        return Err(bound_twice(index, id));
    }
    Ok(definition)
}

fn bound_twice(index: &Index, id: DefinitionId) -> Refused {
    Refused::BoundTwice {
        path: index.module(id.module).path.clone(),
        name: index.definition(id).name.to_string(),
    }
}

/// In one file, a name can stand for another one only after that exists.
fn after_canonical(
    index: &Index,
    canonical: DefinitionId,
    copy: DefinitionId,
) -> Result<(), Refused> {
    let (first, second) = (index.definition(canonical), index.definition(copy));
    if first.span.end < second.span.start {
        return Ok(());
    }
    Err(Refused::TooEarly {
        path: index.module(copy.module).path.clone(),
        line: second.span.start,
        name: second.name.to_string(),
    })
}
