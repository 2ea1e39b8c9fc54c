//! Names that stand for a text, and lists of names.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged;

use super::Collector;
use super::sites::short_string;
use crate::file::{Item, NamedText, Sequence};
use crate::python::names::dotted;
use crate::python::scope::ScopeKind;

/// Fewest and most items of a list that is remembered.
const ITEMS: std::ops::RangeInclusive<usize> = 3..=32;

impl<'a> Collector<'a> {
    /// `NAME = "text"` at module level or in the body of a class.
    pub(super) fn named_text(&mut self, target: &'a Expr, value: &'a Expr) {
        let in_class = self.scopes.last().is_some_and(|scope| scope.kind == ScopeKind::Class);
        if !(self.at_module_level() || in_class && self.functions == 0) {
            return;
        }
        let owner = if in_class { self.owner } else { None };
        if let (Expr::Name(name), Some(text)) = (target, short_string(value)) {
            let text = self.sites.texts.position(text);
            let name = name.id.as_str().into();
            self.facts.named_texts.push(NamedText { name, owner, text, line: self.line(value) });
        }
    }

    /// A list or tuple of nothing but names, calls of names and short strings.
    pub(super) fn sequence(&mut self, items: &'a [Expr], at: &impl Ranged) {
        if !ITEMS.contains(&items.len()) || !items.iter().all(is_item) {
            return;
        }
        let items = items.iter().filter_map(|item| self.item(item)).collect();
        let inside = self.current.map_or(0, |index| index + 1);
        self.facts.sequences.push(Sequence { line: self.line(at), inside, items });
    }

    fn item(&mut self, item: &'a Expr) -> Option<Item> {
        if let Some(text) = short_string(item) {
            return Some(Item::Text(self.sites.texts.position(text)));
        }
        let name = match item {
            Expr::Call(ast::ExprCall { func, .. }) => dotted(func),
            other => dotted(other),
        };
        name.map(|name| Item::Path(self.sites.paths.position(&name)))
    }
}

fn is_item(item: &Expr) -> bool {
    match item {
        Expr::StringLiteral(_) => short_string(item).is_some_and(|text| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        }),
        Expr::Call(call) => is_name(&call.func),
        other => is_name(other),
    }
}

fn is_name(expr: &Expr) -> bool {
    match expr {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => is_name(&attribute.value),
        _ => false,
    }
}
