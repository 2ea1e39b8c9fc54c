//! One walk over a syntax tree, without recursion: sources may nest deeper than a stack.
//!
//! Every line is written as bytes, twice: exactly, and *blind*, where the names of
//! variables and types and the contents of literals are left out while the names of
//! what is called, created or taken from an object stay. A line is a statement or
//! the head of a compound one.

use compact_str::{CompactString, format_compact};
use ssot_model::{DefinitionKind, Span};
use tree_sitter::{Node, Tree, TreeCursor};
use xxhash_rust::xxh3::{Xxh3, xxh3_64, xxh3_128};

use super::kinds::{Role, role};
use crate::file::{Definition, FileFacts};

/// Definitions inside one another that are looked at; deeper ones belong to the outer.
const DEEPEST: usize = 8;
/// Errors kept for one file; the first few say enough.
const MAX_ERRORS: usize = 5;
/// Stands for the beginning and the end of a block.
const BLOCK: (u8, u8) = (0xfe, 0xff);

/// A definition whose inside is being walked.
struct Open {
    /// Its place among the definitions.
    index: usize,
    /// How deep its node lies, to tell its own name and when it is left.
    depth: usize,
    kind: DefinitionKind,
    exact: Xxh3,
    blind: Xxh3,
    leaves: Vec<u32>,
    shape: Vec<u32>,
    statements: u32,
}

struct Walk<'a> {
    source: &'a str,
    facts: FileFacts,
    /// The roles of the nodes around the current one.
    around: Vec<Role>,
    open: Vec<Open>,
    /// The line that is being read.
    exact: Vec<u8>,
    blind: Vec<u8>,
}

/// Collects the definitions of one file.
pub(super) fn collect(source: &str, tree: &Tree) -> FileFacts {
    let mut walk = Walk {
        source,
        facts: FileFacts { lines: source.lines().count() as u32, ..FileFacts::default() },
        around: Vec::new(),
        open: Vec::new(),
        exact: Vec::new(),
        blind: Vec::new(),
    };
    let mut cursor = tree.walk();
    loop {
        let (role, descends) = walk.enter(&cursor);
        if descends && cursor.goto_first_child() {
            walk.around.push(role);
            continue;
        }
        walk.leave(&cursor, role);
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return walk.facts;
            }
            let role = walk.around.pop().unwrap_or(Role::Other);
            walk.leave(&cursor, role);
        }
    }
}

/// Whether a node makes a line of its own where it stands.
fn is_line(cursor: &TreeCursor<'_>, role: Role) -> bool {
    match role {
        Role::Line => true,
        // `for (int i = 0; ...)`
        Role::Declaration => cursor.field_name() != Some("init"),
        _ => false,
    }
}

impl<'a> Walk<'a> {
    /// The role of the current node, and whether its children are to be walked.
    fn enter(&mut self, cursor: &TreeCursor<'_>) -> (Role, bool) {
        let node = cursor.node();
        let role = role(node);
        match role {
            Role::Comment | Role::Brace => return (role, false),
            Role::Modifiers => {
                self.modifiers(node);
                return (role, false);
            }
            Role::Error => self.error(node),
            Role::Class | Role::Method => {
                self.end_line();
                self.define(node, role);
            }
            Role::Block => self.block(BLOCK.0),
            _ if is_line(cursor, role) => {
                self.end_line();
                self.open.iter_mut().for_each(|open| open.statements += 1);
            }
            _ => {}
        }
        if matches!(role, Role::Number | Role::Text | Role::Name) || node.child_count() == 0 {
            self.token(cursor, role);
            return (role, false);
        }
        (role, true)
    }

    fn leave(&mut self, cursor: &TreeCursor<'_>, role: Role) {
        match role {
            Role::Block => self.block(BLOCK.1),
            Role::Class | Role::Method => self.end_line(),
            _ if is_line(cursor, role) => self.end_line(),
            _ => {}
        }
        let depth = self.around.len();
        if matches!(role, Role::Class | Role::Method)
            && self.open.last().is_some_and(|open| open.depth == depth)
        {
            self.close();
        }
    }

    fn text(&self, node: Node<'_>) -> &'a str {
        self.source.get(node.byte_range()).unwrap_or_default()
    }

    fn token(&mut self, cursor: &TreeCursor<'_>, role: Role) {
        let text = self.text(cursor.node());
        let field = cursor.field_name();
        if role == Role::Name && field == Some("name") && self.is_in_head() {
            // To what encloses it the name is part of the structure, to itself it is not.
            let outer = self.open.len() - 1;
            self.open[..outer].iter_mut().for_each(|open| open.exact.update(text.as_bytes()));
            return;
        }
        self.exact.extend_from_slice(text.as_bytes());
        self.exact.push(0);
        let is_deed = matches!(
            (self.around.last(), field),
            (Some(Role::Call), Some("name"))
                | (Some(Role::Creation), Some("type"))
                | (Some(Role::Access), Some("field"))
        );
        match role {
            Role::Name if is_deed => self.blind.extend_from_slice(text.as_bytes()),
            Role::Name => self.blind.push(1),
            Role::Number => self.blind.push(2),
            Role::Text => self.blind.push(3),
            _ => self.blind.extend_from_slice(text.as_bytes()),
        }
        self.blind.push(0);
    }

    /// Whether the current node is a child of the innermost definition.
    fn is_in_head(&self) -> bool {
        self.open.last().is_some_and(|open| open.depth + 1 == self.around.len())
    }

    fn block(&mut self, edge: u8) {
        self.end_line();
        for open in &mut self.open {
            open.exact.update(&[edge]);
            open.blind.update(&[edge]);
        }
    }

    fn end_line(&mut self) {
        if self.exact.is_empty() {
            return;
        }
        let (exact, blind) = (xxh3_128(&self.exact), xxh3_64(&self.blind));
        self.exact.clear();
        self.blind.clear();
        for open in &mut self.open {
            open.exact.update(&exact.to_le_bytes());
            open.blind.update(&blind.to_le_bytes());
            open.leaves.push(exact as u32);
            open.shape.push(blind as u32);
        }
    }

    /// Annotations are facts of their own; all of it is part of the exact structure.
    fn modifiers(&mut self, node: Node<'_>) {
        let owner = self.open.last().filter(|_| self.is_in_head()).map(|open| open.index);
        for child in node.children(&mut node.walk()) {
            let text = self.text(child);
            self.exact.extend_from_slice(text.as_bytes());
            self.exact.push(0);
            if let (Some(owner), Some(name)) = (owner, text.strip_prefix('@')) {
                let decorator = match name.split_once('(') {
                    Some((name, _)) => format_compact!("{}()", name.trim_end()),
                    None => name.into(),
                };
                self.facts.definitions[owner].decorators.push(decorator);
            }
        }
    }

    fn error(&mut self, node: Node<'_>) {
        if self.facts.errors.len() < MAX_ERRORS {
            let line = node.start_position().row as u32 + 1;
            self.facts.errors.push((line, "this part does not parse".into()));
        }
    }

    /// Opens a definition, unless it is local to a method or nested too deeply.
    fn define(&mut self, node: Node<'_>, role: Role) {
        let outer = self.open.last();
        let is_local = outer.is_some_and(|open| open.kind == DefinitionKind::Method);
        let Some(name) = node.child_by_field_name("name") else { return };
        if is_local || self.open.len() >= DEEPEST {
            return;
        }
        let (kind, owner) = match role {
            Role::Method => (DefinitionKind::Method, outer.map(|open| open.index as u32)),
            _ => (DefinitionKind::Class, None),
        };
        let line = |row: usize| row as u32 + 1;
        let span =
            Span { start: line(node.start_position().row), end: line(node.end_position().row) };
        let parameters = node.child_by_field_name("parameters");
        let definition = Definition {
            name: self.text(name).into(),
            owner,
            span,
            code_lines: span.lines(),
            signature: parameters.map_or("", |list| self.text(list)).into(),
            members: parameters.map_or(Vec::new(), |list| self.parameters(list)),
            ..Definition::empty(kind)
        };
        self.open.push(Open {
            index: self.facts.definitions.len(),
            depth: self.around.len(),
            kind,
            exact: Xxh3::new(),
            blind: Xxh3::new(),
            leaves: Vec::new(),
            shape: Vec::new(),
            statements: 0,
        });
        self.facts.definitions.push(definition);
    }

    /// The names in a parameter list, sorted.
    fn parameters(&self, list: Node<'_>) -> Vec<CompactString> {
        let mut cursor = list.walk();
        let names = list
            .named_children(&mut cursor)
            .filter_map(|parameter| parameter.child_by_field_name("name"));
        let mut names: Vec<CompactString> = names.map(|name| self.text(name).into()).collect();
        names.sort_unstable();
        names
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        open.leaves.sort_unstable();
        let definition = &mut self.facts.definitions[open.index];
        definition.hash = open.exact.digest128();
        definition.blind = open.blind.digest();
        definition.leaves = open.leaves;
        definition.shape = open.shape;
        definition.statements = open.statements;
    }
}
