//! Calls that matter beyond their callee: patches, mutations, loading by name.

use ruff_python_ast::{self as ast, Expr};

use super::{Collector, emissions};
use crate::file::{AttributeWrite, Site};
use crate::mutation::change_of;
use crate::python::names::dotted;

/// Callables that import a module whose name is computed.
const LOADERS: [&str; 7] = [
    "import_module",
    "__import__",
    "iter_modules",
    "walk_packages",
    "import_string",
    "spec_from_file_location",
    "load_module",
];

impl<'a> Collector<'a> {
    /// What a call means before its arguments are walked. It happens after them, so
    /// its site is handed back.
    pub(super) fn call(&mut self, call: &'a ast::ExprCall) -> Option<Site> {
        let last = last_name(call)?;
        let site = self.call_site(call);
        for keyword in &call.arguments.keywords {
            if let Some(name) = &keyword.arg {
                self.mint(name, &keyword.value);
            }
        }
        if LOADERS.contains(&last) {
            self.facts.flags.loads_by_name = true;
        }
        match (&*call.func, last) {
            (Expr::Attribute(attribute), method) if change_of(method).is_some() => {
                self.mutation(&attribute.value);
            }
            (_, "setattr" | "delattr" | "object") => {
                self.named_write(call);
                let named = call.arguments.args.get(1).is_some_and(Expr::is_string_literal_expr);
                self.facts.flags.computed_attributes |= last == "setattr" && !named;
            }
            (_, "isinstance") => self.watch.asked_what_it_is(call),
            (Expr::Name(_), "vars" | "exec" | "locals") => {
                self.facts.flags.computed_attributes = true;
            }
            (_, "multiple") => self.multiple_write(call),
            _ => {}
        }
        Some(site)
    }

    /// Notes a call whose arguments were walked.
    pub(super) fn called(&mut self, call: &'a ast::ExprCall, site: Site) {
        if last_name(call).is_some_and(emissions::sounds_like_telling) {
            self.emission(call);
        }
        self.facts.sites.push(site);
        self.flow.call();
    }

    /// `setattr(object, "name", ...)`, `patch.object(object, "name")`.
    fn named_write(&mut self, call: &'a ast::ExprCall) {
        if let [object, Expr::StringLiteral(name), ..] = &*call.arguments.args
            && let Some(object) = dotted(object)
        {
            let line = self.line(call);
            let name = name.value.to_str().into();
            self.facts.writes.push(AttributeWrite { object, name, line });
        }
    }

    /// `patch.multiple("module" or module, name=...)`.
    fn multiple_write(&mut self, call: &'a ast::ExprCall) {
        let object = match call.arguments.args.first() {
            Some(Expr::StringLiteral(text)) => text.value.to_str().into(),
            Some(expr) => match dotted(expr) {
                Some(object) => object,
                None => return,
            },
            None => return,
        };
        let line = self.line(call);
        for name in call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref()) {
            let (object, name) = (object.clone(), name.as_str().into());
            self.facts.writes.push(AttributeWrite { object, name, line });
        }
    }
}

/// The name right before the parentheses.
fn last_name(call: &ast::ExprCall) -> Option<&str> {
    match &*call.func {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
