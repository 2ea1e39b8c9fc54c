//! Equal methods leave their classes, and a class above them has one of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::{self as ast, Stmt};
use ssot_facts::{Definition, DefinitionId, Index};
use ssot_model::DefinitionKind;

use super::bring;
use super::extract::needs_of;
use super::redirect::movable;
use super::source::SourceFile;
use super::spot::Spot;
use super::work::{Cut, Work};
use super::{class_scope, moved};
use crate::Refused;
use crate::edit::Edit;

/// One method that is inherited from now on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pull {
    pub(super) base: DefinitionId,
    pub(super) source: DefinitionId,
    pub(super) members: Vec<DefinitionId>,
}

/// Plans all methods that are inherited from now on: those of one base are put there
/// together.
pub(super) fn pull_up(work: &mut Work<'_>, pulls: &mut [Pull]) -> Result<(), Refused> {
    let index = work.index;
    pulls.sort_by_key(|pull| (pull.base, pull.source));
    let mut given: BTreeMap<DefinitionId, Vec<DefinitionId>> = BTreeMap::new();
    for pull in pulls.iter() {
        if class_of(index, pull.source)? == pull.base {
            work.keep(pull.source)?;
        } else {
            given.entry(pull.base).or_default().push(pull.source);
        }
    }
    let mut lost: BTreeMap<DefinitionId, Vec<DefinitionId>> = BTreeMap::new();
    for member in pulls.iter().flat_map(|pull| &pull.members) {
        work.go(*member)?;
        lost.entry(class_of(index, *member)?).or_default().push(*member);
    }
    for (class, methods) in &lost {
        take(work, *class, methods, given.contains_key(class))?;
    }
    for (base, sources) in &given {
        give(work, *base, sources)?;
    }
    Ok(())
}

pub(super) fn class_of(index: &Index, method: DefinitionId) -> Result<DefinitionId, Refused> {
    let owner = index.definition(method).owner;
    owner
        .map(|owner| DefinitionId { module: method.module, index: owner })
        .ok_or_else(|| refusal(index, method, "belongs to no class"))
}

/// Takes methods out of their class.
pub(super) fn take(
    work: &mut Work<'_>,
    class: DefinitionId,
    methods: &[DefinitionId],
    is_given: bool,
) -> Result<(), Refused> {
    let index = work.index;
    let file = work.file(class.module)?;
    let def = class_statement(&file, movable(index, class)?)?;
    let mut starts = Vec::new();
    let mut cuts = Vec::new();
    for id in methods {
        let method = index.definition(*id);
        let stmt = method_statement(&file, def, method)?;
        let names = class_scope::bindings_of(def, &method.name);
        if names != 1 {
            return Err(refusal(index, *id, "is bound more than once in its class"));
        }
        let mut spot = Spot::of(&file, stmt, &method.name)?;
        // Nothing sets the next statement off from the head of the class.
        if def.body.first().is_some_and(|first| std::ptr::eq(first, stmt)) && def.body.len() > 1 {
            let blank = (spot.lines.end..file.line_count()).take_while(|at| file.is_blank(*at));
            spot.lines.end += blank.count();
        }
        starts.push(spot.statement.start);
        cuts.push(Cut { spot, line: None });
    }
    let is_left = |stmt: &&Stmt| !starts.contains(&SourceFile::range(*stmt).start);
    if !is_given && !def.body.iter().any(|stmt| is_left(&stmt)) {
        let last = cuts.last_mut().expect("a class that loses something loses a method");
        last.line = Some(format!("{}pass", indent_of(&file, def)));
    }
    work.plans.entry(class.module).or_default().cuts.extend(cuts);
    Ok(())
}

/// Puts methods at the end of a class, with the imports that they need.
fn give(work: &mut Work<'_>, base: DefinitionId, sources: &[DefinitionId]) -> Result<(), Refused> {
    let index = work.index;
    let home = work.file(base.module)?;
    let def = class_statement(&home, movable(index, base)?)?;
    receives(&home, def)?;
    let indent = indent_of(&home, def);
    let mut texts = Vec::new();
    let mut needed = Vec::new();
    for source in sources {
        let method = index.definition(*source);
        if class_scope::bindings_of(def, &method.name) > 0 {
            return Err(refusal(index, *source, "is there already in the class above"));
        }
        let from = work.file(source.module)?;
        let text = text_of(work, &from, *source, def, indent)?;
        texts.push(text.replace("\r\n", "\n").replace('\n', home.newline()));
        if source.module != base.module {
            let module = index.module(base.module);
            let owner = class_statement(&from, movable(index, class_of(index, *source)?)?)?;
            let stmt = method_statement(&from, owner, method)?;
            let is_there = |name: &str| module.facts.bindings_of(name).next().is_some();
            let importers = [base.module, source.module];
            needed.extend(needs_of(index, &from, (*source, stmt), &importers, &is_there)?);
        }
    }
    let edit = insertion(&home, def, &texts);
    let mut edits = bring::edits(work, base.module, &home, SourceFile::range(def).start, &needed)?;
    edits.push(edit);
    let plan = work.plans.entry(base.module).or_default();
    plan.edits.extend(edits);
    let read = sources.iter().flat_map(|source| &index.definition(*source).free);
    plan.kept.extend(read.map(ToString::to_string));
    Ok(())
}

/// The text of a method that can stand in another class.
fn text_of(
    work: &Work<'_>,
    file: &Rc<SourceFile>,
    source: DefinitionId,
    base: &ast::StmtClassDef,
    indent: &str,
) -> Result<String, Refused> {
    let index = work.index;
    let method = index.definition(source);
    let def = class_statement(file, movable(index, class_of(index, source)?)?)?;
    let stmt = method_statement(file, def, method)?;
    if indent_of(file, def) != indent {
        return Err(refusal(index, source, "is indented in another way than the class above"));
    }
    if let Some(why) = class_scope::tie(def, base, stmt) {
        return Err(refusal(index, source, &why));
    }
    let spot = Spot::of(file, stmt, &method.name)?;
    moved::text(index.module(source.module).package(), file, stmt, &spot)
}

/// Whether something can be put below the body of a class.
fn receives(file: &SourceFile, def: &ast::StmtClassDef) -> Result<(), Refused> {
    let own_lines = def.body.last().is_some_and(|last| file.has_own_lines(last));
    if own_lines {
        return Ok(());
    }
    Err(Refused::SharedLine {
        path: file.path.clone(),
        line: file.lines(def).start as u32 + 1,
        name: def.name.to_string(),
    })
}

/// The edit that puts texts at the end of a class.
fn insertion(file: &SourceFile, def: &ast::StmtClassDef, texts: &[String]) -> Edit {
    let newline = file.newline();
    let all = texts.join(&newline.repeat(2));
    let last = def.body.last().expect("a class has a body");
    // `pass` alone said that there is nothing.
    if matches!(&*def.body, [Stmt::Pass(_)]) {
        let lines = file.lines(last);
        let ending = file.newline_of(lines.end - 1);
        return Edit::replace(file.line_range(lines), format!("{all}{ending}"));
    }
    let end = Spot::end_of(file, last);
    let at = file.start_of(end);
    if file.newline_of(end - 1).is_empty() {
        Edit::replace(at..at, format!("{newline}{newline}{all}"))
    } else {
        Edit::replace(at..at, format!("{newline}{all}{newline}"))
    }
}

/// The statement of a class at the top of its module.
pub(super) fn class_statement<'f>(
    file: &'f SourceFile,
    definition: &Definition,
) -> Result<&'f ast::StmtClassDef, Refused> {
    match file.statement_of(definition)? {
        Stmt::ClassDef(def) => Ok(def),
        _ => Err(Refused::Changed { path: file.path.clone() }),
    }
}

/// The statement of a method in the body of its class.
pub(super) fn method_statement<'f>(
    file: &'f SourceFile,
    class: &'f ast::StmtClassDef,
    method: &Definition,
) -> Result<&'f Stmt, Refused> {
    let is_it = |stmt: &&Stmt| {
        let lines = file.lines(*stmt);
        matches!(stmt, Stmt::FunctionDef(def) if def.name.as_str() == method.name)
            && method.kind == DefinitionKind::Method
            && lines.start as u32 + 1 == method.span.start
            && lines.end as u32 == method.span.end
    };
    class.body.iter().find(is_it).ok_or_else(|| Refused::Changed { path: file.path.clone() })
}

/// What stands before the statements of a class.
pub(super) fn indent_of<'f>(file: &'f SourceFile, class: &ast::StmtClassDef) -> &'f str {
    let first = class.body.first().expect("a class has a body");
    let line = file.line_text(file.line(SourceFile::range(first).start));
    &line[..line.len() - line.trim_start().len()]
}

pub(super) fn refusal(index: &Index, id: DefinitionId, why: &str) -> Refused {
    Refused::Tied {
        path: index.module(id.module).path.clone(),
        line: index.definition(id).span.start,
        name: index.qualified_name(id),
        why: why.to_owned(),
    }
}
