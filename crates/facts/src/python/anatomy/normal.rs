//! Conditions in one form, so that equal questions that are written differently meet.

use ruff_python_ast::{self as ast, CmpOp, Expr, UnaryOp};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxHashSet;

use super::text::Text;

/// A condition: negations moved inwards, `a > b` as `b < a`, literals on the right.
pub(super) fn condition(text: &Text<'_>, expr: &Expr, locals: &FxHashSet<TextSize>) -> String {
    match expr {
        Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => negated(text, &unary.operand, locals),
        Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
            ([op], [right]) => comparison(text, &compare.left, *op, right, locals),
            _ => text.normal(expr.range(), locals),
        },
        Expr::BoolOp(ast::ExprBoolOp { op, values, .. }) => {
            let parts: Vec<String> =
                values.iter().map(|value| condition(text, value, locals)).collect();
            format!("({})", parts.join(&format!(" {} ", op.as_str())))
        }
        _ => text.normal(expr.range(), locals),
    }
}

fn negated(text: &Text<'_>, expr: &Expr, locals: &FxHashSet<TextSize>) -> String {
    match expr {
        Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => condition(text, &unary.operand, locals),
        Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
            ([op], [right]) if let Some(op) = opposite(*op) => {
                comparison(text, &compare.left, op, right, locals)
            }
            _ => format!("not ({})", condition(text, expr, locals)),
        },
        _ => format!("not ({})", condition(text, expr, locals)),
    }
}

/// The opposite of an operator where `not` says exactly that; `not a < b` is not
/// `a >= b` for everything that can be compared.
fn opposite(op: CmpOp) -> Option<CmpOp> {
    Some(match op {
        CmpOp::Eq => CmpOp::NotEq,
        CmpOp::NotEq => CmpOp::Eq,
        CmpOp::Is => CmpOp::IsNot,
        CmpOp::IsNot => CmpOp::Is,
        CmpOp::In => CmpOp::NotIn,
        CmpOp::NotIn => CmpOp::In,
        _ => return None,
    })
}

fn comparison(
    text: &Text<'_>,
    left: &Expr,
    op: CmpOp,
    right: &Expr,
    locals: &FxHashSet<TextSize>,
) -> String {
    let symmetric = matches!(op, CmpOp::Eq | CmpOp::NotEq | CmpOp::Is | CmpOp::IsNot);
    let (op, swap) = match op {
        CmpOp::Gt => (CmpOp::Lt, true),
        CmpOp::GtE => (CmpOp::LtE, true),
        other => (other, symmetric && left.is_literal_expr() && !right.is_literal_expr()),
    };
    let side = |expr: &Expr| text.normal(expr.range(), locals);
    let (first, second) = if swap { (right, left) } else { (left, right) };
    format!("{} {} {}", side(first), op.as_str(), side(second))
}
