//! Parameters that are added to a function, in the way its header is written.

use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast as ast;
use ruff_python_ast::token::TokenKind;

use super::source::SourceFile;
use crate::edit::Edit;

/// A parameter that is added.
#[derive(Debug, Clone)]
pub(super) struct Added {
    pub(super) name: CompactString,
    /// The value that the function has today, as written.
    pub(super) default: String,
    /// The values that the copies have.
    pub(super) others: Vec<String>,
    /// Where the value stands, in bytes from the first line of the definition.
    pub(super) places: Vec<Range<usize>>,
    /// The statement that binds the value to the name and goes.
    pub(super) statement: Option<Range<usize>>,
}

/// The header with the parameters added, which can be given by name alone.
pub(super) fn extended(
    (file, longest): (&SourceFile, usize),
    def: &ast::StmtFunctionDef,
    added: &[Added],
) -> Result<Vec<Edit>, String> {
    let whole = SourceFile::range(&*def.parameters);
    let text = &file.text[whole.clone()];
    let annotated = is_annotated(def);
    let news: Vec<&Added> = added.iter().collect();
    let needs_star = def.parameters.vararg.is_none() && def.parameters.kwonlyargs.is_empty();
    if !text.contains('\n') {
        let items = items(file, &def.parameters, needs_star);
        let line = file.line(whole.start);
        let all = joined(&items, &news, annotated, "");
        let rest = file.line_text(line).len() - text.len();
        let multi = news.iter().any(|one| one.default.contains('\n'));
        let new = if !multi && rest + all.len() + 2 <= longest {
            format!("({all})")
        } else {
            let newline = file.newline();
            let indent = "    ";
            let all: Vec<String> = listed(&items, &news, annotated, indent);
            let lines: Vec<String> =
                all.iter().map(|it| format!("{indent}{it},{newline}")).collect();
            // Nothing may follow `**rest` in the oldest dialects but that is long ago.
            format!("({newline}{})", lines.concat())
        };
        return Ok(vec![Edit::replace(whole, new)]);
    }
    exploded(file, def, &news, annotated, needs_star)
}

/// One parameter a line: the new ones get lines of their own.
fn exploded(
    file: &SourceFile,
    def: &ast::StmtFunctionDef,
    news: &[&Added],
    annotated: bool,
    needs_star: bool,
) -> Result<Vec<Edit>, String> {
    let whole = SourceFile::range(&*def.parameters);
    let tokens: Vec<(TokenKind, Range<usize>)> = file.tokens(whole.clone()).collect();
    let closing = tokens.last().map_or(whole.end - 1, |(_, range)| range.start);
    let significant = |(kind, _): &&(TokenKind, Range<usize>)| {
        !matches!(kind, TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Rpar)
    };
    let last = tokens.iter().rev().find(significant).ok_or("has a header of its own style")?;
    let stars = def.parameters.kwarg.as_deref().map(|kwarg| {
        let name = SourceFile::range(&kwarg.name).start;
        file.text[..name].rfind("**").unwrap_or(name)
    });
    let at = stars.unwrap_or(closing);
    let line = file.line(at);
    let start = file.start_of(line);
    let is_own_line = file.text[start..at].trim().is_empty();
    if !is_own_line || stars.is_none() && last.0 != TokenKind::Comma {
        return Err("has a header that is written in a style of its own".to_owned());
    }
    let first = def.parameters.iter().next().ok_or("has no parameters on its lines")?;
    let first_line = file.line(SourceFile::range(&first).start);
    let text = file.line_text(first_line);
    let indent = &text[..text.len() - text.trim_start().len()];
    let newline = file.newline();
    let star = needs_star.then(|| "*".to_owned());
    let lines = star.into_iter().chain(news.iter().map(|one| written(one, annotated, indent)));
    let lines: Vec<String> = lines.map(|it| format!("{indent}{it},{newline}")).collect();
    Ok(vec![Edit::replace(start..start, lines.concat())])
}

/// The parameters as written, with `/` and `*` where they stand, and where the new ones
/// go: before `**rest`.
struct Items {
    before: Vec<String>,
    after: Vec<String>,
}

fn items(file: &SourceFile, parameters: &ast::Parameters, needs_star: bool) -> Items {
    let text = |range: Range<usize>| file.text[range].to_owned();
    let mut before: Vec<String> =
        parameters.posonlyargs.iter().map(|it| text(SourceFile::range(it))).collect();
    if !before.is_empty() {
        before.push("/".to_owned());
    }
    before.extend(parameters.args.iter().map(|it| text(SourceFile::range(it))));
    match &parameters.vararg {
        Some(rest) => before.push(format!("*{}", text(behind_stars(rest)))),
        None if needs_star || !parameters.kwonlyargs.is_empty() => before.push("*".to_owned()),
        None => {}
    }
    before.extend(parameters.kwonlyargs.iter().map(|it| text(SourceFile::range(it))));
    let rest = parameters.kwarg.iter();
    let after = rest.map(|it| format!("**{}", text(behind_stars(it)))).collect();
    Items { before, after }
}

/// A parameter without its stars.
fn behind_stars(parameter: &ast::Parameter) -> Range<usize> {
    SourceFile::range(&parameter.name).start..SourceFile::range(parameter).end
}

fn listed(items: &Items, news: &[&Added], annotated: bool, indent: &str) -> Vec<String> {
    let new = news.iter().map(|one| written(one, annotated, indent));
    items.before.iter().cloned().chain(new).chain(items.after.iter().cloned()).collect()
}

fn joined(items: &Items, news: &[&Added], annotated: bool, indent: &str) -> String {
    listed(items, news, annotated, indent).join(", ")
}

fn written(one: &Added, annotated: bool, indent: &str) -> String {
    let value = laid_out(&one.default, indent);
    match kind(one).filter(|_| annotated) {
        Some(kind) => format!("{}: {kind} = {value}", one.name),
        None => format!("{}={value}", one.name),
    }
}

/// A value that is written on several lines, in brackets of its own.
pub(super) fn laid_out(value: &str, indent: &str) -> String {
    if !value.contains('\n') {
        return value.to_owned();
    }
    let newline = if value.contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<String> =
        value.lines().map(|line| format!("{indent}    {}{newline}", line.trim())).collect();
    format!("({newline}{}{indent})", lines.concat())
}

/// Whether every parameter says its type.
fn is_annotated(def: &ast::StmtFunctionDef) -> bool {
    let mut parameters = def.parameters.iter().peekable();
    let any = parameters.peek().is_some() || def.returns.is_some();
    any && parameters.all(|it| it.as_parameter().annotation.is_some())
}

/// The type of a value that is written out, when all values have one.
fn kind(one: &Added) -> Option<&'static str> {
    let of = |text: &String| -> Option<&'static str> {
        let first = text.trim_start_matches(['-', '+']).chars().next()?;
        match text.as_str() {
            "True" | "False" => Some("bool"),
            "None" => None,
            _ if text.starts_with(['"', '\'']) => Some("str"),
            _ if first.is_ascii_digit() && text.contains(['.', 'e']) => Some("float"),
            _ if first.is_ascii_digit() => Some("int"),
            _ => None,
        }
    };
    let first = of(&one.default)?;
    one.others.iter().try_fold(first, |known, text| match (known, of(text)?) {
        (one, other) if one == other => Some(one),
        ("int" | "float", "int" | "float") => Some("float"),
        _ => None,
    })
}
