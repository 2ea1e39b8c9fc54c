//! New definitions behind everything else in a module.

use super::scan::Scan;
use super::source::check_syntax;
use super::work::Work;
use super::{names, sites};
use crate::edit::Edit;
use crate::{Appended, Refused};

/// Plans new definitions. What they need is imported at the top, or known there already.
pub(super) fn append(work: &mut Work<'_>, one: &Appended) -> Result<(), Refused> {
    let id = one.module;
    let file = work.file(id)?;
    let scan = Scan::of(&file);
    let facts = &work.index.module(id).facts;
    let taken = one.names.iter().find(|name| {
        facts.bindings_of(name).next().is_some() || scan.is_bound(name) || scan.reads(name)
    });
    let taken = taken.cloned().or_else(|| {
        let unclear = facts.star_imports().next().is_some() || names::looks_up_by_string(&file);
        unclear.then(|| one.names.first().cloned().unwrap_or_default())
    });
    if let Some(name) = taken {
        return Err(Refused::BoundTwice { path: file.path.clone(), name });
    }
    check_syntax(&file.path, &one.text)?;
    let end = file.text.len();
    for wanted in &one.wanted {
        let known = sites::known(work, id, &file, &scan, wanted, end);
        let is_plain = |name: &String| *name == wanted.bound;
        match known {
            Ok(None) => {
                work.plans.entry(id).or_default().wanted.entry(wanted.clone()).or_insert(end);
            }
            Ok(Some(name)) if is_plain(&name) => {
                work.plans.entry(id).or_default().kept.insert(name);
            }
            _ => {
                let (path, name) = (file.path.clone(), wanted.bound.clone());
                return Err(Refused::BoundTwice { path, name });
            }
        }
    }
    let gap = match (file.suite().is_empty(), file.text.ends_with('\n')) {
        (true, _) => "",
        (false, true) => "\n\n",
        (false, false) => "\n\n\n",
    };
    let text = format!("{gap}{}\n", one.text).replace('\n', file.newline());
    let plan = work.plans.entry(id).or_default();
    plan.edits.push(Edit::replace(end..end, text));
    Ok(())
}
