//! Statements: what they bind, where imports stand, which blocks are conditional.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::Collector;
use crate::file::{Binding, Import, ValueKind};
use crate::flow::FlowKind;
use crate::python::names::{dotted, value_kind};
use crate::python::scope::ScopeKind;

impl<'a> Collector<'a> {
    pub(super) fn statement(&mut self, stmt: &'a Stmt) {
        if self.at_module_level() {
            self.watch.statement = stmt.start();
        }
        match stmt {
            Stmt::FunctionDef(def) => self.function(stmt, def),
            Stmt::ClassDef(def) => self.class(stmt, def),
            Stmt::Import(import) => self.import_modules(import),
            Stmt::ImportFrom(import) => self.import_names(import),
            Stmt::Assign(assign) => self.assign(stmt, assign),
            Stmt::AnnAssign(assign) => self.annotated_assign(stmt, assign),
            Stmt::AugAssign(assign) => self.augmented_assign(assign),
            Stmt::Global(global) => self.declare(&global.names, true),
            Stmt::Nonlocal(nonlocal) => self.declare(&nonlocal.names, false),
            Stmt::If(node) => self.branch(stmt, node),
            Stmt::Try(node) => self.try_block(stmt, node),
            Stmt::With(node) => self.with_block(stmt, node),
            Stmt::For(_) | Stmt::While(_) | Stmt::Match(_) => {
                self.block(stmt);
            }
            // A docstring names nothing.
            Stmt::Expr(node) if node.value.is_string_literal_expr() => {}
            Stmt::Expr(node) if self.at_module_level() => {
                self.module_expression(&node.value);
                visitor::walk_stmt(self, stmt);
            }
            Stmt::TypeAlias(alias) if self.at_module_level() && alias.type_params.is_none() => {
                self.type_alias(alias);
            }
            Stmt::Raise(node) => {
                self.raised(node);
                visitor::walk_stmt(self, stmt);
                self.jump(FlowKind::Raise, node.start());
            }
            Stmt::Return(node) => {
                self.mint_returned(node.value.as_deref());
                self.returned(node.value.as_deref());
                visitor::walk_stmt(self, stmt);
                self.jump(FlowKind::Return, node.start());
            }
            Stmt::Break(node) => self.jump(FlowKind::Break, node.start()),
            Stmt::Continue(node) => self.jump(FlowKind::Continue, node.start()),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    /// Remembers the last name of what is raised, for the definitions around.
    fn raised(&mut self, node: &ast::StmtRaise) {
        let exception = match node.exc.as_deref() {
            Some(Expr::Call(call)) => dotted(&call.func),
            Some(other) => dotted(other),
            None => None,
        };
        if let (Some(exception), Some(current)) = (exception, self.current) {
            let last = exception.rsplit('.').next().unwrap_or_default();
            self.facts.definitions[current as usize].raises.push(last.into());
        }
    }

    pub(super) fn block(&mut self, stmt: &'a Stmt) {
        let counts = u32::from(self.at_module_level());
        self.blocks += counts;
        self.compound(stmt);
        self.blocks -= counts;
    }

    fn branch(&mut self, stmt: &'a Stmt, node: &'a ast::StmtIf) {
        let type_checking = u32::from(is_type_checking(&node.test));
        let main_guard = u32::from(self.at_module_level() && is_main_guard(&node.test));
        if type_checking + main_guard == 0 {
            return self.block(stmt);
        }
        self.facts.flags.main_guard |= main_guard > 0;
        let counts = u32::from(self.at_module_level());
        self.visit_expr(&node.test);
        self.blocks += counts;
        self.type_checking += type_checking;
        self.main_guard += main_guard;
        self.visit_body(&node.body);
        self.type_checking -= type_checking;
        self.main_guard -= main_guard;
        for clause in &node.elif_else_clauses {
            self.visit_elif_else_clause(clause);
        }
        self.blocks -= counts;
    }

    fn import_modules(&mut self, node: &'a ast::StmtImport) {
        for alias in &node.names {
            let module = alias.name.as_str();
            let first = module.split('.').next().unwrap_or(module);
            let bound = alias.asname.as_ref().map_or(first, |name| name.as_str());
            let import = Import {
                module: module.into(),
                level: 0,
                name: None,
                bound: bound.into(),
                aliased: alias.asname.is_some(),
                scope: self.import_scope(),
                guarded: self.watch.imports_guarded > 0,
                line: self.line(alias),
            };
            self.import(import, bound);
        }
    }

    fn import_names(&mut self, node: &'a ast::StmtImportFrom) {
        let module = node.module.as_ref().map_or("", |module| module.as_str());
        for alias in &node.names {
            let name = alias.name.as_str();
            if module == "__future__" {
                self.facts.flags.future_annotations |= name == "annotations";
            }
            let bound = alias.asname.as_ref().map_or(name, |name| name.as_str());
            let bound = if bound == "*" { "" } else { bound };
            let import = Import {
                module: module.into(),
                level: node.level,
                name: Some(name.into()),
                bound: bound.into(),
                aliased: alias.asname.is_some(),
                scope: self.import_scope(),
                guarded: self.watch.imports_guarded > 0,
                line: self.line(alias),
            };
            self.import(import, bound);
        }
    }

    fn assign(&mut self, stmt: &'a Stmt, assign: &'a ast::StmtAssign) {
        if let [target] = &*assign.targets {
            self.named_text(target, &assign.value);
        }
        if let ([Expr::Name(target)], true) = (&*assign.targets, self.at_module_level()) {
            let name = target.id.as_str();
            self.read_all(name, &assign.value);
            self.module_value(stmt, name, &assign.value);
        } else {
            self.class_attributes(&assign.targets);
            self.attribute_alias(assign);
            let instance = self.instance(assign);
            let alias = self.local_alias(assign);
            visitor::walk_stmt(self, stmt);
            self.watch.instances.extend(instance);
            if let Some(alias) = alias {
                self.add_alias(alias, self.line(assign));
            }
        }
        self.mint_assigned(&assign.targets, &assign.value);
        self.assigned(&assign.targets, &assign.value);
    }

    /// `type Name = value`: the value is an expression of types whatever it looks like.
    fn type_alias(&mut self, alias: &'a ast::StmtTypeAlias) {
        self.open(ScopeKind::Header);
        self.visit_expr(&alias.value);
        let free = self.close(|closed| super::sorted(closed.free()));
        let hash = self.structures.expression(&alias.value);
        if let Expr::Name(name) = &*alias.name {
            let binding = || Binding::Value(hash, ValueKind::TypeExpression, free);
            self.bind(name.id.as_str(), binding);
        }
    }

    fn annotated_assign(&mut self, stmt: &'a Stmt, assign: &'a ast::StmtAnnAssign) {
        if let Some(value) = &assign.value {
            self.named_text(&assign.target, value);
            self.mint_assigned(std::slice::from_ref(&assign.target), value);
        }
        match (&*assign.target, &assign.value) {
            (Expr::Name(target), Some(value)) if self.at_module_level() => {
                self.visit_annotation(&assign.annotation);
                self.module_value(stmt, target.id.as_str(), value);
            }
            // A bare annotation declares a name without binding it; readers may
            // still rely on somebody else binding it.
            (target, _) => {
                self.class_attributes(std::slice::from_ref(target));
                visitor::walk_stmt(self, stmt);
            }
        }
    }

    /// `attribute = name` in a class body.
    fn attribute_alias(&mut self, assign: &ast::StmtAssign) {
        let in_class = self.scopes.last().is_some_and(|scope| scope.kind == ScopeKind::Class);
        if let ([Expr::Name(target)], Some(value), true) =
            (&*assign.targets, dotted(&assign.value), in_class)
        {
            self.facts.attribute_aliases.push((target.id.as_str().into(), value));
        }
    }

    fn class_attributes(&mut self, targets: &'a [Expr]) {
        let in_class = self.scopes.last().is_some_and(|scope| scope.kind == ScopeKind::Class);
        if let (true, Some(members)) = (in_class, &mut self.members) {
            let names = targets.iter().filter_map(|target| target.as_name_expr());
            members.extend(names.map(|name| name.id.as_str()));
        }
    }

    /// A module-level name bound to a value: remembers what kind of value.
    fn module_value(&mut self, stmt: &'a Stmt, name: &'a str, value: &'a Expr) {
        self.open(ScopeKind::Header);
        self.visit_expr(value);
        let free = self.close(|closed| super::sorted(closed.free()));
        let (hash, kind) = (self.structures.expression(value), value_kind(value));
        self.constant(stmt, name, value, hash, &kind, &free);
        self.bind(name, || Binding::Value(hash, kind, free));
    }

    fn augmented_assign(&mut self, assign: &'a ast::StmtAugAssign) {
        self.mutation(&assign.target);
        if let Expr::Name(name) = &*assign.target {
            self.read(name.id.as_str());
            self.read_all(name.id.as_str(), &assign.value);
        }
        let before = self.facts.sites.len();
        self.visit_expr(&assign.target);
        if let Some(site) = self.facts.sites.get_mut(before) {
            site.augmented = true;
        }
        self.visit_expr(&assign.value);
    }

    /// A literal `__all__`, also when it grows by `+=`.
    fn read_all(&mut self, name: &str, value: &Expr) {
        if name != "__all__" || !self.at_module_level() {
            return;
        }
        let elements = match value {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            _ => return,
        };
        let names = elements
            .iter()
            .filter_map(|element| element.as_string_literal_expr())
            .map(|literal| literal.value.to_str().into());
        self.facts.all.get_or_insert_default().extend(names);
    }

    fn declare(&mut self, names: &'a [ast::Identifier], global: bool) {
        for name in names {
            let name = name.as_str();
            if global {
                self.rebound.insert(name);
                self.global_write(name);
            }
            if let Some(scope) = self.scopes.last_mut() {
                scope.declare_outer(name);
                scope.marks.writes_globals |= global;
            }
        }
    }

    /// A call at module level may say that the module is deprecated.
    fn module_expression(&mut self, value: &Expr) {
        let Expr::Call(call) = value else { return };
        let Some(callee) = dotted(&call.func) else { return };
        let names_category = call.arguments.args.iter().any(|argument| {
            dotted(argument).is_some_and(|name| name.ends_with("DeprecationWarning"))
        });
        let category_keyword = call.arguments.keywords.iter().any(|keyword| {
            dotted(&keyword.value).is_some_and(|name| name.ends_with("DeprecationWarning"))
        });
        let deprecates = callee.rsplit('.').next().is_some_and(|last| last.contains("deprecat"));
        if self.blocks == 0 && (names_category || category_keyword || deprecates) {
            self.facts.flags.deprecated = true;
        }
    }
}

fn is_type_checking(test: &Expr) -> bool {
    dotted(test).is_some_and(|name| name.rsplit('.').next() == Some("TYPE_CHECKING"))
}

fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    dotted(&compare.left).as_deref() == Some("__name__")
        && compare.comparators.iter().any(
            |right| matches!(right, Expr::StringLiteral(text) if text.value.to_str() == "__main__"),
        )
}
