//! Functions that make an object and return it.

use ruff_python_ast::{self as ast, Expr};

use super::Collector;
use crate::python::names::dotted;
use crate::usage::Make;

/// Local names given new objects beyond which a function is no mere maker.
const MOST_LOCALS: usize = 8;

/// What the definition that is being walked makes, and what the file has made so far.
/// Hashes wait until the walk is over: the buffers hold the class around until then.
#[derive(Default)]
pub(super) struct Made<'a> {
    locals: Vec<(&'a str, &'a ast::ExprCall)>,
    returned: Vec<(u32, &'a ast::ExprCall)>,
}

impl Made<'_> {
    /// Begins a definition.
    pub(super) fn enter(&mut self) {
        self.locals.clear();
    }
}

impl<'a> Collector<'a> {
    /// The definition whose own body is being walked, not that of a function inside it.
    fn maker(&self) -> Option<u32> {
        self.current.filter(|_| self.functions == 1)
    }

    /// `name = Class(...)`.
    pub(super) fn assigned(&mut self, targets: &'a [Expr], value: &'a Expr) {
        if let ([Expr::Name(name)], Expr::Call(call), Some(_)) = (targets, value, self.maker())
            && is_class(&call.func)
            && self.made.locals.len() < MOST_LOCALS
        {
            self.made.locals.push((name.id.as_str(), call));
        }
    }

    /// `return Class(...)` and `return name`.
    pub(super) fn returned(&mut self, value: Option<&'a Expr>) {
        let Some(maker) = self.maker() else { return };
        let made = match value {
            Some(Expr::Call(call)) if is_class(&call.func) => Some(call),
            Some(Expr::Name(name)) => {
                let mut locals = self.made.locals.iter();
                locals.rfind(|(local, _)| *local == name.id.as_str()).map(|(_, call)| *call)
            }
            _ => None,
        };
        self.made.returned.extend(made.map(|call| (maker, call)));
    }

    /// Turns the calls into facts.
    pub(super) fn measure_makes(&mut self) {
        for (inside, call) in std::mem::take(&mut self.made.returned) {
            let Some(class) = dotted(&call.func) else { continue };
            let make = Make {
                inside,
                class: self.sites.paths.position(&class),
                arguments: call.arguments.len().min(u8::MAX.into()) as u8,
                setup: self.structures.arguments(&call.arguments),
                line: self.line(call),
            };
            self.facts.makes.push(make);
        }
    }
}

/// Whether a callee is named like a class.
fn is_class(callee: &Expr) -> bool {
    let name = match callee {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    let name = name.trim_start_matches('_');
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}
