//! The entries of `__all__`.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};

use super::source::SourceFile;
use crate::edit::Edit;

/// The strings of `__all__` that are a name, wherever the list is made or grows.
pub(super) fn entries(file: &SourceFile, name: &str) -> Vec<Range<usize>> {
    let mut entries = Entries { name, found: Vec::new() };
    for stmt in file.suite() {
        entries.statement(stmt);
    }
    entries.found
}

/// The edits that take a name out of `__all__`, each with one comma; none when an entry is
/// no item of its own.
pub(super) fn removal(file: &SourceFile, name: &str) -> Option<Vec<Edit>> {
    entries(file, name).into_iter().map(|entry| without(file, entry)).collect()
}

fn without(file: &SourceFile, entry: Range<usize>) -> Option<Edit> {
    let lines = file.line(entry.start);
    let line = file.line_range(lines..lines + 1);
    let mut after = file.tokens(entry.end..file.text.len()).skip_while(|it| it.1.start < entry.end);
    let (kind, next) = after.next()?;
    let own_line = file.text[line.start..entry.start].trim().is_empty();
    if kind == TokenKind::Comma {
        let rest = &file.text[next.end..line.end];
        return Some(if own_line && rest.trim().is_empty() {
            Edit::delete(line)
        } else {
            let blanks = rest.len() - rest.trim_start_matches(' ').len();
            Edit::delete(entry.start..next.end + blanks)
        });
    }
    let closes = matches!(kind, TokenKind::Rsqb | TokenKind::Rpar | TokenKind::NonLogicalNewline);
    let before = file.text[..entry.start].trim_end();
    if !closes {
        return None;
    }
    // The last of several: the comma before it goes; a single one leaves an empty list.
    let from = if before.ends_with(',') { before.len() - 1 } else { entry.start };
    Some(Edit::delete(from..entry.end))
}

struct Entries<'n> {
    name: &'n str,
    found: Vec<Range<usize>>,
}

impl Entries<'_> {
    fn statement(&mut self, stmt: &Stmt) {
        let is_all =
            |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == "__all__");
        let is_method = |expr: &Expr| matches!(expr, Expr::Attribute(it) if is_all(&it.value));
        match stmt {
            Stmt::Assign(it) if it.targets.iter().any(is_all) => self.visit_expr(&it.value),
            Stmt::AugAssign(it) if is_all(&it.target) => self.visit_expr(&it.value),
            Stmt::AnnAssign(it) if is_all(&it.target) => {
                it.value.iter().for_each(|value| self.visit_expr(value));
            }
            Stmt::Expr(it) => {
                if let Expr::Call(call) = &*it.value
                    && is_method(&call.func)
                {
                    self.visit_arguments(&call.arguments);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Entries<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(text) if text.value.to_str() == self.name => {
                self.found.push(SourceFile::range(expr));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::super::source::SourceFile;
    use crate::edit;

    #[test]
    fn a_name_goes_with_its_comma() {
        for (before, after) in [
            ("__all__ = ['a', 'x', 'b']\n", "__all__ = ['a', 'b']\n"),
            ("__all__ = ['a', 'x']\n", "__all__ = ['a']\n"),
            ("__all__ = ['x']\n", "__all__ = []\n"),
            ("__all__ = (\n    'a',\n    'x',\n)\n", "__all__ = (\n    'a',\n)\n"),
            ("__all__ = [\n    'a',\n    'x'\n]\n", "__all__ = [\n    'a'\n]\n"),
            ("__all__ = ['a']\n__all__ += ['x', 'b']\n", "__all__ = ['a']\n__all__ += ['b']\n"),
            (
                "__all__ = ['a']\n__all__.extend(['b', 'x'])\n",
                "__all__ = ['a']\n__all__.extend(['b'])\n",
            ),
            ("other = ['x']\n", "other = ['x']\n"),
        ] {
            let path = RepoPath::new("a.py").expect("plain");
            let file = SourceFile::parse(&path, before.as_bytes()).expect("it parses");
            let edits = super::removal(&file, "x").expect("each is an item");
            assert_eq!(edit::apply(before, edits).as_deref(), Ok(after), "{before}");
        }
    }
}
