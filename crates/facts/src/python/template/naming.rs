//! What a parameter for a value would be called. Nothing is made up: the name is one
//! that the code gives the value already.

use compact_str::CompactString;
use ruff_python_ast::NodeKind;

use super::Hole;
use super::tree::Node;

/// A node on the way to a value, and which of its children comes next.
#[derive(Clone, Copy)]
pub(super) struct Ancestor<'n> {
    pub(super) node: &'n Node,
    pub(super) at: usize,
}

/// The name of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: CompactString,
    /// Whether the value is bound to a local variable of that name, and that is all.
    pub(super) binds: bool,
}

/// Methods whose first argument is a message.
const SPEAKING: [&str; 9] =
    ["debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log"];

/// Whether something is a value that can be written in a call: a literal, a dotted
/// name, or a tuple of them. What can be changed is none: a default is made once.
pub(super) fn is_value(node: &Node) -> bool {
    match node.kind {
        NodeKind::ExprStringLiteral
        | NodeKind::ExprBytesLiteral
        | NodeKind::ExprNumberLiteral
        | NodeKind::ExprBooleanLiteral
        | NodeKind::ExprNoneLiteral
        | NodeKind::ExprName => true,
        NodeKind::ExprAttribute => node.dotted().is_some(),
        NodeKind::ExprTuple => node.children.iter().all(is_value),
        NodeKind::ExprUnaryOp => {
            node.children.iter().all(|it| it.kind == NodeKind::ExprNumberLiteral)
        }
        _ => false,
    }
}

/// The names with which the dotted names in a value begin.
pub(super) fn roots(value: &Node) -> Vec<CompactString> {
    let mut names = Vec::new();
    value.walk(&mut |node| {
        if node.kind == NodeKind::ExprName {
            names.extend(node.name().map(CompactString::from));
        }
    });
    names
}

/// Whether the value stands where only a literal or a type may stand, or where a name
/// would mean something else.
pub(super) fn is_fixed(path: &[Ancestor<'_>]) -> bool {
    path.iter().any(|it| {
        matches!(
            it.node.kind,
            NodeKind::PatternMatchValue
                | NodeKind::PatternMatchSingleton
                | NodeKind::PatternMatchSequence
                | NodeKind::PatternMatchMapping
                | NodeKind::PatternMatchClass
                | NodeKind::PatternMatchOr
                | NodeKind::PatternMatchAs
                | NodeKind::StmtClassDef
                | NodeKind::Decorator
                | NodeKind::Parameter
                | NodeKind::StmtExpr
        ) && (it.node.kind != NodeKind::StmtExpr
            || path.last().is_some_and(|last| std::ptr::eq(last.node, it.node)))
    })
}

/// What the code calls the value at this place.
pub(super) fn name(kept: &Node, other: &Node, path: &[Ancestor<'_>]) -> Option<Name> {
    let given = |text: &str| {
        let text = text.trim_start_matches('_');
        is_identifier(text).then(|| Name { text: text.into(), binds: false })
    };
    let parent = path.last()?;
    let children = &parent.node.children;
    match parent.node.kind {
        NodeKind::Keyword => children.first().and_then(Node::name).and_then(given),
        NodeKind::StmtAssign if children.len() == 2 => bound(&children[0], path),
        NodeKind::ExprCompare if children.len() == 2 => {
            children[1 - parent.at].dotted().and_then(|it| given(last(&it)))
        }
        NodeKind::ExprDict => {
            let key = parent.at.checked_sub(1).and_then(|at| children.get(at));
            key.filter(|_| parent.at % 2 == 1).and_then(Node::text).and_then(given)
        }
        NodeKind::Arguments if parent.at == 0 && is_message(path) => given("message"),
        _ => None,
    }
    .or_else(|| common(kept, other).and_then(|it| given(&it)))
}

/// The name of the variable, attribute or key that is assigned to.
fn bound(target: &Node, path: &[Ancestor<'_>]) -> Option<Name> {
    let text: &str = match (target.kind, &*target.children) {
        (NodeKind::ExprName, _) => {
            // Directly in the body of the function, so that it happens on every call.
            let binds = path.len() == 2;
            let text = target.name()?;
            return (binds && is_identifier(text)).then(|| Name { text: text.into(), binds });
        }
        (NodeKind::ExprAttribute, [_, attribute]) => attribute.name()?,
        (NodeKind::ExprSubscript, [_, key]) => key.text()?,
        _ => return None,
    };
    let text = text.trim_start_matches('_');
    is_identifier(text).then(|| Name { text: text.into(), binds: false })
}

/// Whether a call raises an exception or tells the log something.
fn is_message(path: &[Ancestor<'_>]) -> bool {
    let mut above = path.iter().rev().skip(1);
    let Some(call) = above.next().filter(|it| it.node.kind == NodeKind::ExprCall) else {
        return false;
    };
    let raised = above.next().is_some_and(|it| it.node.kind == NodeKind::StmtRaise);
    let function = call.node.children.first().and_then(Node::dotted);
    raised || function.is_some_and(|it| it.contains('.') && SPEAKING.contains(&last(&it)))
}

/// What two names have in common at their ends: `JsonNode` and `YamlNode` are node
/// classes, `LOCAL_TIMEOUT` and `REMOTE_TIMEOUT` timeouts.
fn common(kept: &Node, other: &Node) -> Option<String> {
    let (one, two) = (kept.dotted()?, other.dotted()?);
    let (one, two) = (last(&one), last(&two));
    let (left, right) = (words(one), words(two));
    let ends = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b);
    let mut shared: Vec<&str> = ends.map(|(word, _)| word.as_str()).collect();
    shared.reverse();
    if shared.iter().map(|word| word.len()).sum::<usize>() <= 2 {
        return None;
    }
    let is_class = |name: &str| {
        let name = name.trim_start_matches('_');
        name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
    };
    match (is_class(one), is_class(two)) {
        (true, true) => Some(format!("{}_class", shared.join("_"))),
        (false, false) => Some(shared.join("_")),
        _ => None,
    }
}

/// The words of a name in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let follows_lower = at > 0 && letters[at - 1].is_lowercase();
        let ends_run = at > 0
            && letters[at - 1].is_uppercase()
            && letters.get(at + 1).is_some_and(|it| it.is_lowercase());
        if *letter == '_' || letter.is_uppercase() && (follows_lower || ends_run) {
            words.push(String::new());
        }
        if *letter != '_' {
            words.last_mut().expect("it starts with one").extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Makes sure that a parameter may have the name of a hole.
pub(super) fn settle(hole: &mut Hole, function: &Node) -> Result<(), String> {
    let mut bindings = 0;
    let mut mentions = 0;
    let mut statement = None;
    function.walk(&mut |node| {
        // A keyword of a call and an attribute of an object are names of their own.
        if node.kind == NodeKind::ExprName && node.name() == Some(&hole.name) {
            mentions += 1;
            bindings += usize::from(!node.is_value);
        }
        let is_parameter = matches!(
            node.kind,
            NodeKind::Parameter
                | NodeKind::ExceptHandlerExceptHandler
                | NodeKind::StmtFunctionDef
                | NodeKind::StmtClassDef
                | NodeKind::StmtGlobal
                | NodeKind::StmtNonlocal
                | NodeKind::Alias
        );
        let named = |it: &Node| it.name() == Some(&hole.name);
        if is_parameter && node.children.iter().any(named) {
            mentions += 2;
            bindings += 2;
        }
        if node.kind == NodeKind::StmtAssign
            && node.children.len() == 2
            && named(&node.children[0])
            && Some(&node.children[1].range) == hole.statement.as_ref()
        {
            statement = Some(node.range.clone());
        }
    });
    match (&hole.statement, statement) {
        (Some(_), Some(range)) if bindings == 1 && hole.places.len() == 1 => {
            hole.statement = Some(range);
            Ok(())
        }
        (None, _) if mentions == 0 => Ok(()),
        _ => Err(format!("the function has a `{}` of its own", hole.name)),
    }
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// Words that cannot name a parameter, or would hide what everybody knows.
const TAKEN: [&str; 60] = [
    "false", "none", "true", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield", "self", "cls", "id", "type", "str", "int", "float", "bool", "list", "dict",
    "set", "tuple", "len", "max", "min", "sum", "open", "print", "input", "object", "bytes",
    "range", "map", "filter", "hash",
];

fn is_identifier(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|it| it.is_ascii_lowercase())
        && letters.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
        && text.len() > 1
        && !TAKEN.contains(&text)
}
