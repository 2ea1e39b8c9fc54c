//! What is looked for and what takes its place.

use std::fmt;

use ruff_python_ast::Expr;
use ruff_python_stdlib::builtins::is_python_builtin;

use super::super::form;
use super::template::{Code, Template, hole};

/// An import that a replacement needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The dotted name of the module.
    pub module: String,
    /// The name that is taken out of it; none for `import module`.
    pub name: Option<String>,
    /// The name by which the replacement calls it.
    pub bound: String,
}

impl Wanted {
    /// `from module import name`.
    pub fn name(module: &str, name: &str) -> Self {
        Self { module: module.to_owned(), name: Some(name.to_owned()), bound: name.to_owned() }
    }

    /// Reads `a.b`, `import a.b`, `from a import b` or `from a import b as c`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no import: write `a.b` or `from a import b`");
        let words: Vec<&str> = text.split_whitespace().collect();
        let wanted = match words[..] {
            [module] | ["import", module] => Self {
                module: module.to_owned(),
                name: None,
                bound: module.split('.').next().unwrap_or(module).to_owned(),
            },
            ["from", module, "import", name] => Self::name(module, name),
            ["from", module, "import", name, "as", bound] => {
                Self { bound: bound.to_owned(), ..Self::name(module, name) }
            }
            _ => return Err(wrong()),
        };
        let names = [Some(&wanted.module), wanted.name.as_ref(), Some(&wanted.bound)];
        let all = names.into_iter().flatten().all(|name| form::is_importable_name(name));
        if all { Ok(wanted) } else { Err(wrong()) }
    }
}

/// What becomes of a place.
pub(super) enum Outcome {
    /// The template takes its place.
    Replaced { template: Template, wanted: Vec<Wanted> },
    /// It stays, for this reason.
    Stays(String),
}

/// A pattern and what takes its place.
pub struct Substitution {
    pub(super) pattern: Template,
    pub(super) outcome: Outcome,
    /// Holes that only these dotted texts, or what ends in them, may fill.
    pub(super) only: Vec<(String, Vec<String>)>,
    /// What it was made of.
    source: (String, String),
}

impl Substitution {
    /// Reads a pattern, its replacement and the imports that this needs. The error says
    /// what is wrong with which of them.
    pub fn new(pattern: &str, replacement: &str, wanted: Vec<Wanted>) -> Result<Self, String> {
        let parsed = pattern_of(pattern)?;
        let template = Template::parse(replacement)?;
        if let (Code::Expr(_), Code::Stmt(_)) = (parsed.code(), template.code()) {
            return Err(format!(
                "`{replacement}` is a statement and cannot take the place of an expression"
            ));
        }
        for hole in &template.holes {
            if !parsed.holes.iter().any(|it| it.name == hole.name) {
                return Err(format!("`${}` of `{replacement}` is not in the pattern", hole.name));
            }
        }
        for (_, root) in template.roots() {
            let is_known = wanted.iter().any(|it| it.bound == root) || is_builtin(root);
            if !is_known {
                return Err(format!(
                    "`{root}` of `{replacement}` is neither imported nor a builtin: add \
                     `import = \"...\"`"
                ));
            }
        }
        let source = (pattern.to_owned(), replacement.to_owned());
        let outcome = Outcome::Replaced { template, wanted };
        Ok(Self { pattern: parsed, outcome, only: Vec::new(), source })
    }

    /// What fits the pattern stays, for a reason.
    pub fn refusing(pattern: &str, reason: &str) -> Result<Self, String> {
        Ok(Self {
            pattern: pattern_of(pattern)?,
            outcome: Outcome::Stays(reason.to_owned()),
            only: Vec::new(),
            source: (pattern.to_owned(), reason.to_owned()),
        })
    }

    /// What the replacement may import.
    pub fn wanted(&self) -> &[Wanted] {
        match &self.outcome {
            Outcome::Replaced { wanted, .. } => wanted,
            Outcome::Stays(_) => &[],
        }
    }

    /// The same, where a hole may only hold one of these dotted texts, or what ends in one.
    #[must_use]
    pub fn only(mut self, hole: &str, texts: &[String]) -> Self {
        self.only.push((hole.to_owned(), texts.to_vec()));
        self
    }
}

impl fmt::Debug for Substitution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}", self.source.0, self.source.1)
    }
}

/// Two are equal when they were made of the same texts.
impl PartialEq for Substitution {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source && self.only == other.only
    }
}

impl Eq for Substitution {}

fn pattern_of(text: &str) -> Result<Template, String> {
    let template = Template::parse(text)?;
    for (_, root) in template.roots() {
        let is_dotted = text.contains(&format!("{root}."));
        if !is_dotted && !is_builtin(root) {
            return Err(format!(
                "`{root}` of the pattern `{text}` is no builtin: write it with its module"
            ));
        }
    }
    if let Code::Expr(Expr::Name(name)) = template.code()
        && hole(name.id.as_str()).is_some()
    {
        return Err(format!("the pattern `{text}` fits everything"));
    }
    Ok(template)
}

pub(super) fn is_builtin(name: &str) -> bool {
    is_python_builtin(name, 13, false)
}
