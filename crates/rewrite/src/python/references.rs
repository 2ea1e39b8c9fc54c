//! Where a file says a name of its module, by Python's own scopes.

use std::ops::Range;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

use super::locals;
use super::names::Names;
use super::source::SourceFile;

/// Every place at which a name of the module is read, written, declared `global` or bound by
/// a definition; imports are left to those who know what they import. An error is the offset
/// of a place that means the module's name or another one, nobody can tell which.
pub(super) fn of(file: &SourceFile, name: &str) -> Result<Vec<Range<usize>>, usize> {
    of_body(file.suite(), name)
}

/// The same for the name of one function, in its body.
pub(super) fn of_body(body: &[Stmt], name: &str) -> Result<Vec<Range<usize>>, usize> {
    let mut finder = Finder { name, scopes: Vec::new(), found: Vec::new(), unclear: None };
    finder.visit_body(body);
    finder.found.sort_by_key(|range| range.start);
    finder.unclear.map_or(Ok(finder.found), Err)
}

struct Scope {
    /// Whether the name is this scope's own.
    binds: bool,
    is_class: bool,
}

struct Finder<'n> {
    name: &'n str,
    scopes: Vec<Scope>,
    found: Vec<Range<usize>>,
    unclear: Option<usize>,
}

impl Finder<'_> {
    fn mentions(&mut self, range: Range<usize>, reads: bool) {
        match self.scopes.last() {
            // A class body that gives itself the name looks it up outside until it has.
            Some(Scope { binds: true, is_class: true }) => {
                self.unclear = self.unclear.or(reads.then_some(range.start));
            }
            _ if self.scopes.iter().any(|scope| scope.binds && !scope.is_class) => {}
            _ => self.found.push(range),
        }
    }

    fn identifier(&mut self, identifier: &ast::Identifier) {
        if identifier.as_str() == self.name {
            self.mentions(SourceFile::range(identifier), false);
        }
    }

    fn within(&mut self, names: &Names, is_class: bool, walk: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope { binds: names.contains(self.name), is_class });
        walk(self);
        self.scopes.pop();
    }

    /// Decorators, defaults, annotations and bases are evaluated outside.
    fn function(&mut self, def: &ast::StmtFunctionDef) {
        def.decorator_list.iter().for_each(|it| self.visit_decorator(it));
        def.type_params.iter().for_each(|it| self.visit_type_params(it));
        self.visit_parameters(&def.parameters);
        def.returns.iter().for_each(|it| self.visit_annotation(it));
        self.definition(&def.name);
        let names = locals::of_function(def);
        self.within(&names, false, |finder| finder.visit_body(&def.body));
    }

    fn class(&mut self, def: &ast::StmtClassDef) {
        def.decorator_list.iter().for_each(|it| self.visit_decorator(it));
        def.type_params.iter().for_each(|it| self.visit_type_params(it));
        def.arguments.iter().for_each(|it| self.visit_arguments(it));
        self.definition(&def.name);
        let names = locals::of_class(def);
        self.within(&names, true, |finder| finder.visit_body(&def.body));
    }

    /// A method of that name belongs to its class, whatever the class looks up.
    fn definition(&mut self, name: &ast::Identifier) {
        if self.scopes.last().is_none_or(|scope| !scope.is_class) {
            self.identifier(name);
        }
    }

    fn comprehension(&mut self, generators: &[ast::Comprehension], expr: &Expr) {
        let names = locals::of_comprehension(generators);
        if names.contains(self.name) {
            // The first iterable is evaluated outside.
            generators.iter().take(1).for_each(|it| self.visit_expr(&it.iter));
        } else {
            self.within(&names, false, |finder| visitor::walk_expr(finder, expr));
        }
    }
}

impl<'a> Visitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(def) => self.function(def),
            Stmt::ClassDef(def) => self.class(def),
            Stmt::Global(node) => {
                for name in node.names.iter().filter(|name| name.as_str() == self.name) {
                    self.found.push(SourceFile::range(name));
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.id.as_str() == self.name => {
                self.mentions(SourceFile::range(name), name.ctx.is_load());
            }
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|it| self.visit_parameters(it));
                let names = locals::of_lambda(lambda);
                self.within(&names, false, |finder| finder.visit_expr(&lambda.body));
            }
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                self.comprehension(generators, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(inner) = handler;
        inner.name.iter().for_each(|it| self.identifier(it));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        match pattern {
            ast::Pattern::MatchStar(it) => it.name.iter().for_each(|it| self.identifier(it)),
            ast::Pattern::MatchAs(it) => it.name.iter().for_each(|it| self.identifier(it)),
            ast::Pattern::MatchMapping(it) => it.rest.iter().for_each(|it| self.identifier(it)),
            _ => {}
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, param: &'a ast::TypeParam) {
        if param.name().as_str() == self.name {
            self.unclear.get_or_insert(SourceFile::range(param.name()).start);
        }
        visitor::walk_type_param(self, param);
    }
}

#[cfg(test)]
mod tests {
    use ssot_model::RepoPath;

    use super::super::source::SourceFile;

    /// The text with every place marked that means the module's `x`.
    fn marked(text: &str) -> Result<String, usize> {
        let path = RepoPath::new("a.py").expect("plain");
        let file = SourceFile::parse(&path, text.as_bytes()).expect("it parses");
        let mut marked = text.to_owned();
        for range in super::of(&file, "x")?.into_iter().rev() {
            marked.replace_range(range, "<x>");
        }
        Ok(marked)
    }

    #[test]
    fn names_of_inner_scopes_are_others() {
        for (text, expected) in [
            ("x = 1\nprint(x)\n", "<x> = 1\nprint(<x>)\n"),
            ("def x(x=x): return x\n", "def <x>(x=<x>): return x\n"),
            (
                "def f():\n    global x\n    x = x + 1\n",
                "def f():\n    global <x>\n    <x> = <x> + 1\n",
            ),
            (
                "def f():\n    x = 1\n    return lambda: x\n",
                "def f():\n    x = 1\n    return lambda: x\n",
            ),
            (
                "class A(x):\n    def x(self): return x\n",
                "class A(<x>):\n    def x(self): return <x>\n",
            ),
            ("y = [x for x in x]\n", "y = [x for x in <x>]\n"),
            ("y = [x for a in b]\n", "y = [<x> for a in b]\n"),
            ("f(x=x).x\n", "f(x=<x>).x\n"),
            ("y = f'{x!r:{x}}'\n", "y = f'{<x>!r:{<x>}}'\n"),
            (
                "@x\nasync def f(a: x = x) -> x: pass\n",
                "@<x>\nasync def f(a: <x> = <x>) -> <x>: pass\n",
            ),
        ] {
            assert_eq!(marked(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_a_class_body_means_is_not_guessed() {
        assert_eq!(marked("class A:\n    x = staticmethod(x)\n"), Err(30));
        let own = "class A:\n    x: int = 1\n";
        assert_eq!(marked(own).as_deref(), Ok(own));
        assert_eq!(marked("def f[x](a: x): pass\n"), Err(6));
    }
}
