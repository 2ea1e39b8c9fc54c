//! A class takes in what only its copies have, and the copies give way to it.

use std::ops::Range;

use ruff_python_ast::{self as ast, Stmt};
use ssot_facts::python::template::{Cover, Member, Side, cover};
use ssot_facts::{Definition, DefinitionId, Index};

use super::parameterise::refusal;
use super::redirect;
use super::source::{SourceFile, check_syntax};
use super::uses;
use super::work::Work;
use crate::edit::{self, Edit};
use crate::{Merged, Refused};

/// Plans the members that come and the copies that go.
pub(super) fn merge(work: &mut Work<'_>, merged: &Merged) -> Result<(), Refused> {
    let Merged { canonical, copies, counted, rewrite_imports } = merged;
    let index = work.index;
    let ids: Vec<DefinitionId> = copies.iter().map(|(copy, _)| *copy).collect();
    let takes = copies.iter().any(|(_, cover)| !cover.missing.is_empty());
    if *counted {
        // Who counts the members of an enumeration sees the ones that come.
        let widened = copies.iter().filter(|(_, it)| takes || !it.extra.is_empty() || !it.in_order);
        for id in widened.map(|(copy, _)| *copy).chain(takes.then_some(*canonical)) {
            if let Some(place) = uses::as_a_whole(work, id)? {
                let why = format!("is used as a whole at {place}, where more members would show");
                return Err(refusal(index, id, why));
            }
        }
    }
    let edits = additions(work, *canonical, copies)?;
    prove(work, *canonical, &edits, copies)?;
    redirect::redirect(work, *canonical, &ids, *rewrite_imports)?;
    work.plans.entry(canonical.module).or_default().edits.extend(edits);
    Ok(())
}

fn class_of<'f>(
    index: &Index,
    file: &'f SourceFile,
    id: DefinitionId,
) -> Result<&'f ast::StmtClassDef, Refused> {
    match file.statement_of(index.definition(id))? {
        Stmt::ClassDef(def) => Ok(def),
        _ => Err(refusal(index, id, "is no class".to_owned())),
    }
}

/// The members that the class gets, fields behind its fields, methods at its end.
fn additions(
    work: &mut Work<'_>,
    canonical: DefinitionId,
    copies: &[(DefinitionId, Cover)],
) -> Result<Vec<Edit>, Refused> {
    let index = work.index;
    let home = work.file(canonical.module)?;
    let class = class_of(index, &home, canonical)?;
    let (mut fields, mut methods) = (String::new(), String::new());
    let newline = home.newline();
    for (copy, cover) in copies {
        let file = work.file(copy.module)?;
        let other = class_of(index, &file, *copy)?;
        let differs = indent(&home, &class.body[0]) != indent(&file, &other.body[0]);
        for member in &cover.missing {
            if differs {
                return Err(refusal(index, *copy, "is indented in another way".to_owned()));
            }
            let start = file.start_of(index.definition(*copy).span.start as usize - 1);
            let text = text_of(&file, other, start + member.range.start);
            let text = text.replace("\r\n", "\n").replace('\n', newline);
            if member.is_method {
                methods.push_str(newline);
                methods.push_str(&text);
            } else {
                fields.push_str(&text);
            }
        }
    }
    let is_field = |stmt: &&Stmt| matches!(stmt, Stmt::Assign(_) | Stmt::AnnAssign(_));
    let last = class.body.last().expect("a class has a body");
    let field = class.body.iter().rfind(is_field).unwrap_or(last);
    let mut edits = Vec::new();
    for (after, text) in
        [(field, fields), (last, methods)].into_iter().filter(|it| !it.1.is_empty())
    {
        if !home.has_own_lines(after) {
            let why = "has its members on one line".to_owned();
            return Err(refusal(index, canonical, why));
        }
        edits.push(below(&home, after, &text));
    }
    Ok(edits)
}

/// What stands in front of a statement.
fn indent<'f>(file: &'f SourceFile, stmt: &Stmt) -> &'f str {
    let text = file.line_text(file.line(SourceFile::range(stmt).start));
    &text[..text.len() - text.trim_start().len()]
}

/// The lines of a member with the comments directly above it.
fn text_of(file: &SourceFile, class: &ast::StmtClassDef, at: usize) -> String {
    let is_it = |stmt: &&Stmt| SourceFile::range(*stmt).start == at;
    let member = class.body.iter().find(is_it);
    let lines: Range<usize> = member.map_or(0..0, |stmt| file.lines(stmt));
    let comments = (0..lines.start)
        .rev()
        .take_while(|line| file.line_text(*line).trim_start().starts_with('#'))
        .count();
    let text = &file.text[file.line_range(lines.start - comments..lines.end)];
    let ends = text.ends_with('\n');
    if ends { text.to_owned() } else { format!("{text}{}", file.newline()) }
}

/// Text on lines of its own below a statement.
fn below(file: &SourceFile, stmt: &Stmt, text: &str) -> Edit {
    let line = file.line(SourceFile::range(stmt).end);
    let at = file.start_of(line + 1);
    if file.newline_of(line).is_empty() {
        let text = text.trim_end_matches(['\n', '\r']);
        return Edit::replace(at..at, format!("{}{text}", file.newline()));
    }
    Edit::replace(at..at, text)
}

/// The new class has every member of the old one and of each copy.
fn prove(
    work: &mut Work<'_>,
    canonical: DefinitionId,
    edits: &[Edit],
    copies: &[(DefinitionId, Cover)],
) -> Result<(), Refused> {
    let index = work.index;
    let home = work.file(canonical.module)?;
    let overlap =
        |at: usize| Refused::Overlap { path: home.path.clone(), line: home.line(at) as u32 + 1 };
    let text = edit::apply(&home.text, edits.to_vec()).map_err(overlap)?;
    check_syntax(&home.path, &text)?;
    let facts = ssot_facts::python::extract(text.as_bytes());
    let definition = index.definition(canonical);
    let is_it = |it: &&Definition| it.owner.is_none() && it.name == definition.name;
    let unproved = || refusal(index, canonical, "would not have what its copies have".to_owned());
    let new = facts.definitions.iter().find(is_it).ok_or_else(unproved)?;
    let new = Side { source: &text, span: new.span, free: &new.free };
    let has_all = |other: Side<'_>, extra: &[Member]| {
        cover(new, other).is_ok_and(|found| {
            found.missing.is_empty()
                && extra.iter().all(|it| found.extra.iter().any(|member| member.name == it.name))
        })
    };
    let old = Side { source: &home.text, span: definition.span, free: &definition.free };
    if !has_all(old, &[]) {
        return Err(unproved());
    }
    for (copy, cover) in copies {
        let file = work.file(copy.module)?;
        let definition = index.definition(*copy);
        let side = Side { source: &file.text, span: definition.span, free: &definition.free };
        if !has_all(side, &cover.extra) {
            return Err(unproved());
        }
    }
    Ok(())
}
