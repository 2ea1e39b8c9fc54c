//! From a place that fits a pattern to the edits that put the replacement there.
//!
//! Where the holes come in the order of the pattern, only what stands between them is
//! touched, so that layout and comments stay. Otherwise the place is written anew, unless
//! that would lose a comment or change what is evaluated when.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, OperatorPrecedence};

use super::super::source::SourceFile;
use super::matching::{Capture, Match};
use super::template::{Code, Hole, Template, is_code};
use crate::edit::Edit;

/// What a place turns into.
pub(super) struct Written {
    pub(super) edits: Vec<Edit>,
    /// Whether what fills the holes is still there to be looked at.
    pub(super) keeps_captures: bool,
}

/// The names by which a file calls what a replacement needs: as the replacement has it,
/// as the file has it.
pub(super) type Names = [(String, String)];

/// The edits for one place; an error is the reason why it stays.
pub(super) fn write(
    file: &SourceFile,
    pattern: &Template,
    replacement: &Template,
    names: &Names,
    found: &Match<'_>,
) -> Result<Written, String> {
    let place = Place { file, pattern, replacement, names, found };
    if place.keeps_order() { place.between() } else { place.anew() }
}

struct Place<'p, 'a> {
    file: &'p SourceFile,
    pattern: &'p Template,
    replacement: &'p Template,
    names: &'p Names,
    found: &'p Match<'a>,
}

impl Place<'_, '_> {
    fn capture(&self, name: &str) -> Option<&Capture<'_>> {
        self.found.captures.iter().find(|capture| capture.name == name)
    }

    fn range_of(&self, hole: &Hole) -> Option<Range<usize>> {
        self.capture(&hole.name)?.range.clone()
    }

    /// Whether the holes come in one order in the pattern, in the replacement and at the
    /// place, and none of them is empty.
    fn keeps_order(&self) -> bool {
        let names = |template: &Template| template.holes.iter().map(|it| it.name.clone()).collect();
        let (before, after): (Vec<String>, Vec<String>) =
            (names(self.pattern), names(self.replacement));
        let ranges: Option<Vec<Range<usize>>> =
            self.pattern.holes.iter().map(|hole| self.range_of(hole)).collect();
        before == after
            && ranges.is_some_and(|ranges| ranges.windows(2).all(|it| it[0].end <= it[1].start))
    }

    /// Edits what stands between the holes.
    fn between(&self) -> Result<Written, String> {
        let mut edits = Vec::new();
        if self.needs_parentheses() {
            edits.push(Edit::replace(self.found.range.start..self.found.range.start, "("));
        }
        for nth in 0..=self.pattern.holes.len() {
            edits.extend(self.gap(nth)?);
        }
        for (old, new) in self.pattern.holes.iter().zip(&self.replacement.holes) {
            let range = self.range_of(old).unwrap_or_default();
            if self.must_enclose(new) {
                edits.push(Edit::replace(range.start..range.start, "("));
                edits.insert(0, Edit::replace(range.end..range.end, ")"));
            }
        }
        if self.needs_parentheses() {
            edits.push(Edit::replace(self.found.range.end..self.found.range.end, ")"));
        }
        Ok(Written { edits, keeps_captures: true })
    }

    /// The edit between two holes, before the first or after the last.
    fn gap(&self, nth: usize) -> Result<Option<Edit>, String> {
        let (old, new) = (tokens_of(self.pattern, nth), tokens_of(self.replacement, nth));
        let was = |at: usize| self.pattern.token(at).to_owned();
        let is = |at: usize| self.renamed(at);
        let same = |(a, b): &(usize, usize)| was(*a) == is(*b);
        let mut front = old.clone().zip(new.clone()).take_while(same).count();
        let mut back = old.clone().rev().zip(new.clone().rev()).take_while(same).count();
        if front == old.len() && old.len() == new.len() {
            return Ok(None);
        }
        back = back.min(old.len().min(new.len()) - front.min(old.len().min(new.len())));
        let edge = |nth: usize| self.pattern.holes.get(nth).and_then(|hole| self.range_of(hole));
        let left = nth.checked_sub(1).and_then(edge).map(|range| range.end);
        let right = edge(nth).map(|range| range.start);
        let span = left.unwrap_or(self.found.range.start)..right.unwrap_or(self.found.range.end);
        let here: Vec<Range<usize>> = self
            .file
            .tokens(span.clone())
            .filter(|(kind, _)| is_code(*kind))
            .map(|(_, range)| range)
            .collect();
        if here.len() < front + back {
            (front, back) = (0, 0);
        }
        let mut at = match (here.get(front), here.len() - back) {
            (Some(first), end) if end > front => first.start..here[end - 1].end,
            _ => {
                let after = front.checked_sub(1).map(|it| here[it].end);
                let at = after.unwrap_or(span.start);
                at..at
            }
        };
        let mut text = self.text_between(&(new.start + front..new.end - back));
        // What is put in behind a token that stays comes behind the blanks that follow it.
        if at.is_empty() && front > 0 && back == 0 && right.is_some() {
            at = span.end..span.end;
        }
        let is_plain = |range: Range<usize>| self.file.text[range].trim_matches(' ').is_empty();
        if front == 0 && left.is_some() && is_plain(span.start..at.start) {
            at.start = span.start;
            text = format!("{}{text}", self.space(new.start));
        }
        if back == 0 && right.is_some() && is_plain(at.end..span.end) {
            at.end = span.end;
            if front == 0 || !text.is_empty() {
                text.push_str(&self.space(new.end));
            }
        }
        if self.file.comments(at.clone()).next().is_some() {
            return Err("a comment inside it would be lost".to_owned());
        }
        Ok(Some(Edit::replace(at, text)))
    }

    /// The blanks of the replacement before a token.
    fn space(&self, at: usize) -> String {
        let tokens = &self.replacement.tokens;
        let from = at.checked_sub(1).map_or(0, |before| tokens[before].1.end);
        let to = tokens.get(at).map_or(from, |token| token.1.start);
        self.replacement.text[from..to.max(from)].to_owned()
    }

    /// The replacement's text of some tokens, with the names of this file.
    fn text_between(&self, tokens: &Range<usize>) -> String {
        let mut text = String::new();
        for at in tokens.clone() {
            if at > tokens.start {
                text.push_str(&self.space(at));
            }
            text.push_str(&self.renamed(at));
        }
        text
    }

    /// A token of the replacement as this file writes it.
    fn renamed(&self, at: usize) -> String {
        let is_root = self.replacement.roots().iter().any(|(root, _)| *root == at);
        let token = self.replacement.token(at);
        let known = self.names.iter().find(|(name, _)| is_root && name == token);
        known.map_or_else(|| token.to_owned(), |(_, here)| here.clone())
    }

    /// Writes the whole place anew.
    fn anew(&self) -> Result<Written, String> {
        let kept: Vec<Range<usize>> =
            self.found.captures.iter().filter_map(|capture| capture.range.clone()).collect();
        let is_kept = |range: &Range<usize>| kept.iter().any(|it| it.contains(&range.start));
        let comments = self.file.tokens(self.found.range.clone());
        if comments.into_iter().any(|(kind, at)| kind == TokenKind::Comment && !is_kept(&at)) {
            return Err("a comment inside it would be lost".to_owned());
        }
        self.check_evaluation()?;
        let mut text = String::new();
        let mut skips_comma = false;
        for at in 0..self.replacement.tokens.len() {
            let Some(hole) = self.replacement.holes.iter().find(|hole| hole.at == at) else {
                if skips_comma && self.replacement.token(at) == "," {
                    skips_comma = false;
                    continue;
                }
                text.push_str(&self.space(at));
                text.push_str(&self.renamed(at));
                continue;
            };
            match self.range_of(hole) {
                Some(range) => {
                    let inner = &self.file.text[range];
                    text.push_str(&self.space(at));
                    let (open, close) = if self.must_enclose(hole) { ("(", ")") } else { ("", "") };
                    text.extend([open, inner, close]);
                }
                // Nothing fills it: the comma on one side of it goes as well.
                None if text.ends_with(',') => {
                    text.pop();
                }
                None => skips_comma = true,
            }
        }
        if self.needs_parentheses() {
            text = format!("({text})");
        }
        let edits = vec![Edit::replace(self.found.range.clone(), text)];
        Ok(Written { edits, keeps_captures: false })
    }

    /// What has effects must be evaluated as often as before, and in one order.
    fn check_evaluation(&self) -> Result<(), String> {
        let mut acting = 0;
        for capture in &self.found.captures {
            if !capture.values.iter().any(|value| acts(value)) {
                continue;
            }
            acting += 1;
            let times = self.replacement.holes.iter().filter(|it| it.name == capture.name).count();
            if times != 1 {
                return Err(format!("what `${}` stands for would run {times} times", capture.name));
            }
        }
        if acting > 1 {
            return Err("its arguments would be evaluated in another order".to_owned());
        }
        Ok(())
    }

    /// Whether what fills a hole of the replacement needs parentheses there.
    fn must_enclose(&self, hole: &Hole) -> bool {
        let Some(capture) = self.capture(&hole.name) else { return false };
        let ([value], Some(range)) = (&capture.values[..], &capture.range) else { return false };
        let is_enclosed = SourceFile::range(*value) != *range;
        let is_bare = |parenthesized: bool| !parenthesized;
        let asks = if self.replacement.is_open(hole) {
            match value {
                Expr::Named(_) | Expr::Yield(_) | Expr::YieldFrom(_) => true,
                Expr::Tuple(tuple) => is_bare(tuple.parenthesized),
                Expr::Generator(generator) => is_bare(generator.parenthesized),
                _ => false,
            }
        } else {
            match value {
                Expr::StringLiteral(text) => text.value.is_implicit_concatenated(),
                Expr::BytesLiteral(text) => text.value.is_implicit_concatenated(),
                Expr::FString(text) => text.value.is_implicit_concatenated(),
                Expr::NumberLiteral(_) => self.replacement.is_followed_by_dot(hole),
                Expr::Tuple(tuple) => is_bare(tuple.parenthesized),
                other => OperatorPrecedence::from_expr(other) < OperatorPrecedence::CallAttribute,
            }
        };
        asks && !is_enclosed
    }

    /// Whether the replacement binds less than what stood here and what is around it
    /// would take it apart.
    fn needs_parentheses(&self) -> bool {
        let (Some(expr), Code::Expr(new)) = (self.found.expr, self.replacement.code()) else {
            return false;
        };
        let binds = OperatorPrecedence::from_expr(new);
        if binds >= OperatorPrecedence::from_expr(expr) {
            return false;
        }
        let range = &self.found.range;
        let line = self.file.start_of(self.file.line(range.start));
        let before = self.file.tokens(line..range.start).filter(|(kind, _)| is_code(*kind)).last();
        let after = self.file.tokens(range.end..self.file.text.len()).next();
        let binds_more = |kind: TokenKind| match kind {
            TokenKind::And => binds > OperatorPrecedence::And,
            TokenKind::Or => binds > OperatorPrecedence::Or,
            _ => false,
        };
        let opens = before.is_none_or(|(kind, _)| {
            use TokenKind::{Comma, Equal, If, Indent, Lpar, Lsqb, Return, While};
            matches!(kind, Lpar | Lsqb | Comma | Equal | Return | If | While | Indent)
                || binds_more(kind)
        });
        let closes = after.is_none_or(|(kind, _)| {
            use TokenKind::{Colon, Comma, Comment, Newline, Rpar, Rsqb};
            matches!(kind, Rpar | Rsqb | Comma | Colon | Newline | Comment) || binds_more(kind)
        });
        !(opens && closes)
    }
}

/// The positions of the tokens before the nth hole, or behind the last.
fn tokens_of(template: &Template, nth: usize) -> Range<usize> {
    let from = nth.checked_sub(1).map_or(0, |before| template.holes[before].at + 1);
    let to = template.holes.get(nth).map_or(template.tokens.len(), |hole| hole.at);
    from..to
}

/// Whether evaluating an expression may do something, or give something else next time.
fn acts(expr: &Expr) -> bool {
    struct Finder(bool);
    impl<'a> Visitor<'a> for Finder {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.0 |= matches!(
                expr,
                Expr::Call(_)
                    | Expr::Await(_)
                    | Expr::Yield(_)
                    | Expr::YieldFrom(_)
                    | Expr::Named(_)
                    | Expr::Generator(_)
            );
            visitor::walk_expr(self, expr);
        }
    }
    let mut finder = Finder(false);
    finder.visit_expr(expr);
    finder.0
}
