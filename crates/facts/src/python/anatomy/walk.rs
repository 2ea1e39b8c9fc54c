//! From the syntax tree of a definition to its parts.

use compact_str::CompactString;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use ssot_model::audit::AtomKind;
use xxhash_rust::xxh3::xxh3_64;

use super::calls::{self, Found};
use super::parameters::{self, Locals};
use super::text::Text;
use super::{Anatomy, Callable, Field, Part, handlers, normal, statements};
use crate::mutation::change_of;
use crate::python::names::{described, docstring, dotted};

/// Takes a class, a function or an assignment apart.
pub(super) fn take_apart(text: &Text<'_>, definition: &Stmt) -> Option<Anatomy> {
    let mut walk = Walk {
        text,
        anatomy: Anatomy::default(),
        within: CompactString::default(),
        locals: Locals::default(),
        in_function: false,
    };
    match definition {
        Stmt::FunctionDef(def) => walk.function(def, false),
        Stmt::ClassDef(def) => walk.class(def),
        Stmt::Assign(ast::StmtAssign { value, .. })
        | Stmt::AnnAssign(ast::StmtAnnAssign { value: Some(value), .. }) => walk.constant(value),
        _ => return None,
    }
    Some(walk.anatomy)
}

struct Walk<'a> {
    text: &'a Text<'a>,
    anatomy: Anatomy,
    within: CompactString,
    locals: Locals,
    in_function: bool,
}

impl Walk<'_> {
    fn part(&mut self, kind: AtomKind, at: &impl Ranged, head: &str, text: String, normal: String) {
        let unmarked: String =
            normal.chars().filter(|it| *it != super::LOCAL && *it != super::END).collect();
        self.anatomy.atoms.push(Part {
            kind,
            line: self.text.line(at),
            within: self.within.clone(),
            text: super::text::shortened(text),
            head: head.to_owned(),
            hash: xxh3_64(unmarked.as_bytes()),
            normal,
        });
    }

    fn normal(&self, range: TextRange) -> String {
        self.text.normal(range, &self.locals.places)
    }

    fn condition(&self, expr: &Expr) -> String {
        normal::condition(self.text, expr, &self.locals.places)
    }

    fn found(&mut self, at: &impl Ranged, found: Found) {
        let mut key = found.key;
        for range in found.rest {
            key.push(' ');
            key.push_str(&self.normal(range));
        }
        self.part(found.kind, at, &found.head, found.text, key);
    }

    fn function(&mut self, def: &ast::StmtFunctionDef, is_method: bool) {
        let name = if is_method { def.name.as_str() } else { "" };
        let parameters = parameters::parameters(self.text, def, is_method);
        let is_public = !is_method || !name.starts_with('_') || is_magic(name);
        self.within = name.into();
        if is_method && is_public {
            let text = format!("def {name}");
            self.part(AtomKind::Member, &def.name, name, text.clone(), text);
        }
        if def.is_async {
            let text = if is_method { format!("async def {name}") } else { "async".to_owned() };
            self.part(AtomKind::Async, &def.name, name, text, format!("async {name}"));
        }
        let decorators = self.decorators(&def.decorator_list);
        if is_public {
            for parameter in &parameters {
                self.parameter(parameter);
            }
        }
        self.locals = Locals::of(def);
        self.in_function = true;
        let body = without_docstring(&def.body);
        let statements = statements::statements(self.text, &self.locals.places, body);
        let locals = self.locals.sorted();
        self.anatomy.callables.push(Callable {
            name: name.into(),
            line: self.text.line(&def.name),
            asynchronous: def.is_async,
            decorators,
            parameters,
            returns: def
                .returns
                .as_ref()
                .map_or_else(String::new, |it| self.text.shown(it.range())),
            statements,
            locals,
        });
        self.visit_parameters(&def.parameters);
        self.visit_body(body);
        self.in_function = false;
        self.within = CompactString::default();
        self.locals = Locals::default();
    }

    fn decorators(&mut self, list: &[ast::Decorator]) -> Vec<String> {
        let mut shown = Vec::new();
        for decorator in list {
            let text = format!("@{}", self.text.shown(decorator.expression.range()));
            let name = described(&decorator.expression);
            let retries = calls::tries_again(&name);
            let kind = if retries { AtomKind::Retry } else { AtomKind::Decorator };
            let normal = self.normal(decorator.expression.range());
            self.part(kind, decorator, name.trim_end_matches("()"), text.clone(), normal);
            shown.push(text);
        }
        if self.within.is_empty() && self.anatomy.decorators.is_empty() {
            self.anatomy.decorators.clone_from(&shown);
        }
        shown
    }

    fn parameter(&mut self, parameter: &super::Parameter) {
        use super::ParameterKind as Kind;
        let stars = match parameter.kind {
            Kind::Rest => "*",
            Kind::NamedRest => "**",
            _ => "",
        };
        let default = parameter.default.as_ref().map_or_else(String::new, |it| format!("={it}"));
        let text = format!("{stars}{}{default}", parameter.name);
        self.anatomy.atoms.push(Part {
            kind: AtomKind::Parameter,
            line: parameter.line,
            within: self.within.clone(),
            head: parameter.name.to_string(),
            hash: xxh3_64(text.as_bytes()),
            normal: text.clone(),
            text,
        });
    }

    fn class(&mut self, def: &ast::StmtClassDef) {
        self.decorators(&def.decorator_list);
        if let Some(arguments) = &def.arguments {
            let shown = arguments.iter_source_order().map(|it| self.text.shown(it.range()));
            self.anatomy.bases = shown.collect();
        }
        for stmt in without_docstring(&def.body) {
            self.class_statement(stmt);
        }
    }

    fn class_statement(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.function(def, true),
            Stmt::ClassDef(def) => {
                let text = format!("class {}", def.name);
                self.part(AtomKind::Member, &def.name, &def.name, text.clone(), text);
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.field(target, None, Some(&assign.value));
                }
            }
            Stmt::AnnAssign(assign) => {
                self.field(&assign.target, Some(&assign.annotation), assign.value.as_deref());
            }
            Stmt::Pass(_) => {}
            Stmt::Expr(it) if !it.value.is_call_expr() => {}
            other => {
                let head = handlers::head(other);
                let (text, normal) = (self.text.shown(head), self.normal(head));
                self.part(AtomKind::ImportEffect, other, "", text, normal);
                self.visit_stmt(other);
            }
        }
    }

    fn field(&mut self, target: &Expr, annotation: Option<&Expr>, value: Option<&Expr>) {
        let Expr::Name(name) = target else { return };
        let id = name.id.as_str();
        let shown = |expr: Option<&Expr>| expr.map(|it| self.text.shown(it.range()));
        let (annotation, given) = (shown(annotation).unwrap_or_default(), shown(value));
        let line = self.text.line(name);
        let field = Field { name: id.into(), line, annotation, value: given.clone() };
        // What makes something of the fields of a class reads their annotations.
        let is_read = !self.anatomy.bases.is_empty() || !self.anatomy.decorators.is_empty();
        let annotated = match field.annotation.as_str() {
            annotation if is_read && !annotation.is_empty() => format!("{id}: {annotation}"),
            _ => id.to_owned(),
        };
        let text = given.map_or_else(|| annotated.clone(), |it| format!("{annotated} = {it}"));
        let normal = match value {
            Some(value) => format!("{annotated} = {}", self.normal(value.range())),
            None => annotated,
        };
        self.anatomy.fields.push(field);
        let kind = if value.is_some_and(is_mutable) { AtomKind::State } else { AtomKind::Member };
        if kind == AtomKind::State || !id.starts_with('_') {
            self.part(kind, name, id, text, normal);
        }
        if let Some(value) = value {
            self.visit_expr(value);
        }
    }

    /// One part an entry.
    fn constant(&mut self, value: &Expr) {
        let inner = match value {
            Expr::Call(call) if call.arguments.keywords.is_empty() => match &*call.arguments.args {
                [only] => only,
                _ => value,
            },
            other => other,
        };
        let entries: Vec<(TextRange, String)> = match inner {
            Expr::List(ast::ExprList { elts, .. })
            | Expr::Tuple(ast::ExprTuple { elts, .. })
            | Expr::Set(ast::ExprSet { elts, .. }) => {
                elts.iter().map(|it| (it.range(), String::new())).collect()
            }
            Expr::Dict(dict) => dict
                .items
                .iter()
                .map(|item| {
                    let start = item.key.as_ref().map_or(item.value.start(), Ranged::start);
                    let key = item.key.as_ref().map(|it| self.text.shown(it.range()));
                    (TextRange::new(start, item.value.end()), key.unwrap_or_default())
                })
                .collect(),
            other => vec![(other.range(), String::new())],
        };
        for (range, head) in entries {
            let (text, normal) = (self.text.shown(range), self.normal(range));
            self.part(AtomKind::Entry, &range, &head, text, normal);
        }
        self.visit_expr(value);
    }
}

/// Behaviour.
impl Walk<'_> {
    fn choice(&mut self, at: &impl Ranged, test: &Expr, body: &[Stmt], word: &str) {
        if described(test) == "TYPE_CHECKING" {
            return;
        }
        let shown = self.text.shown(test.range());
        let key = self.condition(test);
        let exit = if body.len() <= 2 { handlers::exit(self.text, body) } else { None };
        match exit {
            Some(exit) => {
                let value = exit.value.map_or_else(String::new, |it| self.normal(it));
                let text = format!("{word} {shown}: {}", exit.shown);
                let key = format!("{key} -> {} {value}", exit.key);
                self.part(AtomKind::Guard, at, "", text, key);
            }
            None => self.part(AtomKind::Branch, at, "", format!("{word} {shown}"), key),
        }
    }

    fn raise(&mut self, raise: &ast::StmtRaise) {
        let Some(exception) = raise.exc.as_deref() else { return };
        let head = handlers::exception_name(exception);
        let arguments = match exception {
            Expr::Call(call) if !call.arguments.is_empty() => self.normal(call.arguments.range()),
            _ => String::new(),
        };
        let text = format!("raise {}", self.text.shown(exception.range()));
        self.part(AtomKind::Raise, raise, &head, text, format!("{head} {arguments}"));
    }

    /// `None` is what comes of doing nothing.
    fn result(&mut self, at: &impl Ranged, word: &str, value: Option<&Expr>) {
        let Some(value) = value.filter(|it| !it.is_none_literal_expr()) else { return };
        let text = format!("{word} {}", self.text.shown(value.range()));
        let normal = format!("{word} {}", self.normal(value.range()));
        self.part(AtomKind::Result, at, "", text, normal);
    }

    fn handler(&mut self, handler: &ast::ExceptHandlerExceptHandler) {
        let types = handlers::caught(handler).join(", ");
        let deed = handlers::deed(self.text, handler);
        let value = deed.value.map_or_else(String::new, |it| self.normal(it));
        let text = format!("except {types}: {}", deed.shown);
        let key = format!("{types} -> {} {value}", deed.key);
        self.part(AtomKind::Handler, handler, &types, text, key);
    }

    /// `self.name = ..`, `Class.name = ..`, and names of the module.
    fn target(&mut self, target: &Expr, value: Option<&Expr>) {
        match target {
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for element in elts {
                    self.target(element, None);
                }
            }
            Expr::Starred(it) => self.target(&it.value, None),
            Expr::Attribute(attribute) => {
                let Some(name) = dotted(target) else { return };
                let root = name.split('.').next().unwrap_or_default();
                let is_own = matches!(root, "self" | "cls") && attribute.value.is_name_expr();
                let is_class = !self.locals.has(root) && root.starts_with(char::is_uppercase);
                if is_own || is_class {
                    self.state(target, &name);
                    self.timeout(target, &attribute.attr, value);
                }
            }
            Expr::Subscript(subscript) => self.written_into(&subscript.value),
            Expr::Name(name) if self.locals.declared_outer().contains(name.id.as_str()) => {
                self.state(target, &name.id);
            }
            Expr::Name(name) => self.timeout(target, &name.id, value),
            _ => {}
        }
    }

    fn state(&mut self, at: &impl Ranged, name: &str) {
        self.part(AtomKind::State, at, name, name.to_owned(), name.to_owned());
    }

    /// A name of the module that is changed.
    fn written_into(&mut self, expr: &Expr) {
        let Expr::Name(name) = expr else { return };
        if !self.locals.has(&name.id) && self.in_function {
            self.state(expr, &name.id);
        }
    }

    fn timeout(&mut self, at: &impl Ranged, name: &str, value: Option<&Expr>) {
        let Some(value) = value.filter(|it| it.is_number_literal_expr()) else { return };
        if calls::is_timeout(name) {
            let shown = self.text.shown(value.range());
            let normal = format!("{name} {}", self.normal(value.range()));
            self.part(AtomKind::Timeout, at, name, format!("{name} = {shown}"), normal);
        }
    }

    fn call(&mut self, call: &ast::ExprCall) {
        if let Some(found) = calls::call(self.text, call) {
            self.found(call, found);
        }
        for found in calls::timeouts(self.text, call) {
            self.found(call, found);
        }
        let name = described(&call.func);
        if calls::makes_a_retry(&name) && !call.arguments.is_empty() {
            let (text, normal) = (self.text.shown(call.range()), self.normal(call.range()));
            self.part(AtomKind::Retry, call, &name, text, normal);
        } else if calls::is_retried(&name) {
            self.part(AtomKind::Retry, call, &name, name.to_string(), name.to_string());
        }
        if calls::last(&name) == "suppress" {
            let types = self.text.shown(call.arguments.range());
            let types = types.trim_matches(['(', ')']).to_owned();
            let key = format!("{types} -> swallowed ");
            self.part(AtomKind::Handler, call, &types, format!("suppress {types}"), key);
        }
        if let Expr::Attribute(method) = &*call.func
            && change_of(&method.attr).is_some()
        {
            self.written_into(&method.value);
        }
    }
}

impl<'b> SourceOrderVisitor<'b> for Walk<'_> {
    fn visit_stmt(&mut self, stmt: &'b Stmt) {
        match stmt {
            Stmt::If(it) => self.choice(it, &it.test, &it.body, "if"),
            Stmt::While(it) if !it.test.is_literal_expr() => {
                self.choice(it, &it.test, &[], "while");
            }
            Stmt::Raise(it) => self.raise(it),
            Stmt::Return(it) => self.result(it, "return", it.value.as_deref()),
            Stmt::Assert(it) => {
                let text = format!("assert {}", self.text.shown(it.test.range()));
                let key = format!("assert {}", self.condition(&it.test));
                self.part(AtomKind::Guard, it, "", text, key);
            }
            Stmt::Assign(it) => {
                it.targets.iter().for_each(|target| self.target(target, Some(&it.value)));
            }
            Stmt::AnnAssign(it) if it.value.is_some() => {
                self.target(&it.target, it.value.as_deref());
            }
            Stmt::AugAssign(it) => self.target(&it.target, None),
            Stmt::Delete(it) => it.targets.iter().for_each(|target| self.target(target, None)),
            _ => {}
        }
        if let Some((text, ranges)) = handlers::retry(self.text, stmt) {
            let parts: Vec<String> = ranges.into_iter().map(|it| self.normal(it)).collect();
            self.part(AtomKind::Retry, stmt, "", text, parts.join(" "));
        }
        source_order::walk_stmt(self, stmt);
    }

    fn visit_elif_else_clause(&mut self, clause: &'b ast::ElifElseClause) {
        if let Some(test) = &clause.test {
            self.choice(clause, test, &clause.body, "elif");
        }
        source_order::walk_elif_else_clause(self, clause);
    }

    fn visit_except_handler(&mut self, handler: &'b ExceptHandler) {
        let ExceptHandler::ExceptHandler(it) = handler;
        self.handler(it);
        source_order::walk_except_handler(self, handler);
    }

    fn visit_match_case(&mut self, case: &'b ast::MatchCase) {
        let end = case.guard.as_ref().map_or(case.pattern.end(), |it| it.end());
        let range = TextRange::new(case.pattern.start(), end);
        let (text, normal) = (self.text.shown(range), self.normal(range));
        self.part(AtomKind::Branch, case, "", format!("case {text}"), format!("case {normal}"));
        source_order::walk_match_case(self, case);
    }

    fn visit_comprehension(&mut self, comprehension: &'b ast::Comprehension) {
        for test in &comprehension.ifs {
            let text = format!("for … if {}", self.text.shown(test.range()));
            let key = self.condition(test);
            self.part(AtomKind::Branch, test, "", text, key);
        }
        source_order::walk_comprehension(self, comprehension);
    }

    fn visit_expr(&mut self, expr: &'b Expr) {
        match expr {
            Expr::If(it) => {
                let text = format!("… if {} else …", self.text.shown(it.test.range()));
                let key = self.condition(&it.test);
                self.part(AtomKind::Branch, it, "", text, key);
            }
            Expr::Call(call) => self.call(call),
            Expr::Yield(it) => self.result(it, "yield", it.value.as_deref()),
            Expr::YieldFrom(it) => self.result(it, "yield from", Some(&it.value)),
            _ => {}
        }
        if let Some(found) = calls::reading(self.text, expr) {
            self.found(expr, found);
        }
        source_order::walk_expr(self, expr);
    }
}

pub(super) fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    if docstring(body).is_some() { &body[1..] } else { body }
}

fn is_magic(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// Whether a value can be changed where it stands.
fn is_mutable(expr: &Expr) -> bool {
    let made = |name: &str| {
        matches!(
            calls::last(name),
            "list" | "dict" | "set" | "defaultdict" | "OrderedDict" | "deque" | "Counter"
        )
    };
    match expr {
        Expr::List(_)
        | Expr::Dict(_)
        | Expr::Set(_)
        | Expr::ListComp(_)
        | Expr::DictComp(_)
        | Expr::SetComp(_) => true,
        Expr::Call(call) => made(&described(&call.func)),
        _ => false,
    }
}
