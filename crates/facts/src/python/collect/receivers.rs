//! Which object a method speaks to, and which class a local name is an object of.

use compact_str::CompactString;
use ruff_python_ast::{self as ast, Expr, ExprContext};
use ruff_text_size::TextSize;
use rustc_hash::FxHashSet;

use super::Collector;
use crate::file::{Instance, OwnUse};
use crate::python::names::{described, dotted};
use crate::python::scope::{ClosedScope, ScopeKind};

/// What is known about the place that the walk has reached.
#[derive(Default)]
pub(super) struct Watch<'a> {
    /// Where the statement of the module begins that is being walked.
    pub(super) statement: TextSize,
    /// Blocks around that catch a failing import.
    pub(super) imports_guarded: u32,
    /// Blocks around that catch a missing attribute.
    pub(super) attributes_guarded: u32,
    /// The name by which the method that is being walked knows its own object.
    pub(super) receiver: Option<&'a str>,
    /// Names read by statements of the module, not by definitions.
    pub(super) module_reads: FxHashSet<&'a str>,
    /// New objects with a local name, in the definition that is being walked.
    pub(super) instances: Vec<Instance>,
    /// What the methods of the current class use on their own object.
    own_uses: Vec<(&'a str, OwnUse)>,
}

/// Decorators that leave the first parameter what it is.
const PLAIN_DECORATORS: [&str; 14] = [
    "abstractmethod",
    "asynccontextmanager",
    "cache",
    "cached_property",
    "classmethod",
    "contextmanager",
    "deleter",
    "final",
    "lru_cache",
    "override",
    "property",
    "setter",
    "wraps",
    "overload",
];

impl<'a> Watch<'a> {
    /// Begins a function; gives back the receiver of the code around it.
    pub(super) fn enter(
        &mut self,
        def: &'a ast::StmtFunctionDef,
        is_method: bool,
    ) -> Option<&'a str> {
        let around = self.receiver;
        if is_method {
            self.receiver = receiver(def);
        } else {
            self.hide(&def.parameters);
        }
        around
    }

    /// Parameters of the receiver's name hide it.
    pub(super) fn hide(&mut self, parameters: &ast::Parameters) {
        let hidden = |receiver: &str| parameters.iter().any(|it| it.name().as_str() == receiver);
        self.receiver = self.receiver.filter(|receiver| !hidden(receiver));
    }

    /// A name that is bound a second time is no new object and nothing else.
    pub(super) fn bound_again(&mut self, name: &str) {
        if !self.instances.is_empty() {
            self.instances.retain(|it| it.name != name);
        }
    }

    /// What a scope of the module leaves open is read by a statement of the module,
    /// unless the scope is a definition's or an assignment's.
    pub(super) fn read_by_module(&mut self, kind: ScopeKind, closed: &ClosedScope<'a>) {
        if kind != ScopeKind::Header {
            self.module_reads.extend(closed.free());
        }
    }

    /// After `isinstance(self, ...)` the object is more than its class says.
    pub(super) fn asked_what_it_is(&mut self, call: &ast::ExprCall) {
        if let Some(Expr::Name(name)) = call.arguments.args.first() {
            self.receiver = self.receiver.filter(|receiver| *receiver != name.id.as_str());
        }
    }
}

impl<'a> Collector<'a> {
    /// `self.name` in a method, as far as a failure is not caught.
    pub(super) fn own_use(&mut self, attribute: &'a ast::ExprAttribute, root: &str) {
        if matches!(attribute.attr.as_str(), "__dict__" | "__setattr__") {
            self.facts.flags.computed_attributes = true;
        }
        let (Some(receiver), Some(class), Some(method)) =
            (self.watch.receiver, self.owner, self.current)
        else {
            return;
        };
        if root != receiver || self.watch.attributes_guarded > 0 {
            return;
        }
        let mut first = attribute;
        while let Expr::Attribute(inner) = &*first.value {
            if inner.attr.as_str() == "__dict__" {
                self.facts.flags.computed_attributes = true;
            }
            first = inner;
        }
        if first.ctx == ExprContext::Load {
            let line = self.line(first);
            let name = first.attr.as_str();
            let found = OwnUse { class, method, name: CompactString::default(), line };
            self.watch.own_uses.push((name, found));
        }
    }

    /// `name = Class(...)` in a function, where the name is not bound before.
    pub(super) fn instance(&self, assign: &ast::StmtAssign) -> Option<Instance> {
        let ([Expr::Name(target)], Expr::Call(call)) = (&*assign.targets, &*assign.value) else {
            return None;
        };
        let scope = self.scopes.last().filter(|scope| scope.kind == ScopeKind::Function)?;
        let inside = self.current?;
        let name = target.id.as_str();
        let class = dotted(&call.func)?;
        let last = class.rsplit('.').next()?;
        let is_class = last.trim_start_matches('_').starts_with(char::is_uppercase);
        let local = self.is_local(class.split('.').next()?);
        (is_class && !local && !scope.binds(name)).then(|| Instance {
            inside,
            name: name.into(),
            class,
            line: self.line(assign),
        })
    }

    /// Adds what a class body binds to its members, and keeps of the uses what the
    /// class does not have itself.
    pub(super) fn end_of_class(&mut self, index: Option<u32>) {
        let (Some(_), Some(members)) = (index, &mut self.members) else { return };
        if let Some(scope) = self.scopes.last() {
            members.extend(scope.bound());
        }
        let mut seen = FxHashSet::default();
        for (name, found) in self.watch.own_uses.drain(..) {
            if !members.contains(name) && seen.insert((name, found.method)) {
                self.facts.own_uses.push(OwnUse { name: name.into(), ..found });
            }
        }
    }

    /// Whether a scope around binds the name.
    pub(super) fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.binds(name))
    }
}

/// The first parameter of a method that is an object of the class, or the class.
fn receiver(def: &ast::StmtFunctionDef) -> Option<&str> {
    let plain = def.decorator_list.iter().all(|decorator| {
        let name = described(&decorator.expression);
        let name = name.trim_end_matches("()");
        PLAIN_DECORATORS.contains(&name.rsplit('.').next().unwrap_or(name))
    });
    let first = def.parameters.posonlyargs.first().or(def.parameters.args.first())?;
    let name = first.parameter.name.as_str();
    // An annotated receiver is promised to be more than its class says.
    let is_receiver = matches!(name, "self" | "cls") && first.parameter.annotation.is_none();
    (plain && is_receiver).then_some(name)
}
