//! What one function would have to be given to be another.
//!
//! Two functions are laid side by side, statement by statement. Where they differ in
//! values that are written out, and in nothing else, those values are what a parameter
//! would hold: the one function is the other once it is called with them.

mod branch;
mod cover;
mod fold;
mod naming;
mod tree;
mod walk;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use compact_str::CompactString;
use ruff_python_ast::{self as ast, NodeKind, PySourceType, Stmt};
use ruff_text_size::Ranged;
use ssot_model::Span;

use super::depth;
pub use branch::{Branch, branch};
pub use cover::{Cover, Member, cover};
use tree::Node;
use walk::Walk;

/// A function or class at the top level of its file, or a method.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The text of the file, without a byte order mark.
    pub source: &'a str,
    /// The lines of the definition, decorators included.
    pub span: Span,
    /// The names that it reads of its module.
    pub free: &'a [CompactString],
}

/// What the kept function must be given to be the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    /// Values that differ. Each would be a new parameter.
    pub holes: Vec<Hole>,
    /// Parameters of the kept function that the other lacks, with what the other has in
    /// their place where that is not the default.
    pub given: Vec<(CompactString, String)>,
    /// The parameters of the other function, in order.
    pub parameters: Vec<Parameter>,
    /// Whether the functions must be awaited.
    pub asynchronous: bool,
    /// Parameters, and `return`, whose types are written differently: as the kept
    /// function has them, and as the other does.
    pub retyped: Vec<(CompactString, String, String)>,
    /// Names of the module that either reads outside of the holes.
    pub shared: BTreeSet<CompactString>,
}

/// A parameter of the other function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: CompactString,
    /// Its name in the kept function.
    pub kept: CompactString,
    /// How a face hands it on: by position, by name, with one star or two.
    pub passing: Passing,
}

/// How an argument is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passing {
    /// By position.
    Position,
    /// By name.
    Name,
    /// `*rest`.
    Star,
    /// `**rest`.
    Stars,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// What a parameter for it would be called.
    pub name: CompactString,
    /// The value in the kept function, as written.
    pub kept: String,
    /// The value in the other function, as written.
    pub other: String,
    /// Where the kept function has it, in bytes from the first line of its span.
    pub places: Vec<Range<usize>>,
    /// The statement that binds the value to that name and does nothing else: it goes
    /// when there is a parameter of its name.
    pub statement: Option<Range<usize>>,
    /// Names of the module that the value reads in the kept function.
    pub reads: Vec<CompactString>,
    /// Names of the module that it reads in the other function.
    pub other_reads: Vec<CompactString>,
}

/// Lays two functions side by side. An error says where they differ in more than
/// values, in words.
pub fn template(kept: Side<'_>, other: Side<'_>) -> Result<Template, String> {
    let (one, two) = (in_block(excerpt(kept)?), in_block(excerpt(other)?));
    let (one, two) = (&*one, &*two);
    let parsed = ruff_python_parser::parse_unchecked_source(one, PySourceType::Python);
    let others = ruff_python_parser::parse_unchecked_source(two, PySourceType::Python);
    let compare = || {
        let (left, right) = (function(parsed.suite())?, function(others.suite())?);
        plain(left, right)?;
        let trees = (
            tree::of_function(one, parsed.tokens(), left),
            tree::of_function(two, others.tokens(), right),
        );
        sides(trees, (left, right), (kept, other), (one, two))
    };
    let deep = depth::stack(parsed.tokens()).into_iter().chain(depth::stack(others.tokens()));
    match deep.max() {
        None => compare(),
        Some(bytes) => stacker::grow(bytes, compare),
    }
}

/// The lines of a method in a block of their own: a text that spans lines keeps its margin.
fn in_block(lines: &str) -> Cow<'_, str> {
    if lines.starts_with([' ', '\t']) {
        Cow::Owned(format!("if True:\n{lines}"))
    } else {
        Cow::Borrowed(lines)
    }
}

/// The lines of a function.
fn excerpt(side: Side<'_>) -> Result<&str, String> {
    let mut starts = std::iter::once(0)
        .chain(side.source.match_indices('\n').map(|(at, _)| at + 1))
        .skip(side.span.start.saturating_sub(1) as usize);
    let start = starts.next().ok_or("the file has changed")?;
    let end = starts.nth(side.span.lines() as usize - 1).unwrap_or(side.source.len());
    Ok(&side.source[start..end])
}

fn function(suite: &[Stmt]) -> Result<&ast::StmtFunctionDef, String> {
    match suite {
        [Stmt::FunctionDef(def)] => Ok(def),
        [Stmt::If(block)] => function(&block.body),
        _ => Err("only functions at the top level of a module are given parameters".to_owned()),
    }
}

/// Neither is wrapped in something, and both are called in the same way.
fn plain(one: &ast::StmtFunctionDef, other: &ast::StmtFunctionDef) -> Result<(), String> {
    if !one.decorator_list.is_empty() || !other.decorator_list.is_empty() {
        return Err("a decorated function is not taken for another".to_owned());
    }
    if one.type_params.is_some() || other.type_params.is_some() {
        return Err("a generic function is not taken for another".to_owned());
    }
    if one.is_async != other.is_async {
        return Err("one must be awaited, the other not".to_owned());
    }
    Ok(())
}

fn sides(
    (mut one, two): (Node, Node),
    (left, right): (&ast::StmtFunctionDef, &ast::StmtFunctionDef),
    (kept, other): (Side<'_>, Side<'_>),
    (kept_text, other_text): (&str, &str),
) -> Result<Template, String> {
    let (parameters, extra) = parameters(&left.parameters, &right.parameters)?;
    let defaults: BTreeMap<CompactString, String> = extra
        .iter()
        .map(|(name, default)| (name.clone(), kept_text[default.clone()].to_owned()))
        .collect();
    let folded = fold::fold(&mut one, &defaults);
    let mut walk = Walk::new((kept.free, other.free), (kept_text, other_text), &defaults);
    for parameter in &parameters {
        walk.pair(&parameter.kept, &parameter.name)?;
    }
    let start = |def: &ast::StmtFunctionDef| def.body[0].range().start().to_usize();
    walk.bodies(&one, &two, (start(left), start(right)))?;
    let asynchronous = left.is_async;
    if yields(&one) {
        return Err("a generator is not taken for another".to_owned());
    }
    if let Some(name) = folded
        .iter()
        .find(|name| walk.given.get(*name).is_some_and(|text| defaults.get(*name) != Some(text)))
    {
        return Err(format!("`{name}` decides a branch and is not {} there", defaults[name]));
    }
    let retyped = retyped((left, right), (kept_text, other_text), &parameters);
    let found = walk.finish(&one, parameters, asynchronous)?;
    if !found.holes.is_empty() && kept_text.starts_with("if True:") {
        return Err("a method gets no parameters".to_owned());
    }
    Ok(Template { retyped, ..found })
}

/// The types that are written differently. What is not written is any type.
fn retyped(
    (left, right): (&ast::StmtFunctionDef, &ast::StmtFunctionDef),
    (kept_text, other_text): (&str, &str),
    parameters: &[Parameter],
) -> Vec<(CompactString, String, String)> {
    let of = |def: &ast::StmtFunctionDef, text: &str, name: &str| -> Option<String> {
        let found = def.parameters.iter().find(|it| it.name().as_str() == name);
        let range = found?.as_parameter().annotation.as_deref()?.range();
        Some(text[range].to_owned())
    };
    let returned = |def: &ast::StmtFunctionDef, text: &str| {
        def.returns.as_deref().map(|it| text[it.range()].to_owned())
    };
    let given = parameters.iter().map(|it| {
        (it.name.clone(), of(left, kept_text, &it.kept), of(right, other_text, &it.name))
    });
    let result = (
        CompactString::const_new("return"),
        returned(left, kept_text),
        returned(right, other_text),
    );
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(|it| !it.is_whitespace() && !matches!(it, '"' | '\''));
        letters.collect()
    };
    let differ = given.chain([result]).filter_map(|(name, one, two)| {
        let (one, two) = (one?, two?);
        (plain(&one) != plain(&two)).then_some((name, one, two))
    });
    differ.collect()
}

type Extra = Vec<(CompactString, Range<usize>)>;

/// The parameters of the other function beside those of the kept one, and those that
/// only the kept one has, which all have a default.
fn parameters(
    kept: &ast::Parameters,
    other: &ast::Parameters,
) -> Result<(Vec<Parameter>, Extra), String> {
    let differ = || Err("the parameters differ".to_owned());
    let mut pairs = Vec::new();
    let mut extra: Extra = Vec::new();
    let add = |it: &ast::ParameterWithDefault, extra: &mut Extra| {
        let default = it.default.as_deref().map(|it| Range::from(it.range()));
        default.map(|default| extra.push((it.parameter.name.as_str().into(), default)))
    };
    if kept.posonlyargs.len() != other.posonlyargs.len()
        || kept.vararg.is_some() != other.vararg.is_some()
        || kept.kwarg.is_some() != other.kwarg.is_some()
        || kept.args.len() < other.args.len()
        || kept.vararg.is_some() && kept.args.len() > other.args.len()
    {
        return differ();
    }
    let positional = kept.posonlyargs.iter().chain(&kept.args);
    let others = other.posonlyargs.iter().chain(&other.args);
    let mut push = |kept: &ast::Parameter, other: &ast::Parameter, passing| {
        let (name, kept) = (other.name.as_str().into(), kept.name.as_str().into());
        pairs.push(Parameter { name, kept, passing });
    };
    for (one, two) in positional.zip(others) {
        push(&one.parameter, &two.parameter, Passing::Position);
    }
    for one in kept.args.iter().skip(other.args.len()) {
        if add(one, &mut extra).is_none() {
            return differ();
        }
    }
    if let (Some(one), Some(two)) = (&kept.vararg, &other.vararg) {
        push(one, two, Passing::Star);
    }
    for two in &other.kwonlyargs {
        let same = |it: &&ast::ParameterWithDefault| {
            it.parameter.name.as_str() == two.parameter.name.as_str()
        };
        match kept.kwonlyargs.iter().find(same) {
            Some(one) => push(&one.parameter, &two.parameter, Passing::Name),
            None => return differ(),
        }
    }
    for one in &kept.kwonlyargs {
        let same = |it: &ast::ParameterWithDefault| {
            it.parameter.name.as_str() == one.parameter.name.as_str()
        };
        if !other.kwonlyargs.iter().any(same) && add(one, &mut extra).is_none() {
            return differ();
        }
    }
    if let (Some(one), Some(two)) = (&kept.kwarg, &other.kwarg) {
        push(one, two, Passing::Stars);
    }
    // What any name may be given to would take the names of new parameters as well.
    if kept.kwarg.is_some() && !extra.is_empty() {
        return differ();
    }
    Ok((pairs, extra))
}

fn yields(function: &Node) -> bool {
    let mut found = false;
    function.walk(&mut |node| {
        found |= matches!(node.kind, NodeKind::ExprYield | NodeKind::ExprYieldFrom);
    });
    found
}

#[cfg(test)]
mod tests {
    use ssot_model::Span;

    use super::{Side, Template, template};
    use crate::python::extract;

    fn compared(one: &str, two: &str) -> Result<Template, String> {
        let facts = [extract(one.as_bytes()), extract(two.as_bytes())];
        let of = |at: usize| facts[at].definitions.last().expect("a function is in the text");
        let side = |source, at: usize| Side {
            source,
            span: Span { start: of(at).span.start, end: of(at).span.end },
            free: &of(at).free,
        };
        template(side(one, 0), side(two, 1))
    }

    fn described(one: &str, two: &str) -> String {
        match compared(one, two) {
            Ok(found) => {
                let holes = found.holes.iter().map(|hole| {
                    let gone = if hole.statement.is_some() { ", bound" } else { "" };
                    let count = hole.places.len();
                    format!("{}: {} or {} x{count}{gone}", hole.name, hole.kept, hole.other)
                });
                let given = found.given.iter().map(|(name, text)| format!("{name}={text}"));
                holes.chain(given).collect::<Vec<_>>().join("; ")
            }
            Err(reason) => reason,
        }
    }

    /// Bodies of `f(a)` in the two functions, and what tells them apart.
    const CASES: [(&str, &str, &str); 15] = [
        ("return g(a, size=3)", "return g(a, size=4)", "size: 3 or 4 x1"),
        ("n = 3\n return a + n", "n = 4\n return a + n", "nothing says what 3 and 4 stand for"),
        ("size = 3\n return size", "size = 4\n return size", "size: 3 or 4 x1, bound"),
        (
            "size = 3\n size += a\n return size",
            "size = 4\n size += a\n return size",
            "the function has a `size` of its own",
        ),
        ("raise E('no')", "raise E('never')", "message: 'no' or 'never' x1"),
        ("return {'kind': 'x', 'n': a}", "return {'kind': 'y', 'n': a}", "kind: 'x' or 'y' x1"),
        ("return JsonNode(a)", "return YamlNode(a)", "node_class: JsonNode or YamlNode x1"),
        ("return h(R.a_url, a)", "return h(R.b_url, a)", "url: R.a_url or R.b_url x1"),
        ("return a.one()", "return a.two()", "`return a.one()` differs in more than a value"),
        ("return g(x=[1])", "return g(x=[a])", "`return g(x=[1])` differs in more than a value"),
        ("return a + x", "return x + a", "`return a + x` differs in more than a value"),
        (
            "for x in a:\n  g(x)\n else:\n  h()",
            "for x in a:\n  g(x)\n  h()",
            "`for x in a:` differs in more than a value",
        ),
        ("'''One.'''\n x: int = a\n return x", "'Two'\n y = a\n return y", ""),
        ("yield g(a, size=1)", "yield g(a, size=2)", "a generator is not taken for another"),
        (
            "return g(a, size=3)",
            "b = a\n return g(b, size=3)",
            "one has statements that the other lacks",
        ),
    ];

    #[test]
    fn values_that_differ_become_parameters_with_the_names_they_have() {
        for (one, two, expected) in CASES {
            let function = |body: &str| format!("def f(a):\n {body}\n");
            assert_eq!(described(&function(one), &function(two)), expected, "{one}\n{two}");
        }
    }

    #[test]
    fn parameters_that_only_one_has_keep_their_defaults() {
        for (one, two, expected) in [
            ("def f(a, b): return a", "def f(a): return a", "the parameters differ"),
            ("class C:\n def f(self): return self.x", "def f(it): return it.x", ""),
            (
                "class C:\n def f(self): return g(self, size=3)",
                "def f(a): return g(a, size=4)",
                "a method gets no parameters",
            ),
            ("def f(a, *, n=3): return g(a, n)", "def f(b): return g(b, 4)", "n=4"),
            ("def f(a, n=3): return g(a, n)", "def f(b): return g(b, 3)", ""),
            ("def f(a, n=3):\n return g(a, n)", "def f(b):\n n = 4\n return g(b, n)", "n=4"),
            (
                "def f(a, k=None):\n if k is not None:\n  a = a * k\n return a",
                "def f(a): return a",
                "",
            ),
            (
                "def f(a, k=None):\n if k is not None:\n  a = a * k\n return a, k",
                "def f(a): return a, 3",
                "`k` decides a branch and is not None there",
            ),
        ] {
            assert_eq!(described(one, two), expected, "{one}\n{two}");
        }
    }
}
