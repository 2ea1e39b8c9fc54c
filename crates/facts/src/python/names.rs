//! Small questions about expressions.

use compact_str::CompactString;
use ruff_python_ast::{Expr, InterpolatedStringElement, Parameters, Stmt};
use ruff_python_stdlib::builtins::python_magic_globals;

use super::collect::PYTHON_MINOR;
use crate::file::ValueKind;

/// `a.b.c` as text, when the expression is nothing but names and attributes.
pub(super) fn dotted(expr: &Expr) -> Option<CompactString> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str().into()),
        Expr::Attribute(attribute) => {
            let mut text = dotted(&attribute.value)?;
            text.push('.');
            text.push_str(attribute.attr.as_str());
            Some(text)
        }
        _ => None,
    }
}

/// A decorator or base as text; a call keeps its callee, a subscript its value.
pub(super) fn described(expr: &Expr) -> CompactString {
    match expr {
        Expr::Call(call) => {
            let mut text = described(&call.func);
            text.push_str("()");
            text
        }
        Expr::Subscript(subscript) => described(&subscript.value),
        other => dotted(other).unwrap_or_else(|| "<expression>".into()),
    }
}

/// What kind of value an expression gives when nothing in the module is known.
pub(super) fn value_kind(expr: &Expr) -> ValueKind {
    if is_immutable(expr) {
        return ValueKind::Immutable;
    }
    match expr {
        // A tuple is as immutable as what the names in it stand for.
        Expr::Tuple(_) | Expr::BinOp(_) | Expr::FString(_) if is_plain(expr) => {
            ValueKind::Immutable
        }
        Expr::Subscript(_) | Expr::BinOp(_) if is_type_expression(expr) => {
            ValueKind::TypeExpression
        }
        Expr::List(list) if list.elts.iter().all(is_plain) => ValueKind::Collection,
        Expr::Set(set) if set.elts.iter().all(is_plain) => ValueKind::Collection,
        Expr::Dict(_) if is_plain(expr) => ValueKind::Collection,
        Expr::Call(call) => match dotted(&call.func) {
            Some(callee)
                if call.arguments.args.iter().all(is_plain)
                    && call.arguments.keywords.iter().all(|keyword| is_plain(&keyword.value)) =>
            {
                ValueKind::Call(callee)
            }
            _ => ValueKind::Opaque,
        },
        Expr::Name(_) | Expr::Attribute(_) => {
            dotted(expr).map_or(ValueKind::Opaque, ValueKind::Alias)
        }
        _ => ValueKind::Opaque,
    }
}

/// Numbers, strings and tuples of them.
fn is_immutable(expr: &Expr) -> bool {
    match expr {
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_immutable),
        Expr::UnaryOp(unary) => is_immutable(&unary.operand),
        Expr::BinOp(binary) => is_immutable(&binary.left) && is_immutable(&binary.right),
        other => other.is_literal_expr(),
    }
}

/// Immutable values, displays of them and the names of other things.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::List(list) => list.elts.iter().all(is_plain),
        Expr::Set(set) => set.elts.iter().all(is_plain),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_plain),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_some_and(is_plain) && is_plain(&item.value)),
        Expr::BinOp(binary) => is_plain(&binary.left) && is_plain(&binary.right),
        Expr::Name(_) | Expr::Attribute(_) => dotted(expr).is_some(),
        // What is put in is written down once, as it is at that moment.
        Expr::FString(text) => text.value.elements().all(|part| match part {
            InterpolatedStringElement::Literal(_) => true,
            InterpolatedStringElement::Interpolation(it) => {
                it.format_spec.is_none() && is_plain(&it.expression)
            }
        }),
        other => is_immutable(other),
    }
}

/// `Dict[str, Any]`, `int | None` and the like.
fn is_type_expression(expr: &Expr) -> bool {
    match expr {
        Expr::Subscript(subscript) => {
            dotted(&subscript.value).is_some() && is_type_expression(&subscript.slice)
        }
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_type_expression),
        Expr::List(list) => list.elts.iter().all(is_type_expression),
        Expr::BinOp(binary) => {
            binary.op == ruff_python_ast::Operator::BitOr
                && is_type_expression(&binary.left)
                && is_type_expression(&binary.right)
        }
        Expr::Name(_) | Expr::Attribute(_) => dotted(expr).is_some(),
        other => other.is_literal_expr(),
    }
}

/// The text of a docstring.
pub(super) fn docstring(body: &[Stmt]) -> Option<&str> {
    match body {
        [Stmt::Expr(first), ..] => match &*first.value {
            Expr::StringLiteral(literal) => Some(literal.value.to_str()),
            _ => None,
        },
        _ => None,
    }
}

/// The parameter list as it would be written, without annotations.
pub(super) fn signature(source: &str, parameters: &Parameters) -> CompactString {
    let mut parts: Vec<String> = Vec::new();
    let with_default = |parameter: &ruff_python_ast::ParameterWithDefault| {
        let name = parameter.parameter.name.as_str();
        match &parameter.default {
            Some(default) => format!("{name}={}", text_of(source, default)),
            None => name.to_owned(),
        }
    };
    parts.extend(parameters.posonlyargs.iter().map(with_default));
    if !parameters.posonlyargs.is_empty() {
        parts.push("/".to_owned());
    }
    parts.extend(parameters.args.iter().map(with_default));
    match &parameters.vararg {
        Some(vararg) => parts.push(format!("*{}", vararg.name)),
        None if !parameters.kwonlyargs.is_empty() => parts.push("*".to_owned()),
        None => {}
    }
    parts.extend(parameters.kwonlyargs.iter().map(with_default));
    if let Some(kwarg) = &parameters.kwarg {
        parts.push(format!("**{}", kwarg.name));
    }
    parts.join(", ").into()
}

/// The source text of an expression when it is short; empty otherwise.
pub(super) fn short_text<'a>(source: &'a str, expr: &Expr) -> &'a str {
    match text_of(source, expr) {
        "..." => "",
        text => text,
    }
}

fn text_of<'a>(source: &'a str, expr: &Expr) -> &'a str {
    const LONGEST: usize = 40;
    let text = &source[ruff_text_size::Ranged::range(expr)];
    if text.len() > LONGEST { "..." } else { text }
}

/// Names that every module or class body has without binding them.
pub(super) fn is_module_attribute(name: &str) -> bool {
    matches!(
        name,
        "__name__"
            | "__file__"
            | "__doc__"
            | "__package__"
            | "__spec__"
            | "__loader__"
            | "__path__"
            | "__dict__"
            | "__builtins__"
            | "__qualname__"
            | "__module__"
            | "__class__"
            | "__debug__"
            | "reveal_type"
            | "WindowsError"
    ) || python_magic_globals(PYTHON_MINOR).any(|magic| magic == name)
}
