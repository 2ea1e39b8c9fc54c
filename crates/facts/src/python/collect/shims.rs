//! Names that a module no longer has and still answers for, with a warning: the branches of
//! its `__getattr__`.

use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::Ranged;

use super::Collector;
use crate::file::ImportScope;
use crate::python::names::dotted;
use crate::usage::Shim;

impl<'a> Collector<'a> {
    /// Notes what a module's `__getattr__` answers for; whether that is all it does. The
    /// imports of its body are those from `first` on.
    pub(super) fn shims(&mut self, def: &'a ast::StmtFunctionDef, first: usize) -> bool {
        let mut names = def.parameters.iter();
        let (Some(asked), None) = (names.next(), names.next()) else { return false };
        let asked = asked.name().as_str();
        let mut is_whole = true;
        for stmt in &def.body {
            let shim = self.shim(asked, stmt, first);
            is_whole &= shim.is_some() || is_text(stmt) || refuses(stmt);
            self.facts.shims.extend(shim);
        }
        is_whole && def.body.last().is_some_and(refuses) && !self.facts.shims.is_empty()
    }

    /// `if name == "old":` with an import, a warning and `return` of what was imported.
    fn shim(&self, asked: &str, stmt: &Stmt, first: usize) -> Option<Shim> {
        let Stmt::If(branch) = stmt else { return None };
        let name = compared(asked, &branch.test)?;
        let (mut until, mut returned) = (None, None);
        for stmt in &branch.body {
            match stmt {
                Stmt::Import(_) | Stmt::ImportFrom(_) => {}
                Stmt::Expr(it) => until = Some(warned(&it.value)?),
                Stmt::Return(it) => match it.value.as_deref() {
                    Some(Expr::Name(name)) => returned = Some(name.id.as_str()),
                    _ => return None,
                },
                _ => return None,
            }
        }
        let lines = self.line(branch)..=self.lines.line(branch.end());
        let import = self.facts.imports.iter().skip(first).position(|import| {
            import.scope == ImportScope::Function
                && import.name.is_some()
                && lines.contains(&import.line)
                && returned.is_some_and(|name| import.bound == name)
        })?;
        branch.elif_else_clauses.is_empty().then_some(())?;
        let (import, line) = ((first + import) as u32, self.line(branch));
        Some(Shim { name: name.into(), import, until: until?.into(), line })
    }
}

/// The text in `name == "text"`.
fn compared<'e>(asked: &str, test: &'e Expr) -> Option<&'e str> {
    let Expr::Compare(compare) = test else { return None };
    let is_asked = matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == asked);
    match (&*compare.ops, &*compare.comparators) {
        ([ast::CmpOp::Eq], [Expr::StringLiteral(text)]) if is_asked => Some(text.value.to_str()),
        _ => None,
    }
}

/// The last day that a call of `warn` tells, empty when it tells none; nothing at all when it
/// is no warning of a deprecation.
fn warned(expr: &Expr) -> Option<&str> {
    let Expr::Call(call) = expr else { return None };
    let last = |expr: &Expr| {
        dotted(expr).map(|name| name.rsplit('.').next().unwrap_or_default().to_owned())
    };
    let is_category = |expr: &Expr| last(expr).is_some_and(|it| it.ends_with("DeprecationWarning"));
    let named = call.arguments.keywords.iter().map(|it| &it.value);
    let is_warning = last(&call.func).as_deref() == Some("warn")
        && call.arguments.args.iter().chain(named).any(is_category);
    let Some(Expr::StringLiteral(text)) = call.arguments.args.first() else { return None };
    is_warning.then(|| last_day(text.value.to_str()).unwrap_or_default())
}

/// The last `YYYY-MM-DD` in a text.
fn last_day(text: &str) -> Option<&str> {
    const LENGTH: usize = "YYYY-MM-DD".len();
    let fits = |at: usize| {
        let day = text.get(at..at + LENGTH)?;
        let is_digit = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        day.bytes().enumerate().all(is_digit).then_some(day)
    };
    (0..text.len()).rev().find_map(fits)
}

fn is_text(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(it) if it.value.is_string_literal_expr())
}

/// `raise AttributeError(...)`.
fn refuses(stmt: &Stmt) -> bool {
    let Stmt::Raise(raise) = stmt else { return false };
    let exception = match raise.exc.as_deref() {
        Some(Expr::Call(call)) => &*call.func,
        Some(other) => other,
        None => return false,
    };
    matches!(exception, Expr::Name(name) if name.id.as_str() == "AttributeError")
}
