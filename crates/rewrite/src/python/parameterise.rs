//! A function gets parameters for the values that its copies have instead, and each copy
//! becomes a call of it. That the calls are what the copies were is shown by laying the
//! new function beside each of them again.

use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ssot_facts::python::template::{Side, Template, template};
use ssot_facts::{ConsumerKind, Definition, DefinitionId, Index};

use super::face;
use super::form;
use super::redirect::movable;
use super::signature::{self, Added};
use super::source::SourceFile;
use super::style;
use super::work::Work;
use crate::Refused;
use crate::edit::{self, Edit};

/// Plans the new parameters and a face for every copy.
pub(super) fn parameterise(
    work: &mut Work<'_>,
    canonical: DefinitionId,
    copies: &[(DefinitionId, Template)],
) -> Result<(), Refused> {
    let index = work.index;
    let definition = movable(index, canonical)?;
    form::importable(index, canonical.module)?;
    let home = work.file(canonical.module)?;
    let added = gather(index, canonical, copies)?;
    let edits = adapted(work, canonical, &home, &added)?;
    prove(work, canonical, &edits, copies)?;
    if added.is_empty() {
        work.keep(canonical)?;
    } else {
        work.alter(canonical)?;
        if let Some(place) = value_use(work, canonical)? {
            let why = format!("is handed on as a value at {place}, where its parameters show");
            return Err(refusal(index, canonical, why));
        }
    }
    work.plans.entry(canonical.module).or_default().edits.extend(edits);
    for (copy, template) in copies {
        let arguments = arguments(template);
        face::become_face(work, *copy, (canonical, &definition.name), template, &arguments)?;
    }
    Ok(())
}

/// What a copy gives the kept function besides its own parameters: name and value.
pub(super) fn arguments(template: &Template) -> Vec<(CompactString, String)> {
    let holes = template.holes.iter().map(|hole| (hole.name.clone(), hole.other.clone()));
    template.given.iter().cloned().chain(holes).collect()
}

pub(super) fn refusal(index: &Index, id: DefinitionId, why: String) -> Refused {
    let definition = index.definition(id);
    Refused::Unadaptable {
        path: index.module(id.module).path.clone(),
        line: definition.span.start,
        name: definition.name.to_string(),
        why,
    }
}

/// The parameters that all copies together need.
fn gather(
    index: &Index,
    canonical: DefinitionId,
    copies: &[(DefinitionId, Template)],
) -> Result<Vec<Added>, Refused> {
    let mut added: Vec<Added> = Vec::new();
    for hole in copies.iter().flat_map(|(_, template)| &template.holes) {
        let known = added.iter_mut().find(|it| it.name == hole.name);
        match known {
            Some(known) if known.places == hole.places && known.default == hole.kept => {
                known.others.push(hole.other.clone());
            }
            None => added.push(Added {
                name: hole.name.clone(),
                default: hole.kept.clone(),
                others: vec![hole.other.clone()],
                places: hole.places.clone(),
                statement: hole.statement.clone(),
            }),
            Some(_) => {
                let why = format!("would need two parameters called `{}`", hole.name);
                return Err(refusal(index, canonical, why));
            }
        }
    }
    Ok(added)
}

/// The changes of the kept function.
fn adapted(
    work: &Work<'_>,
    canonical: DefinitionId,
    file: &SourceFile,
    added: &[Added],
) -> Result<Vec<Edit>, Refused> {
    let index = work.index;
    if added.is_empty() {
        return Ok(Vec::new());
    }
    let definition = index.definition(canonical);
    let def = function_of(index, file, canonical)?;
    let refused = |why: &str| refusal(index, canonical, why.to_owned());
    let longest = style::longest_line(work, &file.path);
    let mut edits =
        signature::extended((file, longest), def, added).map_err(|why| refused(&why))?;
    let start = file.start_of(definition.span.start as usize - 1);
    let absolute = |range: &Range<usize>| start + range.start..start + range.end;
    for one in added {
        if let Some(statement) = &one.statement {
            let range = absolute(statement);
            let lines = file.line(range.start)..file.line(range.end) + 1;
            let stmt = def.body.iter().find(|stmt| SourceFile::range(*stmt) == range);
            let is_alone = stmt.is_some_and(|stmt| file.has_own_lines(stmt));
            let whole = file.line_range(lines);
            if !is_alone || file.comments(whole.clone()).next().is_some() || def.body.len() < 2 {
                return Err(refused("has a value that cannot be taken out of its line"));
            }
            edits.push(Edit::delete(whole));
            continue;
        }
        let places = one.places.iter().map(absolute);
        edits.extend(places.map(|place| Edit::replace(snug(file, place), one.name.as_str())));
    }
    Ok(edits)
}

/// A place with the line breaks that set it off from the brackets around it.
fn snug(file: &SourceFile, place: Range<usize>) -> Range<usize> {
    let (before, after) = (&file.text[..place.start], &file.text[place.end..]);
    let (left, right) = (before.trim_end(), after.trim_start());
    let is_set_off =
        left.ends_with('(') && right.starts_with(')') && before[left.len()..].contains('\n');
    if is_set_off { left.len()..file.text.len() - right.len() } else { place }
}

/// The function of a definition.
pub(super) fn function_of<'f>(
    index: &Index,
    file: &'f SourceFile,
    id: DefinitionId,
) -> Result<&'f ast::StmtFunctionDef, Refused> {
    match file.statement_of(index.definition(id))? {
        Stmt::FunctionDef(def) => Ok(def),
        _ => Err(refusal(index, id, "is no function".to_owned())),
    }
}

/// The new function is the old one when nothing is given, and each copy when that is
/// given what it has.
fn prove(
    work: &mut Work<'_>,
    canonical: DefinitionId,
    edits: &[Edit],
    copies: &[(DefinitionId, Template)],
) -> Result<(), Refused> {
    let index = work.index;
    let home = work.file(canonical.module)?;
    let overlap =
        |at: usize| Refused::Overlap { path: home.path.clone(), line: home.line(at) as u32 + 1 };
    let text = edit::apply(&home.text, edits.to_vec()).map_err(overlap)?;
    super::source::check_syntax(&home.path, &text)?;
    let facts = ssot_facts::python::extract(text.as_bytes());
    let definition = index.definition(canonical);
    let is_it = |it: &&Definition| it.owner.is_none() && it.name == definition.name;
    let unproved = || {
        let why = "would not be what its copies are with their values".to_owned();
        refusal(index, canonical, why)
    };
    let new = facts.definitions.iter().find(is_it).ok_or_else(unproved)?;
    let new = Side { source: &text, span: new.span, free: &new.free };
    let is = |other: Side<'_>, mut given: Vec<(CompactString, String)>| {
        given.sort();
        template(new, other).is_ok_and(|found| {
            let mut found_given = found.given.clone();
            found_given.sort();
            found.holes.is_empty() && found_given == given
        })
    };
    let old = Side { source: &home.text, span: definition.span, free: &definition.free };
    if !is(old, Vec::new()) {
        return Err(unproved());
    }
    for (copy, template) in copies {
        let file = work.file(copy.module)?;
        let definition = index.definition(*copy);
        let side = Side { source: &file.text, span: definition.span, free: &definition.free };
        if !is(side, arguments(template)) {
            return Err(unproved());
        }
    }
    Ok(())
}

/// Where the function is handed on instead of called: its new parameters would show.
pub(super) fn value_use(work: &mut Work<'_>, id: DefinitionId) -> Result<Option<String>, Refused> {
    let index = work.index;
    let name = index.definition(id).name.clone();
    let mut modules = vec![id.module];
    let consumers = index.consumers_of(id).iter();
    modules.extend(consumers.filter(|it| it.kind != ConsumerKind::String).map(|it| it.module));
    modules.sort_unstable();
    modules.dedup();
    for module in modules {
        let facts = &index.module(module).facts;
        let imported = facts.imports.iter().filter(|it| it.name.as_deref() == Some(&*name));
        let mut names: Vec<CompactString> = imported.map(|it| it.bound.clone()).collect();
        if module == id.module {
            names.push(name.clone());
        }
        let file = match work.file(module) {
            Ok(file) => file,
            Err(Refused::Unreadable { path, .. }) => return Ok(Some(path.to_string())),
            Err(refused) => return Err(refused),
        };
        let mut uses = Uses { names: &names, attribute: &name, found: None };
        uses.visit_body(file.suite());
        if let Some(at) = uses.found {
            return Ok(Some(format!("{}:{}", file.path, file.line(at) + 1)));
        }
    }
    Ok(None)
}

struct Uses<'n> {
    names: &'n [CompactString],
    attribute: &'n str,
    found: Option<usize>,
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                match &*call.func {
                    Expr::Name(_) => {}
                    Expr::Attribute(attribute) => self.visit_expr(&attribute.value),
                    other => self.visit_expr(other),
                }
                self.visit_arguments(&call.arguments);
            }
            Expr::Name(name)
                if name.ctx.is_load() && self.names.iter().any(|it| it == name.id.as_str()) =>
            {
                self.found = self.found.or(Some(SourceFile::range(expr).start));
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == self.attribute => {
                self.found = self.found.or(Some(SourceFile::range(expr).start));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
