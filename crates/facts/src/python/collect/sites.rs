//! Where dotted names are used and short strings stand.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, Expr, ExprContext};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::Collector;
use crate::file::{Literal, Site, SiteKind};

/// Shortest and longest strings that are indexed, in bytes.
const INDEXED: std::ops::RangeInclusive<usize> = 2..=120;

/// Names in order of their first use.
#[derive(Default)]
pub(super) struct Table {
    pub(super) names: Vec<CompactString>,
    /// By the hash of the name: a second copy of every name would cost more than it says.
    positions: FxHashMap<u64, u32>,
}

impl Table {
    pub(super) fn position(&mut self, name: &str) -> u32 {
        let fresh = self.names.len() as u32;
        let position = *self.positions.entry(xxh3_64(name.as_bytes())).or_insert(fresh);
        if self.names.get(position as usize).is_some_and(|known| known == name) {
            return position;
        }
        // Two names of one hash: the second is found by looking at all.
        let same = (position < fresh).then(|| self.names.iter().position(|known| known == name));
        if let Some(Some(same)) = same {
            return same as u32;
        }
        self.names.push(name.into());
        fresh
    }
}

/// What is collected about uses while the tree is walked.
#[derive(Default)]
pub(super) struct Sites {
    pub(super) paths: Table,
    pub(super) texts: Table,
    buffer: String,
    /// Chains that are told as part of what stands around them: the callee of a call,
    /// the value of a subscript.
    told: FxHashSet<TextSize>,
}

impl<'a> Collector<'a> {
    pub(super) fn call_site(&mut self, call: &'a ast::ExprCall) -> Site {
        let text = call.arguments.args.first().and_then(short_string);
        let arguments = call.arguments.args.len().min(u8::MAX.into()) as u8;
        let keywords = call.arguments.keywords.len().min(u8::MAX.into()) as u8;
        let site = self.site(&call.func, SiteKind::Call, text);
        if text.is_some() {
            self.fallback(call, site);
        }
        Site { arguments, keywords, ..site }
    }

    pub(super) fn subscript_site(&mut self, subscript: &'a ast::ExprSubscript) {
        let kind = match subscript.ctx {
            ExprContext::Store => SiteKind::ItemWrite,
            ExprContext::Del => SiteKind::Delete,
            // What is no plain name cannot begin with an import.
            _ if !is_plain(&subscript.value) => return,
            _ => SiteKind::ItemRead,
        };
        let text = short_string(&subscript.slice);
        let site = self.site(&subscript.value, kind, text);
        self.facts.sites.push(site);
    }

    pub(super) fn attribute_site(&mut self, attribute: &'a ast::ExprAttribute, root: &str) {
        let is_own = matches!(root, "self" | "cls") && attribute.value.is_name_expr();
        let kind = match attribute.ctx {
            ExprContext::Load if root.is_empty() || matches!(root, "self" | "cls") => return,
            ExprContext::Load if self.sites.told.contains(&attribute.end()) => return,
            ExprContext::Load => SiteKind::Read,
            _ if is_own => return,
            ExprContext::Del => SiteKind::Delete,
            _ => SiteKind::Write,
        };
        let site = self.site_of(kind, None, attribute.start(), |text| {
            describe(&attribute.value, text);
            text.push('.');
            text.push_str(&attribute.attr);
        });
        self.facts.sites.push(site);
    }

    fn site(&mut self, path: &'a Expr, kind: SiteKind, text: Option<&'a str>) -> Site {
        if path.is_attribute_expr() {
            self.sites.told.insert(path.end());
        }
        self.site_of(kind, text, path.start(), |buffer| describe(path, buffer))
    }

    fn site_of(
        &mut self,
        kind: SiteKind,
        text: Option<&'a str>,
        at: TextSize,
        describe: impl FnOnce(&mut String),
    ) -> Site {
        let mut buffer = std::mem::take(&mut self.sites.buffer);
        buffer.clear();
        describe(&mut buffer);
        let path = self.sites.paths.position(&buffer);
        let local = self.is_local(super::first_name(&buffer));
        self.sites.buffer = buffer;
        Site {
            path,
            kind,
            line: self.lines.line(at),
            inside: self.current.map_or(0, |index| index + 1),
            text: text.map_or(0, |text| self.sites.texts.position(text) + 1),
            arguments: 0,
            keywords: 0,
            at_import: self.functions == 0,
            local,
            guarded: self.watch.attributes_guarded > 0,
            augmented: false,
        }
    }

    pub(super) fn literal(&mut self, literal: &'a ast::ExprStringLiteral, text: &'a str) {
        if INDEXED.contains(&text.len()) {
            let position = self.sites.texts.position(text);
            self.facts.literals.push(Literal {
                text: position,
                line: self.lines.line(literal.start()),
                inside: self.current.map_or(0, |index| index + 1),
            });
        }
    }
}

pub(super) fn short_string(expr: &Expr) -> Option<&str> {
    let text = expr.as_string_literal_expr()?.value.to_str();
    INDEXED.contains(&text.len()).then_some(text)
}

fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => is_plain(&attribute.value),
        _ => false,
    }
}

/// Longest path that is written out, in bytes; long chains of calls are cut.
const LONGEST_PATH: usize = 160;

/// Writes the dotted form of an expression.
fn describe(expr: &Expr, text: &mut String) {
    match expr {
        Expr::Name(name) => text.push_str(&name.id),
        Expr::Attribute(attribute) => {
            describe(&attribute.value, text);
            if text.len() < LONGEST_PATH {
                text.push('.');
                text.push_str(&attribute.attr);
            }
        }
        Expr::Call(call) => {
            describe(&call.func, text);
            text.push_str("()");
        }
        Expr::Subscript(subscript) => {
            describe(&subscript.value, text);
            text.push_str("[]");
        }
        Expr::Await(inner) => describe(&inner.value, text),
        _ => text.push('?'),
    }
}
