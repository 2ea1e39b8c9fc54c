//! Where a file says a name of its module in a text: quoted types, comments that are types,
//! examples in docstrings, and docstrings that mark it as code.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::source::SourceFile;

/// Callables whose string arguments are types.
const TYPE_CALLS: [&str; 5] = ["cast", "TypeVar", "NewType", "ForwardRef", "TypeAliasType"];

/// The places inside texts of the file that mean the module's name.
pub(super) fn of(file: &SourceFile, name: &str) -> Vec<Range<usize>> {
    let mut finder = Finder { types: 0, texts: Vec::new(), docstrings: Vec::new() };
    finder.body(file.suite());
    finder.visit_body(file.suite());
    let mut found: Vec<Range<usize>> = Vec::new();
    for range in finder.texts {
        found.extend(words(&file.text, range, name));
    }
    for range in finder.docstrings {
        let text = &file.text;
        found.extend(words(text, range, name).filter(|at| is_marked(text, at)));
    }
    for (kind, range) in file.tokens(0..file.text.len()) {
        let comment = &file.text[range.clone()];
        let is_type = comment.trim_start_matches('#').trim_start().starts_with("type:");
        if kind == TokenKind::Comment && is_type {
            found.extend(words(&file.text, range, name));
        }
    }
    found.sort_by_key(|range| range.start);
    found.dedup();
    found
}

/// The places of a text at which a word stands by itself, not as an attribute of another.
pub(super) fn words(
    text: &str,
    within: Range<usize>,
    word: &str,
) -> impl Iterator<Item = Range<usize>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    text[within.clone()].match_indices(word).filter_map(move |(at, _)| {
        let range = within.start + at..within.start + at + word.len();
        let before = text[..range.start].chars().next_back();
        let after = text[range.end..].chars().next();
        let is_alone =
            !before.is_some_and(|it| is_part(it) || it == '.') && !after.is_some_and(is_part);
        is_alone.then_some(range)
    })
}

/// Whether a place in a docstring stands in an example or between backticks.
fn is_marked(text: &str, at: &Range<usize>) -> bool {
    let line = text[..at.start].rfind('\n').map_or(0, |line| line + 1);
    let front = text[line..at.start].trim_start();
    let ends = |quote: &str| {
        text[..at.start].trim_end_matches('~').ends_with(quote) && text[at.end..].starts_with(quote)
    };
    front.starts_with(">>>") || front.starts_with("... ") || ends("`")
}

struct Finder {
    /// Depth of what holds types.
    types: u32,
    texts: Vec<Range<usize>>,
    docstrings: Vec<Range<usize>>,
}

impl Finder {
    fn within_types(&mut self, walk: impl FnOnce(&mut Self)) {
        self.types += 1;
        walk(self);
        self.types -= 1;
    }

    fn body(&mut self, body: &[Stmt]) {
        if let Some(Stmt::Expr(first)) = body.first()
            && first.value.is_string_literal_expr()
        {
            self.docstrings.push(SourceFile::range(&*first.value));
        }
    }
}

fn is_typing(expr: &Expr) -> bool {
    let last = match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    TYPE_CALLS.contains(&last)
}

impl<'a> Visitor<'a> for Finder {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.body(&def.body),
            Stmt::ClassDef(def) => self.body(&def.body),
            Stmt::TypeAlias(_) => {
                return self.within_types(|finder| visitor::walk_stmt(finder, stmt));
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        self.within_types(|finder| finder.visit_expr(expr));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(_) if self.types > 0 => self.texts.push(SourceFile::range(expr)),
            // `Literal["text"]` and `Annotated[..., "text"]` say texts, not types.
            Expr::Subscript(node) if says_texts(&node.value) => {}
            Expr::Call(call) if is_typing(&call.func) => {
                let bound = |it: &&ast::Keyword| it.arg.as_deref().is_some_and(|it| it == "bound");
                let named = call.arguments.keywords.iter().filter(bound).map(|it| &it.value);
                let types = call.arguments.args.iter().chain(named);
                types.for_each(|it| self.within_types(|finder| finder.visit_expr(it)));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

fn says_texts(expr: &Expr) -> bool {
    match expr {
        Expr::Name(name) => matches!(name.id.as_str(), "Literal" | "Annotated"),
        Expr::Attribute(attribute) => matches!(attribute.attr.as_str(), "Literal" | "Annotated"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::super::source::SourceFile;

    #[test]
    fn texts_that_are_code_are_told_from_others() {
        for (text, expected) in [
            ("a: 'x' = 'x'\n", "a: '<x>' = 'x'\n"),
            ("a: 'list[x] | m.x | xy'\n", "a: 'list[<x>] | m.x | xy'\n"),
            ("a: Literal['x']\n", "a: Literal['x']\n"),
            ("a = cast('x', 'b.x')\n", "a = cast('<x>', 'b.x')\n"),
            ("T = TypeVar('T', bound='x')\n", "T = TypeVar('T', bound='<x>')\n"),
            ("a = []  # type: list[x]\nb = 1  # x\n", "a = []  # type: list[<x>]\nb = 1  # x\n"),
            (
                "\"\"\"An x, `x`, :class:`x`, ``x``, :class:`~x`.\n\n>>> x(1).x\n\"\"\"\n",
                "\"\"\"An x, `<x>`, :class:`<x>`, ``<x>``, :class:`~<x>`.\n\n>>> <x>(1).x\n\"\"\"\n",
            ),
            ("def f() -> 'x':\n    'the `x`'\n", "def f() -> '<x>':\n    'the `<x>`'\n"),
        ] {
            let path = RepoPath::new("a.py").expect("plain");
            let file = SourceFile::parse(&path, text.as_bytes()).expect("it parses");
            let mut marked = text.to_owned();
            for range in super::of(&file, "x").into_iter().rev() {
                marked.replace_range(range, "<x>");
            }
            assert_eq!(marked, expected, "{text}");
        }
    }
}
