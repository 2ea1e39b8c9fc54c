//! Where a class is used for more than its members: counted, called, handed on.

use compact_str::CompactString;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ssot_facts::{ConsumerKind, DefinitionId};

use super::source::SourceFile;
use super::work::Work;
use crate::Refused;

/// Decorators below which a signature stays what it says and nothing more.
const PLAIN: [&str; 13] = [
    "staticmethod",
    "classmethod",
    "property",
    "cached_property",
    "abstractmethod",
    "setter",
    "contextmanager",
    "asynccontextmanager",
    "wraps",
    "lru_cache",
    "cache",
    "override",
    "overload",
];

/// The first place at which somebody sees the class itself and not one of its members.
/// A type in a signature or of a variable sees none; one in a class with bases may be a
/// check of what comes in.
pub(super) fn as_a_whole(work: &mut Work<'_>, id: DefinitionId) -> Result<Option<String>, Refused> {
    let index = work.index;
    let name = index.definition(id).name.clone();
    let mut modules = vec![id.module];
    let consumers = index.consumers_of(id).iter();
    modules.extend(consumers.filter(|it| it.kind != ConsumerKind::String).map(|it| it.module));
    modules.sort_unstable();
    modules.dedup();
    for module in modules {
        let facts = &index.module(module).facts;
        let imported = facts.imports.iter().filter(|it| it.name.as_deref() == Some(&*name));
        let mut names: Vec<CompactString> = imported.map(|it| it.bound.clone()).collect();
        if module == id.module || facts.star_imports().next().is_some() {
            names.push(name.clone());
        }
        let file = match work.file(module) {
            Ok(file) => file,
            Err(Refused::Unreadable { path, .. }) => return Ok(Some(path.to_string())),
            Err(refused) => return Err(refused),
        };
        let mut uses = Uses { names: &names, attribute: &name, checks: false, found: None };
        uses.visit_body(file.suite());
        if let Some(at) = uses.found {
            return Ok(Some(format!("{}:{}", file.path, file.line(at) + 1)));
        }
    }
    Ok(None)
}

struct Uses<'n> {
    names: &'n [CompactString],
    attribute: &'n str,
    /// Whether annotations here may check values.
    checks: bool,
    found: Option<usize>,
}

impl Uses<'_> {
    fn is_class(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Name(name) => {
                name.ctx.is_load() && self.names.iter().any(|it| it == name.id.as_str())
            }
            Expr::Attribute(attribute) => attribute.attr.as_str() == self.attribute,
            _ => false,
        }
    }

    fn within(&mut self, checks: bool, look: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.checks, checks);
        look(self);
        self.checks = before;
    }
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Call(call) => last_name(&call.func),
        _ => None,
    }
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ClassDef(def) => {
                for decorator in &def.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(arguments) = &def.arguments {
                    self.visit_arguments(arguments);
                }
                let has_bases = def.arguments.as_ref().is_some_and(|it| !it.args.is_empty());
                self.within(has_bases, |uses| uses.visit_body(&def.body));
            }
            Stmt::FunctionDef(def) => {
                let is_plain = |it: &ast::Decorator| {
                    last_name(&it.expression).is_some_and(|name| PLAIN.contains(&name))
                };
                let plain = def.decorator_list.iter().all(is_plain);
                for decorator in &def.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.within(!plain, |uses| {
                    uses.visit_parameters(&def.parameters);
                    if let Some(returns) = &def.returns {
                        uses.visit_annotation(returns);
                    }
                });
                self.within(false, |uses| uses.visit_body(&def.body));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        if self.checks {
            self.visit_expr(expr);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute)
                if self.is_class(&attribute.value) && !attribute.attr.starts_with('_') => {}
            Expr::Call(call)
                if last_name(&call.func) == Some("isinstance")
                    && call.arguments.args.get(1).is_some_and(|it| self.is_class(it)) =>
            {
                self.visit_expr(&call.arguments.args[0]);
            }
            _ if self.is_class(expr) => {
                self.found = self.found.or(Some(SourceFile::range(expr).start));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
