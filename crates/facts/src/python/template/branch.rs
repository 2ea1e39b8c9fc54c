//! Two functions that differ in one place: some statements of a block stand in one of them
//! and others, or none, in the other.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{self as ast, ExceptHandler, ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::{Ranged, TextRange};

use super::{Side, excerpt, function, plain};

/// Most statements that may stand in the place, of both sides together.
const MOST_STATEMENTS: usize = 3;

/// Fewest statements that both have.
const FEWEST_SHARED: usize = 3;

/// The place at which two functions differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The lines of the kept function, counted from its first; empty where the other has
    /// more.
    pub kept: Range<usize>,
    /// The lines of the other function.
    pub other: Range<usize>,
    /// The blanks before the statements of the kept function.
    pub indent: String,
    /// The blanks before those of the other.
    pub other_indent: String,
}

/// The one place at which two functions differ that are called in one way. An error says why
/// there is none, in words.
pub fn branch(kept: Side<'_>, other: Side<'_>) -> Result<Branch, String> {
    let (one, two) = (excerpt(kept)?, excerpt(other)?);
    let parse = |text| ruff_python_parser::parse_unchecked_source(text, PySourceType::Python);
    let (left, right) = (Text::new(one, parse(one)), Text::new(two, parse(two)));
    let (a, b) = (function(left.parsed.suite())?, function(right.parsed.suite())?);
    plain(a, b)?;
    if head(&left, a) != head(&right, b) {
        return Err("the headers differ".to_owned());
    }
    let mut search = Search { left: &left, right: &right, shared: 0 };
    let place = search.blocks(code(&a.body), code(&b.body), None)?;
    if search.shared < FEWEST_SHARED {
        return Err("too little of them is equal".to_owned());
    }
    Ok(place)
}

/// The parameters of a function and what it returns, as they are written.
fn head<'t>(text: &Text<'t>, def: &ast::StmtFunctionDef) -> Vec<&'t str> {
    let body = def.body.first().map_or(def.range().end(), Ranged::start);
    text.words(TextRange::new(def.name.range().end(), body))
}

/// A body without its docstring.
fn code(body: &[Stmt]) -> &[Stmt] {
    let is_text = |stmt: &Stmt| matches!(stmt, Stmt::Expr(it) if it.value.is_string_literal_expr());
    if body.first().is_some_and(is_text) { &body[1..] } else { body }
}

/// The lines of a function.
struct Text<'t> {
    source: &'t str,
    starts: Vec<usize>,
    parsed: Parsed<ModModule>,
}

impl<'t> Text<'t> {
    fn new(source: &'t str, parsed: Parsed<ModModule>) -> Self {
        let newlines = source.match_indices('\n').map(|(at, _)| at + 1);
        Self { source, starts: std::iter::once(0).chain(newlines).collect(), parsed }
    }

    fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at) - 1
    }

    fn line_text(&self, line: usize) -> &'t str {
        let end = self.starts.get(line + 1).copied().unwrap_or(self.source.len());
        &self.source[self.starts[line]..end]
    }

    /// What the code in a range says, without layout.
    fn words(&self, range: TextRange) -> Vec<&'t str> {
        // What has no width at the end is the end of the file.
        let is_inside = |at: TextRange| range.contains_range(at) && at.start() < range.end();
        let tokens = self.parsed.tokens().iter().filter(|it| is_inside(it.range()));
        let says = tokens.filter(|token| {
            !matches!(
                token.kind(),
                TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Newline
            )
        });
        says.map(|token| match token.kind() {
            TokenKind::Indent => "{",
            TokenKind::Dedent => "}",
            _ => &self.source[token.range()],
        })
        .collect()
    }

    fn first_line(&self, stmt: &Stmt) -> usize {
        self.line(stmt.start().to_usize())
    }

    fn last_line(&self, stmt: &Stmt) -> usize {
        self.line(stmt.end().to_usize().saturating_sub(1))
    }

    /// The lines of statements with the comments directly above, behind a line.
    fn lines(&self, stmts: &[Stmt], above: usize) -> Result<Range<usize>, String> {
        let (Some(first), Some(last)) = (stmts.first(), stmts.last()) else {
            return Ok(above..above);
        };
        let mut from = self.first_line(first);
        let is_comment = |line: usize| self.line_text(line).trim_start().starts_with('#');
        while from > above && is_comment(from - 1) {
            from -= 1;
        }
        let range = TextRange::new(first.start(), last.end());
        let spans_lines = self.parsed.tokens().iter().any(|token| {
            let is_text = matches!(token.kind(), TokenKind::String | TokenKind::FStringMiddle);
            is_text
                && range.contains_range(token.range())
                && self.source[token.range()].contains('\n')
        });
        if spans_lines {
            return Err("a text that spans lines stands in the place that differs".to_owned());
        }
        Ok(from..self.last_line(last) + 1)
    }

    fn indent(&self, stmt: &Stmt) -> Option<&'t str> {
        let line = self.line_text(self.first_line(stmt));
        let blanks = &line[..line.len() - line.trim_start_matches(' ').len()];
        let start = self.starts[self.first_line(stmt)] + blanks.len();
        (start == stmt.start().to_usize()).then_some(blanks)
    }
}

/// Two blocks that differ, and the lines of what is above them.
type Inner<'a> = (&'a [Stmt], &'a [Stmt], (usize, usize));

struct Search<'s, 't> {
    left: &'s Text<'t>,
    right: &'s Text<'t>,
    /// Statements that both have.
    shared: usize,
}

impl Search<'_, '_> {
    /// The place in two blocks; `around` are the statements whose blocks they are.
    fn blocks(
        &mut self,
        one: &[Stmt],
        two: &[Stmt],
        around: Option<(usize, usize)>,
    ) -> Result<Branch, String> {
        let same = |a: &Stmt, b: &Stmt| self.left.words(a.range()) == self.right.words(b.range());
        let front = one.iter().zip(two).take_while(|(a, b)| same(a, b)).count();
        let most = one.len().min(two.len()) - front;
        let back = one.iter().rev().zip(two.iter().rev()).take_while(|(a, b)| same(a, b)).count();
        let back = back.min(most);
        self.shared += front + back;
        let (mine, theirs) = (&one[front..one.len() - back], &two[front..two.len() - back]);
        if let ([a], [b]) = (mine, theirs)
            && let Some((inner, others, lines)) = self.within(a, b)
        {
            self.shared += 1;
            return self.blocks(inner, others, Some(lines));
        }
        if mine.is_empty() && theirs.is_empty() {
            return Err("they do not differ".to_owned());
        }
        if mine.len() + theirs.len() > MOST_STATEMENTS {
            return Err("they differ in more than one statement".to_owned());
        }
        let header = around.unwrap_or((0, 0));
        let above = |text: &Text<'_>, block: &[Stmt], header: usize| {
            front.checked_sub(1).map_or(header + 1, |at| text.last_line(&block[at]) + 1)
        };
        let first = above(self.left, one, header.0);
        let second = above(self.right, two, header.1);
        // Without a statement before it, what is put in comes before the next one.
        let first = if front == 0 && mine.is_empty() {
            one.first().map_or(first, |next| self.left.first_line(next))
        } else {
            first
        };
        let indents = |text: &Text<'_>, block: &[Stmt]| -> Option<String> {
            let all: Vec<_> = block.iter().map(|stmt| text.indent(stmt)).collect();
            let known = all.first().copied().flatten()?;
            all.iter().all(|it| *it == Some(known)).then(|| known.to_owned())
        };
        let shares = || "statements share a line, or are set off by tabs".to_owned();
        Ok(Branch {
            kept: self.left.lines(mine, first)?,
            other: self.right.lines(theirs, second)?,
            indent: indents(self.left, one).ok_or_else(shares)?,
            other_indent: indents(self.right, two).ok_or_else(shares)?,
        })
    }

    /// The only blocks in which two statements of one kind differ, and the lines of what is
    /// above them.
    fn within<'a>(&self, one: &'a Stmt, two: &'a Stmt) -> Option<Inner<'a>> {
        let (mine, theirs) = (blocks_of(one)?, blocks_of(two)?);
        let outside = |text: &Text<'_>, stmt: &Stmt, blocks: &[&[Stmt]]| {
            let inner = |range: &TextRange| {
                blocks.iter().any(|block| {
                    let ends = block.first().zip(block.last());
                    ends.is_some_and(|(a, b)| {
                        TextRange::new(a.start(), b.end()).contains_range(*range)
                    })
                })
            };
            let tokens = text.parsed.tokens().iter().map(Ranged::range);
            let own = tokens.filter(|range| stmt.range().contains_range(*range) && !inner(range));
            own.map(|range| text.source[range].trim().to_owned())
                .filter(|word| !word.is_empty() && !word.starts_with('#'))
                .collect::<Vec<String>>()
        };
        let equal = mine.len() == theirs.len()
            && outside(self.left, one, &mine) == outside(self.right, two, &theirs);
        let words = |text: &Text<'_>, block: &[Stmt]| -> Vec<String> {
            block.iter().flat_map(|it| text.words(it.range())).map(str::to_owned).collect()
        };
        let mut differ =
            mine.iter().zip(&theirs).filter(|(a, b)| words(self.left, a) != words(self.right, b));
        let (a, b) = differ.next().filter(|_| equal)?;
        if differ.next().is_some() {
            return None;
        }
        let above = |text: &Text<'_>, block: &[Stmt]| {
            block.first().map(|stmt| text.first_line(stmt).saturating_sub(1))
        };
        Some((a, b, (above(self.left, a)?, above(self.right, b)?)))
    }
}

/// The blocks of a compound statement; none for a definition and for a simple one.
fn blocks_of(stmt: &Stmt) -> Option<Vec<&[Stmt]>> {
    Some(match stmt {
        Stmt::If(it) => {
            let clauses = it.elif_else_clauses.iter().map(|clause| &*clause.body);
            std::iter::once(&*it.body).chain(clauses).collect()
        }
        Stmt::For(it) => vec![&*it.body, &*it.orelse],
        Stmt::While(it) => vec![&*it.body, &*it.orelse],
        Stmt::With(it) => vec![&*it.body],
        Stmt::Try(it) => {
            let handlers =
                it.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| &*handler.body);
            std::iter::once(&*it.body)
                .chain(handlers)
                .chain([&*it.orelse, &*it.finalbody])
                .collect()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use ssot_model::Span;

    use super::super::Side;
    use super::branch;

    fn found(one: &str, two: &str) -> Result<(Vec<usize>, Vec<usize>), String> {
        let head = "def f(text):\n    a = 1\n    b = 2\n    c = 3\n";
        let (one, two) = (format!("{head}{one}"), format!("{head}{two}"));
        let side = |source| {
            let end = str::lines(source).count() as u32;
            Side { source, span: Span { start: 1, end }, free: &[] }
        };
        branch(side(&one), side(&two)).map(|it| (it.kept.collect(), it.other.collect()))
    }

    #[test]
    fn one_place_is_found_however_deep() {
        for (one, two, expected) in [
            ("    return a\n", "    text = b\n    return a\n", Ok((vec![], vec![4]))),
            ("    return a\n", "    return b\n", Ok((vec![4], vec![4]))),
            (
                "    if a:\n        c()\n    return a\n",
                "    if a:\n        c()\n        # why\n        d()\n    return a\n",
                Ok((vec![], vec![6, 7])),
            ),
            (
                "    for x in a:\n        try:\n            c()\n        except b:\n            pass\n",
                "    for x in a:\n        try:\n            c()\n        except b:\n            raise\n",
                Ok((vec![8], vec![8])),
            ),
            ("    return a\n", "    return  a  # same\n", Err("they do not differ")),
            (
                "    return a\n",
                "    a()\n    b()\n    c()\n    d()\n    return a\n",
                Err("they differ in more than one statement"),
            ),
        ] {
            let found = found(one, two);
            let found = found.as_ref().map_err(String::as_str);
            assert_eq!(found.cloned(), expected, "{one}{two}");
        }
    }
}
