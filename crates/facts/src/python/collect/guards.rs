//! Blocks that go on when an import fails or an attribute is missing.

use ruff_python_ast::{self as ast, Expr, Stmt};

use super::Collector;
use crate::python::names::dotted;

/// What is caught.
#[derive(Debug, Clone, Copy, Default)]
struct Caught {
    imports: bool,
    attributes: bool,
}

/// Longest block, in statements, of which `except Exception` says that any of them
/// may fail. Around longer ones it is a last resort for everything.
const SHORT_BLOCK: usize = 4;

impl<'a> Collector<'a> {
    pub(super) fn try_block(&mut self, stmt: &'a Stmt, node: &'a ast::StmtTry) {
        let mut caught = Caught::default();
        for ast::ExceptHandler::ExceptHandler(handler) in &node.handlers {
            caught.add(handler.type_.as_deref(), node.body.len() <= SHORT_BLOCK);
        }
        self.guard(caught, |this| this.block(stmt));
    }

    /// `with suppress(ImportError)`, `with raises(AttributeError)`.
    pub(super) fn with_block(&mut self, stmt: &'a Stmt, node: &'a ast::StmtWith) {
        const CATCHING: [&str; 4] = ["suppress", "raises", "assertRaises", "assertRaisesRegex"];
        let mut caught = Caught::default();
        for item in &node.items {
            let Expr::Call(call) = &item.context_expr else { continue };
            let name = dotted(&call.func);
            let last = name.as_deref().and_then(|name| name.rsplit('.').next());
            if last.is_some_and(|last| CATCHING.contains(&last)) {
                call.arguments.args.iter().for_each(|kind| caught.add(Some(kind), true));
            }
        }
        self.guard(caught, |this| this.block(stmt));
    }

    fn guard(&mut self, caught: Caught, walk: impl FnOnce(&mut Self)) {
        self.watch.imports_guarded += u32::from(caught.imports);
        self.watch.attributes_guarded += u32::from(caught.attributes);
        walk(self);
        self.watch.imports_guarded -= u32::from(caught.imports);
        self.watch.attributes_guarded -= u32::from(caught.attributes);
    }
}

impl Caught {
    fn add(&mut self, kind: Option<&Expr>, short: bool) {
        if let Some(Expr::Tuple(kinds)) = kind {
            kinds.elts.iter().for_each(|kind| self.add(Some(kind), short));
            return;
        }
        let name = kind.and_then(dotted);
        match name.as_deref().and_then(|name| name.rsplit('.').next()) {
            Some("ImportError" | "ModuleNotFoundError") => self.imports = true,
            Some("AttributeError") => self.attributes = true,
            Some("Exception" | "BaseException") | None => {
                self.imports |= short;
                self.attributes = true;
            }
            Some(_) => {}
        }
    }
}
