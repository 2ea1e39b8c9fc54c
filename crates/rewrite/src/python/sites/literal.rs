//! Where a text has to be written out: checkers of types, translators and tables of names
//! read it from the source.

use ruff_python_ast::{Expr, Stmt};

/// Callables that read their texts as types, as names or as messages.
const READERS: [&str; 16] = [
    "cast",
    "TypeVar",
    "NewType",
    "NamedTuple",
    "TypedDict",
    "ForwardRef",
    "TypeAliasType",
    "ParamSpec",
    "namedtuple",
    "Enum",
    "_",
    "gettext",
    "ngettext",
    "gettext_lazy",
    "import_module",
    "__import__",
];

/// Generic types of which the subscript is no place of a value.
const TYPES: [&str; 10] = [
    "Literal",
    "Annotated",
    "Optional",
    "Union",
    "List",
    "Dict",
    "Set",
    "Tuple",
    "Type",
    "Callable",
];

/// Whether a callable reads its texts from the source.
pub(super) fn reads_literals(func: &Expr) -> bool {
    last_name(func).is_some_and(|name| READERS.contains(&name))
}

/// Whether a subscript of the expression holds types.
pub(super) fn is_type(expr: &Expr) -> bool {
    last_name(expr).is_some_and(|name| TYPES.contains(&name))
}

/// Whether a statement is a text by itself or a table of names.
pub(super) fn lists_names(stmt: &Stmt) -> bool {
    let is_table = |expr: &Expr| matches!(expr, Expr::Name(name) if matches!(name.id.as_str(), "__all__" | "__slots__" | "__match_args__"));
    match stmt {
        Stmt::Expr(it) => it.value.is_string_literal_expr(),
        Stmt::Assign(it) => it.targets.iter().any(is_table),
        Stmt::AugAssign(it) => is_table(&it.target),
        Stmt::AnnAssign(it) => is_table(&it.target),
        Stmt::TypeAlias(_) => true,
        _ => false,
    }
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}
