//! Imports by dots become imports by name.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::Stmt;

use super::super::form;
use super::super::importers::fact_of;
use super::super::moved::clause_range;
use super::super::scan::Scan;
use super::super::source::SourceFile;
use super::super::work::Work;
use super::Places;
use crate::edit::Edit;

/// Plans the change of every import by dots that is asked for. Only what stands between
/// `from` and `import` is touched.
pub(super) fn rewrite(work: &mut Work<'_>, places: &mut Places<'_>) {
    let (id, file) = (places.fix.module, Rc::clone(&places.file));
    let index = work.index;
    let module = index.module(id);
    let own = form::importable(index, id);
    for site in &Scan::of(&file).imports {
        let Stmt::ImportFrom(import) = site.stmt else { continue };
        let line = places.line(site.start());
        // Each name is a place of its own, on the line where it stands.
        let last = places.line(SourceFile::range(site.stmt).end);
        let lines: BTreeSet<u32> = (line..=last).collect();
        if import.level == 0 || !places.is_asked_for(&lines) {
            continue;
        }
        places.done.extend(&lines);
        if let Err(refused) = &own {
            places.leave(work, line, refused.to_string());
            continue;
        }
        let target = index.import_target(module, &fact_of(site.stmt, 0));
        let Some(target) = target.filter(|target| form::is_importable_name(target)) else {
            places.leave(work, line, "it leads out of the outermost package".to_owned());
            continue;
        };
        let (from, to) = clause_range(&file, site.stmt);
        if file.comments(from..to).next().is_some() {
            places.leave(work, line, "a comment inside it would be lost".to_owned());
            continue;
        }
        // `from.x import y` has no blank of its own.
        let before = if file.text[..from].ends_with(char::is_whitespace) { "" } else { " " };
        let after = if file.text[to..].starts_with(char::is_whitespace) { "" } else { " " };
        let plan = work.plans.entry(id).or_default();
        plan.absolute = true;
        plan.edits.push(Edit::replace(from..to, format!("{before}{target}{after}")));
        places.changed(work, line, &lines);
    }
}
