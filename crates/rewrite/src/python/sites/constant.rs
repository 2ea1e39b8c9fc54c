//! A text gets a name.

use ruff_python_ast::{Expr, Stmt};

use super::super::form;
use super::super::names;
use super::super::source::SourceFile;
use super::super::work::Work;
use crate::edit::Edit;
use crate::{NewConstant, Refused};

/// Plans a constant behind the imports of its module, or behind the constants that stand
/// there.
pub(in super::super) fn constant(
    work: &mut Work<'_>,
    NewConstant { module, name, text }: &NewConstant,
) -> Result<(), Refused> {
    let file = work.file(*module)?;
    let facts = &work.index.module(*module).facts;
    let is_text = !text.contains(['"', '\\', '\n', '\r']);
    let is_free = facts.bindings_of(name).next().is_none() && facts.star_imports().next().is_none();
    if !is_text || !is_free || !form::is_importable_name(name) || names::looks_up_by_string(&file) {
        return Err(Refused::BoundTwice { path: file.path.clone(), name: name.clone() });
    }
    let newline = file.newline();
    let line = format!("{name} = \"{text}\"");
    let edit = match above(&file) {
        Some(above) => {
            let last = file.line(SourceFile::range(above).end);
            let at = file.start_of(last + 1);
            let open = if file.newline_of(last).is_empty() { newline } else { "" };
            let follows = work.coming.iter().any(|(other, _)| other == module);
            let gap = if follows || is_value(above) { "" } else { newline };
            Edit::replace(at..at, format!("{open}{gap}{line}{newline}"))
        }
        None if file.suite().is_empty() => {
            let end = file.text.len();
            Edit::replace(end..end, format!("{line}{newline}"))
        }
        None => {
            let first = file.line(SourceFile::range(&file.suite()[0]).start);
            let at = file.start_of(first);
            Edit::replace(at..at, format!("{line}{newline}{newline}{newline}"))
        }
    };
    work.coming.insert((*module, name.as_str().into()));
    work.plans.entry(*module).or_default().edits.push(edit);
    Ok(())
}

/// The last of the statements at the head that are a docstring, imports or values.
fn above(file: &SourceFile) -> Option<&Stmt> {
    let is_head = |stmt: &&Stmt| match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        Stmt::Expr(it) => it.value.is_string_literal_expr(),
        other => is_value(other),
    };
    let head: Vec<&Stmt> = file.suite().iter().take_while(is_head).collect();
    head.into_iter().rev().find(|stmt| file.has_own_lines(stmt))
}

/// A constant with a plain value.
fn is_value(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Assign(it) => {
            let [Expr::Name(name)] = &*it.targets else { return false };
            !name.id.starts_with("__") && it.value.is_literal_expr()
        }
        _ => false,
    }
}
