//! What ties a method to the class in whose body it stands.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::locals;
use super::names::Names;

/// How often the body of a class binds a name outright.
pub(super) fn bindings_of(class: &ast::StmtClassDef, name: &str) -> usize {
    class.body.iter().filter(|stmt| locals::of_statement(stmt).contains(name)).count()
}

/// Why a method would not mean the same in another class.
pub(super) fn tie(
    class: &ast::StmtClassDef,
    other: &ast::StmtClassDef,
    method: &Stmt,
) -> Option<String> {
    let mut inside = Inside::default();
    inside.visit_stmt(method);
    if inside.calls_super || inside.names_class {
        return Some("asks `super()`, which depends on the class".to_owned());
    }
    tie_to_body(class, Some(other), method)
}

/// The same where the other class comes right behind in the order of every class:
/// `super()` leads to the same place.
pub(super) fn tie_to_body(
    class: &ast::StmtClassDef,
    other: Option<&ast::StmtClassDef>,
    method: &Stmt,
) -> Option<String> {
    let mut inside = Inside::default();
    inside.visit_stmt(method);
    if let Some(name) = inside.mangled {
        return Some(format!("reads `{name}`, which has another name in every class"));
    }
    if inside.names_class {
        return Some("asks for its class by `__class__` or hands `super` on".to_owned());
    }
    let Stmt::FunctionDef(def) = method else { return None };
    let (own, there) = (locals::of_class(class), other.map(locals::of_class).unwrap_or_default());
    let evaluated = evaluated_in_class(def);
    let bound = evaluated.iter().find(|name| own.contains(*name) || there.contains(*name))?;
    Some(format!("needs `{bound}` of its class when it is defined"))
}

/// Names that are looked up in the class body: in decorators, defaults and annotations.
fn evaluated_in_class(def: &ast::StmtFunctionDef) -> Names {
    let mut reader = Outside::default();
    for decorator in &def.decorator_list {
        reader.visit_expr(&decorator.expression);
    }
    for parameter in &def.parameters {
        if let Some(default) = parameter.default() {
            reader.visit_expr(default);
        }
        if let Some(annotation) = parameter.annotation() {
            reader.visit_expr(annotation);
        }
    }
    if let Some(returns) = &def.returns {
        reader.visit_expr(returns);
    }
    reader.0
}

#[derive(Default)]
struct Outside(Names);

impl<'a> Visitor<'a> for Outside {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                self.0.insert(name.id.as_str().into());
            }
            Expr::StringLiteral(literal) => {
                let words =
                    literal.value.to_str().split(|c: char| !c.is_alphanumeric() && c != '_');
                self.0.extend(words.filter(|word| !word.is_empty()).map(Into::into));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

#[derive(Default)]
struct Inside {
    mangled: Option<String>,
    /// `super()` is called, as it is meant to be.
    calls_super: bool,
    /// `__class__`, or `super` in any other form.
    names_class: bool,
}

impl Inside {
    fn name(&mut self, name: &str) {
        if name.starts_with("__") && !name.ends_with("__") {
            self.mangled.get_or_insert_with(|| name.to_owned());
        }
        self.names_class |= name == "__class__" || name == "super";
    }
}

impl<'a> Visitor<'a> for Inside {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.name(&def.name),
            Stmt::Global(node) => node.names.iter().for_each(|name| self.name(name)),
            Stmt::Nonlocal(node) => node.names.iter().for_each(|name| self.name(name)),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_alias(&mut self, alias: &'a ast::Alias) {
        self.name(alias.asname.as_ref().unwrap_or(&alias.name));
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.name(&parameter.name);
        visitor::walk_parameter(self, parameter);
    }

    fn visit_keyword(&mut self, keyword: &'a ast::Keyword) {
        if let Some(name) = &keyword.arg {
            self.name(name);
        }
        visitor::walk_keyword(self, keyword);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) if is_plain_super(call) => {
                self.calls_super = true;
                return;
            }
            Expr::Name(name) => self.name(name.id.as_str()),
            Expr::Attribute(attribute) => self.name(attribute.attr.as_str()),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// `super()` without arguments.
fn is_plain_super(call: &ast::ExprCall) -> bool {
    let is_super = matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super");
    is_super && call.arguments.is_empty()
}
