//! What the kinds of the grammar's nodes mean here.

use std::sync::OnceLock;

use tree_sitter::{Language, Node};

/// What a node is to the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A class, interface, enumeration, record or annotation type.
    Class,
    /// A method or a constructor.
    Method,
    /// A statement, or another part that makes a line of its own.
    Line,
    /// A declaration that is a statement unless it stands in a head.
    Declaration,
    /// A call by name.
    Call,
    /// `new Name(...)`.
    Creation,
    /// `object.field`.
    Access,
    /// Annotations, `public`, `static` and the like.
    Modifiers,
    /// A name.
    Name,
    /// A number or a truth value.
    Number,
    /// A string or a character.
    Text,
    /// A comment.
    Comment,
    /// What stands between braces, apart from values.
    Block,
    /// A brace: layout, once the blocks are known.
    Brace,
    /// Text that does not parse.
    Error,
    /// Anything else.
    Other,
}

/// The role of a node.
pub(super) fn role(node: Node<'_>) -> Role {
    static ROLES: OnceLock<Vec<Role>> = OnceLock::new();
    let roles = ROLES.get_or_init(|| {
        let language = Language::from(tree_sitter_java::LANGUAGE);
        let kinds = 0..language.node_kind_count();
        let role = |id: usize| language.node_kind_for_id(id as u16).map_or(Role::Other, role_of);
        kinds.map(role).collect()
    });
    // The number of an error lies outside the table.
    let otherwise = if node.is_error() { Role::Error } else { Role::Other };
    roles.get(usize::from(node.kind_id())).copied().unwrap_or(otherwise)
}

fn role_of(kind: &str) -> Role {
    match kind {
        "class_declaration"
        | "interface_declaration"
        | "enum_declaration"
        | "record_declaration"
        | "annotation_type_declaration" => Role::Class,
        "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => {
            Role::Method
        }
        "local_variable_declaration" | "field_declaration" => Role::Declaration,
        "catch_clause"
        | "finally_clause"
        | "switch_label"
        | "switch_rule"
        | "explicit_constructor_invocation"
        | "static_initializer"
        | "enum_constant" => Role::Line,
        "method_invocation" => Role::Call,
        "object_creation_expression" => Role::Creation,
        "field_access" => Role::Access,
        "modifiers" => Role::Modifiers,
        "identifier" | "type_identifier" => Role::Name,
        "decimal_integer_literal"
        | "hex_integer_literal"
        | "octal_integer_literal"
        | "binary_integer_literal"
        | "decimal_floating_point_literal"
        | "hex_floating_point_literal"
        | "true"
        | "false" => Role::Number,
        "string_literal" | "character_literal" => Role::Text,
        "line_comment" | "block_comment" => Role::Comment,
        "{" | "}" => Role::Brace,
        "block"
        | "constructor_body"
        | "class_body"
        | "interface_body"
        | "enum_body"
        | "enum_body_declarations"
        | "annotation_type_body"
        | "switch_block" => Role::Block,
        _ if kind.ends_with("_statement") => Role::Line,
        _ => Role::Other,
    }
}
