//! Branches, loops, handlers and exits of the functions, as marks between their calls.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::Collector;
use crate::file::{Site, SiteKind};
use crate::flow::{Flow, FlowKind, FlowMark};
use crate::python::names::dotted;

/// What is remembered of the function that is being walked.
#[derive(Default)]
pub(super) struct FlowTrace {
    /// Whether a function with a definition of its own is being walked.
    active: bool,
    calls: u32,
    /// Jumps out of the function, and jumps of any kind.
    exits: u32,
    jumps: u32,
    marks: Vec<FlowMark>,
}

/// Where a block was opened.
#[derive(Clone, Copy)]
pub(super) struct Opened {
    marks: usize,
    calls: u32,
    exits: u32,
    jumps: u32,
}

impl FlowTrace {
    pub(super) fn begin(&mut self) {
        *self = Self { active: true, marks: std::mem::take(&mut self.marks), ..Self::default() };
        self.marks.clear();
    }

    pub(super) fn finish(&mut self, definition: u32) -> Option<Flow> {
        self.active = false;
        (self.calls > 0 && !self.marks.is_empty())
            .then(|| Flow { definition, marks: self.marks.as_slice().into() })
    }

    pub(super) fn call(&mut self) {
        self.calls += 1;
    }
}

impl<'a> Collector<'a> {
    pub(super) fn mark(&mut self, kind: FlowKind, at: TextSize) {
        if self.flow.active {
            let line = self.lines.line(at);
            self.flow.marks.push(FlowMark { kind, calls: self.flow.calls, line });
        }
    }

    pub(super) fn opened(&mut self, kind: FlowKind, at: TextSize) -> Opened {
        let FlowTrace { calls, exits, jumps, .. } = self.flow;
        let opened = Opened { marks: self.flow.marks.len(), calls, exits, jumps };
        self.mark(kind, at);
        opened
    }

    /// Closes a block. One in which nothing is called and from which nothing jumps
    /// leaves no trace.
    pub(super) fn closed(&mut self, opened: Opened, at: TextSize) {
        let idle = self.flow.calls == opened.calls;
        let kind = self.flow.marks.get(opened.marks).map(|mark| mark.kind);
        let stays = match kind {
            // Jumps inside a loop that leave no more than the loop do not matter.
            Some(FlowKind::Loop | FlowKind::Repeat | FlowKind::Forever) => {
                self.flow.exits == opened.exits
            }
            _ => self.flow.jumps == opened.jumps,
        };
        if idle && stays {
            self.flow.marks.truncate(opened.marks);
            self.flow.jumps = opened.jumps;
        } else {
            self.mark(FlowKind::End, at);
        }
    }

    /// Closes what only runs later: its own branches do not matter here.
    pub(super) fn closed_later(&mut self, opened: Opened, at: TextSize) {
        let idle = self.flow.calls == opened.calls;
        let FlowTrace { active, .. } = self.flow;
        if active {
            self.flow.marks.truncate(opened.marks + usize::from(!idle));
            (self.flow.exits, self.flow.jumps) = (opened.exits, opened.jumps);
            if !idle {
                self.mark(FlowKind::End, at);
            }
        }
    }

    pub(super) fn jump(&mut self, kind: FlowKind, at: TextSize) {
        self.mark(kind, at);
        self.flow.jumps += 1;
        self.flow.exits += u32::from(matches!(kind, FlowKind::Return | FlowKind::Raise));
    }

    /// Walks a compound statement as its parts come in the text.
    pub(super) fn compound(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::If(node) => self.if_statement(node),
            Stmt::For(node) => {
                self.visit_expr(&node.iter);
                self.visit_expr(&node.target);
                let kind = if is_range(&node.iter) { FlowKind::Repeat } else { FlowKind::Loop };
                self.loop_statement(kind, stmt, &node.body, &node.orelse);
            }
            Stmt::While(node) => {
                let kind = if is_true(&node.test) { FlowKind::Forever } else { FlowKind::Loop };
                self.visit_expr(&node.test);
                self.loop_statement(kind, stmt, &node.body, &node.orelse);
            }
            Stmt::With(node) => {
                node.items.iter().for_each(|item| self.visit_with_item(item));
                let opened = node
                    .items
                    .iter()
                    .any(|item| is_suppress(&item.context_expr))
                    .then(|| self.opened(FlowKind::Suppress, node.start()));
                self.visit_body(&node.body);
                if let Some(opened) = opened {
                    self.closed(opened, node.end());
                }
            }
            Stmt::Match(node) => self.match_statement(node),
            Stmt::Try(node) => self.try_statement(node),
            other => ruff_python_ast::visitor::walk_stmt(self, other),
        }
    }

    fn if_statement(&mut self, node: &'a ast::StmtIf) {
        self.visit_expr(&node.test);
        let opened = self.opened(FlowKind::Branch, node.start());
        let sites = self.facts.sites.len();
        self.visit_body(&node.body);
        if node.elif_else_clauses.is_empty()
            && self.is_guard(&node.test, sites)
            && let Some(mark) = self.flow.marks.get_mut(opened.marks)
        {
            mark.kind = FlowKind::Guard;
        }
        for clause in &node.elif_else_clauses {
            self.mark(FlowKind::Arm, clause.start());
            self.visit_elif_else_clause(clause);
        }
        if node.elif_else_clauses.last().is_none_or(|last| last.test.is_some()) {
            self.mark(FlowKind::Arm, node.start());
        }
        self.closed(opened, node.end());
    }

    /// Whether a condition only asks for the object through which the calls since then
    /// go, or whether something is switched on.
    fn is_guard(&self, test: &Expr, since: usize) -> bool {
        let tests = match test {
            Expr::BoolOp(all) if all.op == ast::BoolOp::And => &*all.values,
            one => std::slice::from_ref(one),
        };
        let asked: Vec<&Expr> = tests.iter().filter_map(asked_to_be_there).collect();
        asked.len() == tests.len()
            && asked.iter().any(|asked| {
                let sites = &self.facts.sites[since..];
                is_switch(asked) || sites.iter().any(|site| self.goes_through(site, asked))
            })
    }

    /// Whether a call goes through an object: `bridge.send()` through `bridge`.
    fn goes_through(&self, site: &Site, object: &Expr) -> bool {
        let path = &self.sites.paths.names[site.path as usize];
        site.kind == SiteKind::Call
            && dotted(object).is_some_and(|object| {
                path.strip_prefix(object.as_str()).is_some_and(|rest| rest.starts_with('.'))
            })
    }

    fn loop_statement(
        &mut self,
        kind: FlowKind,
        stmt: &'a Stmt,
        body: &'a [Stmt],
        orelse: &'a [Stmt],
    ) {
        let opened = self.opened(kind, stmt.start());
        self.visit_body(body);
        if let Some(first) = orelse.first() {
            self.mark(FlowKind::Else, first.start());
            self.visit_body(orelse);
        }
        self.closed(opened, stmt.end());
    }

    fn match_statement(&mut self, node: &'a ast::StmtMatch) {
        self.visit_expr(&node.subject);
        let opened = self.opened(FlowKind::Branch, node.start());
        for (at, case) in node.cases.iter().enumerate() {
            if at > 0 {
                self.mark(FlowKind::Arm, case.start());
            }
            self.visit_match_case(case);
        }
        let catches_all =
            |case: &ast::MatchCase| case.guard.is_none() && case.pattern.is_irrefutable();
        if !node.cases.last().is_some_and(catches_all) {
            self.mark(FlowKind::Arm, node.start());
        }
        self.closed(opened, node.end());
    }

    fn try_statement(&mut self, node: &'a ast::StmtTry) {
        let opened = self.opened(FlowKind::Try, node.start());
        self.visit_body(&node.body);
        for handler in &node.handlers {
            let ExceptHandler::ExceptHandler(inner) = handler;
            let kind = if inner.type_.as_deref().is_none_or(catches_all) {
                FlowKind::ExceptAll
            } else {
                FlowKind::Except
            };
            self.mark(kind, handler.start());
            self.visit_except_handler(handler);
        }
        for (kind, body) in [(FlowKind::Else, &node.orelse), (FlowKind::Finally, &node.finalbody)] {
            if let Some(first) = body.first() {
                self.mark(kind, first.start());
                self.visit_body(body);
            }
        }
        self.closed(opened, node.end());
    }

    /// Expressions of which a part may not run: `a and b`, `b if a else c`.
    pub(super) fn choice(&mut self, expr: &'a Expr) {
        match expr {
            Expr::BoolOp(node) => {
                let Some((first, rest)) = node.values.split_first() else { return };
                self.visit_expr(first);
                let opened = self.opened(FlowKind::Branch, node.start());
                for value in rest {
                    self.visit_expr(value);
                }
                self.mark(FlowKind::Arm, node.start());
                self.closed(opened, node.end());
            }
            Expr::If(node) => {
                self.visit_expr(&node.test);
                let opened = self.opened(FlowKind::Branch, node.start());
                self.visit_expr(&node.body);
                self.mark(FlowKind::Arm, node.orelse.start());
                self.visit_expr(&node.orelse);
                self.closed(opened, node.end());
            }
            other => ruff_python_ast::visitor::walk_expr(self, other),
        }
    }
}

/// What a condition asks to be there: `x`, `x is not None`, `hasattr(x, ..)`.
fn asked_to_be_there(test: &Expr) -> Option<&Expr> {
    match test {
        Expr::Name(_) | Expr::Attribute(_) => Some(test),
        Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
            ([ast::CmpOp::IsNot], [Expr::NoneLiteral(_)]) => Some(&compare.left),
            _ => None,
        },
        Expr::Call(call) => {
            let asks = matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "hasattr");
            call.arguments.args.first().filter(|_| asks)
        }
        _ => None,
    }
}

/// Whether a name says that something is switched on: `has_bridge`, `events_enabled`.
fn is_switch(tested: &Expr) -> bool {
    const FRONTS: [&str; 6] = ["has_", "use_", "enable", "should_", "with_", "stream_"];
    const ENDS: [&str; 4] = ["_enabled", "_available", "_support", "_active"];
    let name = match tested {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    let name = name.trim_start_matches('_');
    FRONTS.iter().any(|it| name.starts_with(it)) || ENDS.iter().any(|it| name.ends_with(it))
}

fn is_range(iter: &Expr) -> bool {
    let Expr::Call(call) = iter else { return false };
    matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "range")
}

fn is_true(test: &Expr) -> bool {
    match test {
        Expr::BooleanLiteral(literal) => literal.value,
        Expr::NumberLiteral(literal) => {
            matches!(&literal.value, ast::Number::Int(int) if int.as_u8() == Some(1))
        }
        _ => false,
    }
}

fn is_suppress(context: &Expr) -> bool {
    let Expr::Call(call) = context else { return false };
    dotted(&call.func).is_some_and(|name| name.rsplit('.').next() == Some("suppress"))
}

fn catches_all(caught: &Expr) -> bool {
    match caught {
        Expr::Tuple(tuple) => tuple.elts.iter().any(catches_all),
        other => dotted(other).is_some_and(|name| {
            matches!(name.rsplit('.').next(), Some("Exception" | "BaseException"))
        }),
    }
}
