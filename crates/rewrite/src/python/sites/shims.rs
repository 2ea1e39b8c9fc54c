//! Shims whose last day has passed go.

use std::collections::BTreeSet;
use std::rc::Rc;

use ruff_python_ast::Stmt;
use ssot_facts::Shim;

use super::super::exports;
use super::super::source::SourceFile;
use super::super::spot::Spot;
use super::super::work::{Removal, Replacement, Work};
use super::Places;
use crate::edit::Edit;

/// Plans the end of every shim that is asked for: its branch goes, and with the last branch
/// the whole function.
pub(super) fn drop(work: &mut Work<'_>, places: &mut Places<'_>) {
    let (id, file) = (places.fix.module, Rc::clone(&places.file));
    let index = work.index;
    let facts = &index.module(id).facts;
    let own = facts.definitions.iter().find(|it| it.flags.shim);
    let function = own.and_then(|own| file.statement_of(own).ok());
    let mut going: Vec<&Shim> = Vec::new();
    for shim in &facts.shims {
        let lines = BTreeSet::from([shim.line]);
        if !places.is_asked_for(&lines) {
            continue;
        }
        places.done.insert(shim.line);
        let user = index.consumers(id, &shim.name).first();
        if let Some(user) = user {
            let user = &index.module(user.module).path;
            places.leave(work, shim.line, format!("{user} still asks for it here"));
        } else if function.is_none() {
            places.leave(work, shim.line, "the function does more than that".to_owned());
        } else {
            going.push(shim);
        }
    }
    let Some(stmt @ Stmt::FunctionDef(def)) = function else { return };
    let branch =
        |shim: &Shim| def.body.iter().find(|it| it.is_if_stmt() && line_of(&file, it) == shim.line);
    let (mut edits, mut listed) = (Vec::new(), BTreeSet::new());
    for shim in &going {
        let Some(exported) = exports::removal(&file, &shim.name) else {
            let reason = "its entry in `__all__` is no item of its own";
            return places.leave(work, shim.line, reason.to_owned());
        };
        let entries = exported.iter().map(|edit| (id, file.line(edit.range.start) as u32 + 1));
        listed.extend(entries);
        edits.extend(exported);
        let lines = branch(shim).map(|stmt| file.lines(stmt));
        edits.extend(lines.map(|lines| Edit::delete(file.line_range(lines))));
    }
    if going.is_empty() {
        return;
    }
    if going.len() == facts.shims.len() {
        let Ok(spot) = Spot::of(&file, stmt, "__getattr__") else {
            let reason = "another statement stands on a line of the function";
            return places.leave(work, going[0].line, reason.to_owned());
        };
        let inside = |edit: &Edit| spot.statement.contains(&edit.range.start);
        edits.retain(|edit| !inside(edit));
        let removal =
            Removal { name: "__getattr__".into(), spot, replacement: Replacement::Nothing };
        work.plans.entry(id).or_default().removals.push(removal);
    }
    work.fixed.extend(listed);
    for shim in &going {
        places.changed(work, shim.line, &BTreeSet::from([shim.line]));
    }
    work.plans.entry(id).or_default().edits.extend(edits);
}

fn line_of(file: &SourceFile, stmt: &Stmt) -> u32 {
    file.line(SourceFile::range(stmt).start) as u32 + 1
}
