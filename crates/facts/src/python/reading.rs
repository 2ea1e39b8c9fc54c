//! What a file says about the objects in it: what calls hand over, which class a parameter
//! is annotated with, which class an attribute is made of.
//!
//! The facts of a file leave this out, because they are kept for every file. It is read
//! from the few files that an audit asks about, and is never stored.

use compact_str::CompactString;
use ruff_python_ast::visitor::source_order::{self, SourceOrderVisitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, ModModule, PySourceType, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};

use super::depth;
use super::names::dotted;
use super::text::LineStarts;

/// The objects of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Every call whose callee ends in a name, in order of the text.
    pub calls: Vec<WrittenCall>,
    /// Parameters of functions and methods that are annotated with a class and never
    /// bound again.
    pub parameters: Vec<Typed>,
    /// Attributes of classes that are annotated with one class, or made of one.
    pub attributes: Vec<Typed>,
}

/// What a call hands over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenCall {
    /// The last name of the callee.
    pub name: CompactString,
    /// The line on which the call begins, counted from one.
    pub line: u32,
    /// The line on which its callee ends.
    pub until: u32,
    /// Values given by position, `*rest` left out.
    pub positional: u32,
    /// Whether `*rest` is given too.
    pub rest: bool,
    /// Names of the values given by name.
    pub keywords: Vec<CompactString>,
    /// Whether `**rest` is given too.
    pub named_rest: bool,
}

/// A name whose class the code states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// The line on which the function or class around it begins, decorators included.
    pub inside: u32,
    /// The parameter or attribute.
    pub name: CompactString,
    /// The class as written, dotted.
    pub class: CompactString,
}

impl Reading {
    /// The class of a parameter of the function that begins on a line.
    pub fn parameter(&self, inside: u32, name: &str) -> Option<&str> {
        typed(&self.parameters, inside, name)
    }

    /// The class of an attribute of the class that begins on a line.
    pub fn attribute(&self, inside: u32, name: &str) -> Option<&str> {
        typed(&self.attributes, inside, name)
    }

    /// The call of a name that is written on a line; none when there are several.
    pub fn call(&self, line: u32, name: &str) -> Option<&WrittenCall> {
        let is_there = |it: &&WrittenCall| it.name == name && (it.line..=it.until).contains(&line);
        let mut found = self.calls.iter().filter(is_there);
        found.next().filter(|_| found.next().is_none())
    }
}

fn typed<'a>(names: &'a [Typed], inside: u32, name: &str) -> Option<&'a str> {
    let found = names.iter().find(|it| it.inside == inside && it.name == name)?;
    Some(&found.class)
}

/// Reads the objects of a file.
pub fn reading(source: &str) -> Reading {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let parsed = ruff_python_parser::parse_unchecked_source(source, PySourceType::Python);
    match depth::stack(parsed.tokens()) {
        None => read(source, parsed),
        Some(bytes) => stacker::grow(bytes, || read(source, parsed)),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "dropping a tree goes as deep as walking it")]
fn read(source: &str, parsed: Parsed<ModModule>) -> Reading {
    let mut reader = Reader {
        lines: LineStarts::new(source),
        reading: Reading::default(),
        class: None,
        functions: 0,
    };
    reader.visit_body(parsed.suite());
    reader.reading
}

struct Reader {
    lines: LineStarts,
    reading: Reading,
    /// The line of the class right around the statement.
    class: Option<u32>,
    /// Functions around the statement.
    functions: usize,
}

impl<'a> SourceOrderVisitor<'a> for Reader {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.class;
        match stmt {
            Stmt::ClassDef(class) => {
                let line = self.lines.line(class.start());
                if self.functions == 0 && outer.is_none() {
                    self.class_of(class, line);
                }
                self.class = Some(line);
                source_order::walk_stmt(self, stmt);
            }
            Stmt::FunctionDef(def) => {
                if self.functions == 0 {
                    let inside = self.lines.line(def.start());
                    let parameters = stated(def).into_iter();
                    let parameters = parameters.map(|(name, class)| Typed { inside, name, class });
                    self.reading.parameters.extend(parameters);
                }
                self.functions += 1;
                self.class = None;
                source_order::walk_stmt(self, stmt);
                self.functions -= 1;
            }
            _ => source_order::walk_stmt(self, stmt),
        }
        self.class = outer;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        source_order::walk_expr(self, expr);
    }
}

impl Reader {
    fn call(&mut self, call: &ast::ExprCall) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        let given = &call.arguments;
        let stars = given.args.iter().filter(|it| it.is_starred_expr()).count();
        let keywords = given.keywords.iter().filter_map(|it| it.arg.as_ref());
        self.reading.calls.push(WrittenCall {
            name: name.into(),
            line: self.lines.line(call.start()),
            until: self.lines.line(call.func.end()),
            positional: u32::try_from(given.args.len() - stars).unwrap_or(u32::MAX),
            rest: stars > 0,
            keywords: keywords.map(|name| name.as_str().into()).collect(),
            named_rest: given.keywords.iter().any(|it| it.arg.is_none()),
        });
    }

    /// The attributes whose class the body or one of the methods states, where all agree.
    fn class_of(&mut self, class: &ast::StmtClassDef, inside: u32) {
        let mut found: FxHashMap<CompactString, FxHashSet<CompactString>> = FxHashMap::default();
        for stmt in &class.body {
            match stmt {
                Stmt::AnnAssign(it) => {
                    if let (Some(name), Some(class)) =
                        (dotted(&it.target), stated_by(&it.annotation))
                    {
                        found.entry(name).or_default().insert(class);
                    }
                }
                Stmt::FunctionDef(def) => {
                    let parameters = stated(def);
                    let mut writes = OwnWrites { parameters: &parameters, found: &mut found };
                    writes.visit_body(&def.body);
                }
                _ => {}
            }
        }
        let mut attributes: Vec<Typed> = found
            .into_iter()
            .filter(|(_, classes)| classes.len() == 1)
            .flat_map(|(name, classes)| classes.into_iter().map(move |it| (name.clone(), it)))
            .filter(|(_, class)| !class.is_empty())
            .map(|(name, class)| Typed { inside, name, class })
            .collect();
        attributes.sort_by(|a, b| a.name.cmp(&b.name));
        self.reading.attributes.extend(attributes);
    }
}

/// What methods assign to attributes of their own object; the empty text stands for what
/// states no class.
struct OwnWrites<'a> {
    parameters: &'a [(CompactString, CompactString)],
    found: &'a mut FxHashMap<CompactString, FxHashSet<CompactString>>,
}

impl OwnWrites<'_> {
    fn write(&mut self, target: &Expr, class: Option<CompactString>) {
        if let Some(name) = dotted(target).as_deref().and_then(|it| it.strip_prefix("self."))
            && !name.contains('.')
        {
            self.found.entry(name.into()).or_default().insert(class.unwrap_or_default());
        }
    }

    fn made(&self, value: &Expr) -> Option<CompactString> {
        match value {
            Expr::Call(call) => dotted(&call.func),
            Expr::Name(name) => {
                let given = self.parameters.iter().find(|(it, _)| *it == name.id.as_str());
                given.map(|(_, class)| class.clone())
            }
            _ => None,
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for OwnWrites<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // Whether it is there yet, not what it is.
            Stmt::Assign(it) if it.value.is_none_literal_expr() => {}
            Stmt::Assign(it) => {
                let class = self.made(&it.value);
                it.targets.iter().for_each(|target| self.write(target, class.clone()));
            }
            Stmt::AnnAssign(it) => self.write(&it.target, stated_by(&it.annotation)),
            Stmt::AugAssign(it) => self.write(&it.target, None),
            _ => {}
        }
        source_order::walk_stmt(self, stmt);
    }
}

/// The parameters of a function that are annotated with a class and never bound again.
fn stated(def: &ast::StmtFunctionDef) -> Vec<(CompactString, CompactString)> {
    let mut bound = Bound::default();
    bound.visit_body(&def.body);
    let given = def.parameters.iter_non_variadic_params();
    given
        .filter_map(|it| {
            let class = stated_by(it.parameter.annotation()?)?;
            Some((CompactString::from(it.parameter.name.as_str()), class))
        })
        .filter(|(name, _)| !bound.0.contains(name))
        .collect()
}

/// Names that a body binds.
#[derive(Default)]
struct Bound(FxHashSet<CompactString>);

impl<'a> SourceOrderVisitor<'a> for Bound {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.ctx != ExprContext::Load
        {
            self.0.insert(name.id.as_str().into());
        }
        source_order::walk_expr(self, expr);
    }
}

/// The class that an annotation states: `T`, `"T"`, `T | None`, `Optional[T]`.
fn stated_by(annotation: &Expr) -> Option<CompactString> {
    match annotation {
        Expr::Name(_) | Expr::Attribute(_) => dotted(annotation),
        Expr::StringLiteral(text) => {
            let text = text.value.to_str().trim();
            let is_name = |it: char| it.is_alphanumeric() || it == '_' || it == '.';
            (!text.is_empty() && text.chars().all(is_name)).then(|| text.into())
        }
        Expr::BinOp(either) if either.op == ast::Operator::BitOr => {
            match (&*either.left, &*either.right) {
                (one, Expr::NoneLiteral(_)) | (Expr::NoneLiteral(_), one) => stated_by(one),
                _ => None,
            }
        }
        Expr::Subscript(of) => {
            let name = dotted(&of.value)?;
            match name.rsplit('.').next() {
                Some("Optional" | "Final") => stated_by(&of.slice),
                Some("Annotated") => stated_by(of.slice.as_tuple_expr()?.elts.first()?),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::reading;

    const SOURCE: &str = r#"
from typing import Optional

def send(queue: "Queue", other: Optional[mail.Box], rest: list[Queue], again: Queue):
    again = other
    queue.put(1, *rest, block=True, **{})

class Desk:
    box: Box | None = None

    def __init__(self, queue: Queue, x):
        self.queue = queue
        self.log = Log("a")
        self.kind = x
        self.two = Log("b")
        self.made = None

    def fill(self):
        self.made = parts.Made()
        self.two = Other()
"#;

    #[test]
    fn the_code_states_classes_of_parameters_and_attributes() {
        let reading = reading(SOURCE);
        let told = |names: &[super::Typed]| -> Vec<String> {
            names.iter().map(|it| format!("{} {} {}", it.inside, it.name, it.class)).collect()
        };
        assert_eq!(
            told(&reading.parameters),
            ["4 queue Queue", "4 other mail.Box", "11 queue Queue"],
            "what is bound again and what is a list of them is left out"
        );
        assert_eq!(
            told(&reading.attributes),
            ["8 box Box", "8 log Log", "8 made parts.Made", "8 queue Queue"]
        );
    }

    #[test]
    fn a_call_tells_what_it_hands_over() {
        let reading = reading(SOURCE);
        let call = reading.call(6, "put").expect("it is there");
        assert_eq!((call.positional, call.rest, call.named_rest), (1, true, true));
        assert_eq!(call.keywords, ["block"]);
        assert!(reading.call(6, "get").is_none());
    }
}
