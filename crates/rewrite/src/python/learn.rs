//! What somebody changed by hand, as a pattern and its replacement.
//!
//! Two versions of a file are laid beside each other, statement by statement. Where a pair of
//! statements differs in one expression, that expression is the site. What both versions have
//! of it, the arguments, becomes a hole; names of modules become absolute.

use std::collections::BTreeSet;

use compact_str::CompactString;
use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{AnyNodeRef, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};
use ssot_facts::{Index, ModuleId, Resolution};

use super::sites::chain_of;
use super::source::SourceFile;
use crate::Refused;

/// One version of a file with the index of its tree.
#[derive(Clone, Copy)]
pub struct Version<'a> {
    /// The index.
    pub index: &'a Index,
    /// The file.
    pub module: ModuleId,
    /// Its text.
    pub text: &'a str,
}

/// A site that was changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Learned {
    /// The pattern.
    pub pattern: String,
    /// What took its place.
    pub replacement: String,
    /// What that needs imported.
    pub imports: Vec<String>,
    /// The line before the change, counted from one.
    pub line: u32,
    /// The statement as somebody has changed it, without layout.
    pub after: String,
}

/// A change that is no pattern: its line before, counted from one, and why.
pub type Unlearned = (u32, String);

/// What was changed between two versions of one file.
pub fn learn(
    old: Version<'_>,
    new: Version<'_>,
) -> Result<(Vec<Learned>, Vec<Unlearned>), Refused> {
    let path = &old.index.module(old.module).path;
    let before = SourceFile::parse(path, old.text.as_bytes())?;
    let after = SourceFile::parse(path, new.text.as_bytes())?;
    let mut student = Student {
        old: Side { version: old, file: &before },
        new: Side { version: new, file: &after },
        learned: Vec::new(),
        unlearned: Vec::new(),
    };
    student.blocks(before.suite(), after.suite());
    Ok((student.learned, student.unlearned))
}

/// Collects what statements say.
struct All<'f>(&'f SourceFile, BTreeSet<String>);
impl<'a> SourceOrderVisitor<'a> for All<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        self.1.insert(said(self.0, stmt.range()));
        walk_stmt(self, stmt);
    }
}

/// Every statement of a text without layout: what [`Learned::after`] is looked for in.
pub fn statements(text: &str) -> BTreeSet<String> {
    let Ok(path) = ssot_model::RepoPath::new("a.py") else { return BTreeSet::new() };
    let Ok(file) = SourceFile::parse(&path, text.as_bytes()) else { return BTreeSet::new() };
    let mut all = All(&file, BTreeSet::new());
    file.suite().iter().for_each(|stmt| all.visit_stmt(stmt));
    all.1
}

/// What the code in a range says, without layout, comments and commas behind the last.
fn said(file: &SourceFile, range: TextRange) -> String {
    use ruff_python_ast::token::TokenKind::{Comment, NonLogicalNewline};
    let tokens = file.tokens(range.into());
    let tokens = tokens.filter(|(kind, _)| !matches!(kind, Comment | NonLogicalNewline));
    let words: Vec<&str> = tokens.map(|(_, at)| &file.text[at]).collect();
    let closes = |at: usize| words.get(at).is_some_and(|it| matches!(*it, ")" | "]" | "}"));
    let kept = words.iter().enumerate().filter(|(at, word)| **word != "," || !closes(at + 1));
    kept.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

/// A site.
#[derive(Clone, Copy)]
enum Node<'a> {
    Stmt(&'a Stmt),
    Expr(&'a Expr),
}

impl Ranged for Node<'_> {
    fn range(&self) -> TextRange {
        match self {
            Self::Stmt(stmt) => stmt.range(),
            Self::Expr(expr) => expr.range(),
        }
    }
}

#[derive(Clone, Copy)]
struct Side<'a> {
    version: Version<'a>,
    file: &'a SourceFile,
}

impl Side<'_> {
    fn said(&self, node: impl Ranged) -> String {
        said(self.file, node.range())
    }

    fn written(&self, node: impl Ranged) -> &str {
        &self.file.text[SourceFile::range(&node)]
    }
}

struct Student<'a> {
    old: Side<'a>,
    new: Side<'a>,
    learned: Vec<Learned>,
    unlearned: Vec<Unlearned>,
}

impl<'a> Student<'a> {
    /// Pairs what differs in two blocks. Imports come and go with what needs them.
    fn blocks(&mut self, one: &'a [Stmt], two: &'a [Stmt]) {
        let is_code = |stmt: &&Stmt| !matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
        let one: Vec<&'a Stmt> = one.iter().filter(is_code).collect();
        let two: Vec<&'a Stmt> = two.iter().filter(is_code).collect();
        let keys = |side: &Side<'_>, all: &[&Stmt]| -> Vec<String> {
            all.iter().map(|stmt| side.said(stmt.range())).collect()
        };
        let (left, right) = (keys(&self.old, &one), keys(&self.new, &two));
        let ops = similar::capture_diff_slices(similar::Algorithm::Myers, &left, &right);
        for op in ops.iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
            let (mine, theirs) = (&one[op.old_range()], &two[op.new_range()]);
            if mine.len() == theirs.len() {
                for (a, b) in mine.iter().zip(theirs) {
                    self.pair(a, b);
                }
            } else if let Some(first) = mine.first() {
                self.unlearned.push((self.line(*first), "statements came or went".to_owned()));
            }
        }
    }

    fn line(&self, node: impl Ranged) -> u32 {
        self.old.file.line(node.start().to_usize()) as u32 + 1
    }

    fn pair(&mut self, one: &'a Stmt, two: &'a Stmt) {
        let (mine, theirs) = (children(one.into()), children(two.into()));
        let blocks = |all: &Children<'a>| all.blocks.clone();
        if std::mem::discriminant(one) != std::mem::discriminant(two)
            || mine.exprs.len() != theirs.exprs.len()
            || mine.blocks.len() != theirs.blocks.len()
        {
            return self.site(one, Node::Stmt(one), Node::Stmt(two), two);
        }
        for (a, b) in mine.exprs.iter().zip(&theirs.exprs) {
            if self.old.said(*a) != self.new.said(*b) {
                self.expressions(one, a, b, two);
            }
        }
        for (a, b) in blocks(&mine).into_iter().zip(blocks(&theirs)) {
            self.blocks(a, b);
        }
    }

    /// Goes down to the innermost expressions that differ.
    fn expressions(&mut self, top: &'a Stmt, one: &'a Expr, two: &'a Expr, other: &'a Stmt) {
        let same_kind = std::mem::discriminant(one) == std::mem::discriminant(two);
        let (mine, theirs) = (children(one.into()).exprs, children(two.into()).exprs);
        if same_kind && mine.len() == theirs.len() && self.same_frame(one, &mine, two, &theirs) {
            let mut differ =
                mine.iter().zip(&theirs).filter(|(a, b)| self.old.said(**a) != self.new.said(**b));
            let first = differ.next();
            let callee = match (one, first) {
                (Expr::Call(call), Some((a, _))) => a.range() == call.func.range(),
                _ => false,
            };
            if let (Some((a, b)), None, false) = (first, differ.next(), callee) {
                return self.expressions(top, a, b, other);
            }
        }
        self.site(top, Node::Expr(one), Node::Expr(two), other);
    }

    /// Whether two expressions differ in nothing but what is inside of their children.
    fn same_frame(&self, one: &Expr, mine: &[&Expr], two: &Expr, theirs: &[&Expr]) -> bool {
        let frame = |side: &Side<'_>, whole: &Expr, inner: &[&Expr]| {
            let inside = |at: usize| inner.iter().any(|it| SourceFile::range(*it).contains(&at));
            let tokens = side.file.tokens(SourceFile::range(whole));
            let own = tokens.filter(|(_, at)| !inside(at.start));
            own.map(|(_, at)| side.file.text[at].trim().to_owned())
                .filter(|it| !it.is_empty())
                .collect::<Vec<_>>()
        };
        frame(&self.old, one, mine) == frame(&self.new, two, theirs)
    }

    fn site(&mut self, top: &Stmt, one: Node<'a>, two: Node<'a>, other: &Stmt) {
        let line = self.line(one);
        match self.pattern(one, two) {
            Ok((pattern, replacement, imports)) => self.learned.push(Learned {
                pattern,
                replacement,
                imports: imports.into_iter().collect(),
                line: self.line(top),
                after: self.new.said(other.range()),
            }),
            Err(why) => self.unlearned.push((line, why)),
        }
    }

    fn pattern(
        &self,
        one: Node<'a>,
        two: Node<'a>,
    ) -> Result<(String, String, BTreeSet<String>), String> {
        if let (Node::Expr(Expr::Call(a)), Node::Expr(Expr::Call(b))) = (one, two) {
            let inner = |side: &Side<'_>, arguments: &ruff_python_ast::Arguments| {
                side.said(arguments.range())
            };
            let equal = inner(&self.old, &a.arguments) == inner(&self.new, &b.arguments);
            if equal && !a.arguments.is_empty() {
                let mut imports = BTreeSet::new();
                let func = Writer::old(self, &[]).write(Node::Expr(&a.func))?;
                let called = Writer::new(self, &[], &mut imports).write(Node::Expr(&b.func))?;
                return Ok((format!("{func}($$$ARGS)"), format!("{called}($$$ARGS)"), imports));
            }
        }
        let holes = self.holes(one, two);
        let mut imports = BTreeSet::new();
        let pattern = Writer::old(self, &holes).write(one)?;
        let replacement = Writer::new(self, &holes, &mut imports).write(two)?;
        Ok((pattern, replacement, imports))
    }

    /// The outermost parts of a site that its new version has too, each once.
    fn holes(&self, one: Node<'a>, two: Node<'a>) -> Vec<String> {
        let mut there = BTreeSet::new();
        each(two, &mut |expr| {
            there.insert(self.new.said(expr));
            true
        });
        let mut holes: Vec<String> = Vec::new();
        let whole: TextRange = one.range();
        each(one, &mut |expr| {
            let said = self.old.said(expr);
            let is_hole = expr.range() != whole
                && there.contains(&said)
                && !expr.is_starred_expr()
                && meaning(&self.old, expr).is_none();
            if is_hole && !holes.contains(&said) {
                holes.push(said);
            }
            !is_hole
        });
        holes
    }
}

/// Calls a function for the expressions of a node, outer ones first, as long as it says so.
fn each<'a>(node: Node<'a>, look: &mut dyn FnMut(&'a Expr) -> bool) {
    struct Below<'l, 'a>(&'l mut dyn FnMut(&'a Expr) -> bool);
    impl<'a> SourceOrderVisitor<'a> for Below<'_, 'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if (self.0)(expr) {
                walk_expr(self, expr);
            }
        }
    }
    match node {
        Node::Stmt(stmt) => walk_stmt(&mut Below(look), stmt),
        Node::Expr(expr) => Below(look).visit_expr(expr),
    }
}

/// What a chain of names stands for at the top of its module; none for what is local.
fn meaning(side: &Side<'_>, expr: &Expr) -> Option<CompactString> {
    let (root, rest) = chain_of(expr)?;
    let Version { index, module, .. } = side.version;
    let meanings = index.resolve(module, root);
    match &meanings[..] {
        [Resolution::Builtin(_)] if rest.is_empty() => Some(root.into()),
        [Resolution::Builtin(_) | Resolution::Unknown(_)] | [] => None,
        _ => {
            let base = index.absolute(module, root)?;
            Some(index.canonical(&format!("{base}{rest}")))
        }
    }
}

/// Writes a node with holes and with names that everybody understands.
struct Writer<'w, 'a> {
    side: Side<'a>,
    holes: &'w [String],
    /// What is imported; none where names are absolute.
    imports: Option<&'w mut BTreeSet<String>>,
}

impl<'w, 'a> Writer<'w, 'a> {
    fn old(student: &Student<'a>, holes: &'w [String]) -> Self {
        Self { side: student.old, holes, imports: None }
    }

    fn new(student: &Student<'a>, holes: &'w [String], imports: &'w mut BTreeSet<String>) -> Self {
        Self { side: student.new, holes, imports: Some(imports) }
    }

    fn write(mut self, node: Node<'a>) -> Result<String, String> {
        let mut parts: Vec<(TextRange, String)> = Vec::new();
        let mut wrong = None;
        let mut look = |expr: &'a Expr| {
            let said = self.side.said(expr);
            if let Some(at) = self.holes.iter().position(|hole| *hole == said) {
                parts.push((expr.range(), format!("${}", letter(at))));
                return false;
            }
            let Some((root, _)) = chain_of(expr) else { return true };
            if let Some(text) = self.below_hole(expr) {
                parts.push((expr.range(), text));
                return false;
            }
            match self.name(expr, root) {
                Ok(Some(text)) => parts.push((expr.range(), text)),
                Ok(None) => {}
                Err(why) => wrong = wrong.take().or(Some(why)),
            }
            false
        };
        each(node, &mut look);
        if let Some(why) = wrong {
            return Err(why);
        }
        parts.sort_by_key(|(range, _)| range.start());
        let whole = node.range();
        let (mut text, mut at) = (String::new(), whole.start());
        for (range, part) in parts {
            text.push_str(self.side.written(TextRange::new(at, range.start())));
            text.push_str(&part);
            at = range.end();
        }
        text.push_str(self.side.written(TextRange::new(at, whole.end())));
        if text.contains('\n') {
            text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.contains(['"', '\'']) {
                text = text.replace("( ", "(").replace(", )", ")").replace(" )", ")");
            }
        }
        Ok(text)
    }

    /// An attribute of what is a hole: `$A.url`.
    fn below_hole(&self, expr: &Expr) -> Option<String> {
        let (mut at, mut rest) = (expr, String::new());
        while let Expr::Attribute(attribute) = at {
            rest = format!(".{}{rest}", attribute.attr);
            at = &attribute.value;
            let said = self.side.said(at);
            if let Some(hole) = self.holes.iter().position(|hole| *hole == said) {
                return Some(format!("${}{rest}", letter(hole)));
            }
        }
        None
    }

    /// How a chain of names is written; none when it stays as it is.
    fn name(&mut self, expr: &Expr, root: &str) -> Result<Option<String>, String> {
        let Version { index, module, .. } = self.side.version;
        let known = meaning(&self.side, expr);
        let is_builtin = matches!(index.resolve(module, root)[..], [Resolution::Builtin(_)]);
        if is_builtin {
            return Ok(None);
        }
        let Some(absolute) = known else {
            return Err(format!("`{root}` is local and does not stay"));
        };
        let Some(imports) = &mut self.imports else { return Ok(Some(absolute.to_string())) };
        let it = index.module(module);
        let import = it.facts.imports.iter().find(|import| import.bound == root);
        let said = match import {
            Some(import) => {
                let target = index.import_target(it, import).unwrap_or_default();
                match &import.name {
                    Some(name) if import.aliased => {
                        format!("from {target} import {name} as {root}")
                    }
                    Some(name) => format!("from {target} import {name}"),
                    None if import.aliased => {
                        return Err(format!(
                            "`import {target} as {root}` is no import of a codemod"
                        ));
                    }
                    None => format!("import {target}"),
                }
            }
            None => format!("from {} import {root}", it.name),
        };
        imports.insert(said);
        Ok(None)
    }
}

/// `A`, `B`, and so on.
fn letter(at: usize) -> char {
    char::from(b'A' + u8::try_from(at % 26).unwrap_or(0))
}

/// The expressions and blocks right below a node.
struct Children<'a> {
    exprs: Vec<&'a Expr>,
    blocks: Vec<&'a [Stmt]>,
}

fn children(node: AnyNodeRef<'_>) -> Children<'_> {
    struct Direct<'a>(Children<'a>);
    impl<'a> SourceOrderVisitor<'a> for Direct<'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.0.exprs.push(expr);
        }
        fn visit_body(&mut self, body: &'a [Stmt]) {
            self.0.blocks.push(body);
        }
    }
    let mut direct = Direct(Children { exprs: Vec::new(), blocks: Vec::new() });
    node.visit_source_order(&mut direct);
    direct.0
}

#[cfg(test)]
mod tests;
