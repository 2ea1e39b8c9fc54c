//! A function that keeps its name, its parameters and its docstring and hands everything
//! on to another.

use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, Expr, Stmt};
use ssot_facts::python::template::{Parameter, Passing, Template};
use ssot_facts::{DefinitionId, ImportScope, Index, ModuleId};

use super::parameterise::{function_of, refusal};
use super::redirect::movable;
use super::scan::Scan;
use super::signature::laid_out;
use super::sites::Wanted;
use super::source::SourceFile;
use super::work::{Face, Work};
use super::{names, style};
use crate::Refused;
use crate::edit::Edit;

/// Plans the face of a copy: the same header and docstring, and one statement.
pub(super) fn become_face(
    work: &mut Work<'_>,
    copy: DefinitionId,
    (canonical, name): (DefinitionId, &CompactString),
    template: &Template,
    arguments: &[(CompactString, String)],
) -> Result<(), Refused> {
    let index = work.index;
    let file = work.file(copy.module)?;
    let def = function_of(index, &file, copy)?;
    let import = Import::of(index, copy.module, canonical, name, &file, def)
        .map_err(|why| refusal(index, copy, why))?;
    hand_on(work, copy, &import.bound, template, arguments)?;
    let plan = work.plans.entry(copy.module).or_default();
    if let Some(wanted) = import.wanted {
        let at = SourceFile::range(def).start;
        let first = plan.wanted.entry(wanted).or_insert(at);
        *first = at.min(*first);
    }
    Ok(())
}

/// Puts a call in the place of the body of a function.
pub(super) fn hand_on(
    work: &mut Work<'_>,
    copy: DefinitionId,
    called: &str,
    template: &Template,
    arguments: &[(CompactString, String)],
) -> Result<(), Refused> {
    let index = work.index;
    let definition = movable(index, copy)?;
    let file = work.file(copy.module)?;
    if names::is_rebound(&file, &definition.name) {
        let why = "is bound again by a function of its module".to_owned();
        return Err(refusal(index, copy, why));
    }
    let def = function_of(index, &file, copy)?;
    let body = body(&file, def)
        .ok_or_else(|| refusal(index, copy, "is written on the line of its header".to_owned()))?;
    let longest = style::longest_line(work, &file.path);
    let statement = statement((&file, longest), &body, called, template, arguments);
    let text = format!("{}{statement}", &file.text[SourceFile::range(def).start..body.range.start]);
    work.alter(copy)?;
    let plan = work.plans.entry(copy.module).or_default();
    plan.faces.push(Face { statement: SourceFile::range(def).start, text });
    plan.edits.push(Edit::replace(body.range, statement));
    Ok(())
}

struct Body {
    /// From the first line behind header and docstring to the end of the last statement.
    range: Range<usize>,
    indent: String,
}

/// The lines of the body that are not docstring.
fn body(file: &SourceFile, def: &ast::StmtFunctionDef) -> Option<Body> {
    let first = def.body.first()?;
    let is_docstring =
        matches!(first, Stmt::Expr(it) if matches!(&*it.value, Expr::StringLiteral(_)));
    let real = def.body.get(usize::from(is_docstring))?;
    let before = if is_docstring {
        SourceFile::range(first).end
    } else {
        let header = SourceFile::range(def).start..SourceFile::range(first).start;
        let colon = file.tokens(header).filter(|(kind, _)| *kind == TokenKind::Colon).last()?;
        colon.1.end
    };
    let from = file.line(before) + 1;
    let line = file.line(SourceFile::range(real).start);
    if line < from {
        return None;
    }
    let text = file.line_text(line);
    let indent = text[..text.len() - text.trim_start().len()].to_owned();
    let end = file.start_of(file.line(SourceFile::range(def).end));
    let end = end + file.line_text(file.line(SourceFile::range(def).end)).len();
    Some(Body { range: file.start_of(from)..end, indent })
}

/// The one statement, on one line when it fits.
fn statement(
    (file, longest): (&SourceFile, usize),
    body: &Body,
    function: &str,
    template: &Template,
    arguments: &[(CompactString, String)],
) -> String {
    let indent = &body.indent;
    let handed_on = |it: &Parameter| match it.passing {
        Passing::Position => it.name.to_string(),
        Passing::Name => format!("{}={}", it.kept, it.name),
        Passing::Star => format!("*{}", it.name),
        Passing::Stars => format!("**{}", it.name),
    };
    let (rest, plain): (Vec<&Parameter>, Vec<&Parameter>) =
        template.parameters.iter().partition(|it| it.passing == Passing::Stars);
    let inner = format!("{indent}    ");
    let given = arguments.iter().map(|(name, value)| format!("{name}={}", laid_out(value, &inner)));
    let all: Vec<String> = plain
        .into_iter()
        .map(handed_on)
        .chain(given)
        .chain(rest.into_iter().map(handed_on))
        .collect();
    let word = if template.asynchronous { "return await" } else { "return" };
    let line = format!("{indent}{word} {function}({})", all.join(", "));
    if line.chars().count() <= longest && !line.contains('\n') {
        return line;
    }
    let newline = file.newline();
    let lines: Vec<String> = all.iter().map(|it| format!("{inner}{it},{newline}")).collect();
    format!("{indent}{word} {function}({newline}{}{indent})", lines.concat())
}

/// The name by which a file calls a function of another, and what it takes to have it.
struct Import {
    bound: String,
    wanted: Option<Wanted>,
}

impl Import {
    fn of(
        index: &Index,
        here: ModuleId,
        canonical: DefinitionId,
        name: &str,
        file: &SourceFile,
        def: &ast::StmtFunctionDef,
    ) -> Result<Self, String> {
        let scan = Scan::of(file);
        let own = |bound: &str| def.parameters.iter().any(|it| it.name().as_str() == bound);
        if here == canonical.module {
            return if own(name) {
                Err(format!("has a parameter `{name}`"))
            } else {
                Ok(Self { bound: name.to_owned(), wanted: None })
            };
        }
        let module = index.module(here);
        let target = &index.module(canonical.module).name;
        let known = module.facts.imports.iter().find(|import| {
            import.scope == ImportScope::Module
                && import.name.as_deref() == Some(name)
                && index.import_target(module, import).is_some_and(|it| it == *target)
        });
        if let Some(known) = known.filter(|it| !own(&it.bound) && scan.is_only_imported(&it.bound))
        {
            return Ok(Self { bound: known.bound.to_string(), wanted: None });
        }
        let stem = target.rsplit('.').next().unwrap_or(target).trim_start_matches('_');
        let qualified = format!("{stem}_{}", name.trim_start_matches('_'));
        let is_taken = |bound: &str| scan.is_bound(bound) || scan.reads(bound);
        let bound = if is_taken(name) { qualified } else { name.to_owned() };
        if is_taken(&bound) {
            return Err(format!("cannot import `{name}` under a name that is free"));
        }
        let wanted = Wanted { bound: bound.clone(), ..Wanted::name(target, name) };
        Ok(Self { bound, wanted: Some(wanted) })
    }
}
