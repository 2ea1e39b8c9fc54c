//! What somebody looks for.

use ssot_facts::python;
use ssot_model::DefinitionKind;

use super::entry::{self, Entry};
use crate::words;

/// Something that may exist already.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(super) form: Form,
    /// Words that may stand in a name, sorted.
    words: Box<[u32]>,
}

/// In which form it is described.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Name(Name),
    Signature(Box<Entry>),
    /// Definitions as they would be written.
    Code(Vec<Entry>),
    /// Statements without a definition around them.
    Statements(Box<Entry>),
}

/// A name, or words that describe what is meant.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub(super) text: String,
    /// What stands in front of the last dot.
    pub(super) owner: Option<String>,
    pub(super) words: Box<[u32]>,
    pub(super) core: u32,
}

/// What was given says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No letter in it.
    #[error("`{0}` has no word in it; give a name such as `load_user`, or a few words")]
    NoWords(String),
    /// Neither a signature nor part of one.
    #[error("`{0}` is no signature; give one such as `def load_user(session, id) -> User`")]
    NoSignature(String),
    /// The text does not parse.
    #[error("the code does not parse at line {line}: {message}")]
    NoCode {
        /// Counted from one.
        line: u32,
        /// What the parser says.
        message: String,
    },
    /// The text is too small to recognise anything by it.
    #[error("the code has nothing that could be recognised; give whole statements or a definition")]
    Empty,
}

impl Wanted {
    /// Something with a name: `load_user`, `Session.expire`, or words such as `parse a date`.
    pub fn named(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim().trim_end_matches("()");
        let is_phrase = text.contains(char::is_whitespace);
        let (owner, last) = match text.rsplit_once(['.', ':']).filter(|_| !is_phrase) {
            Some((front, last)) => (front.rsplit(['.', ':', '/']).next(), last),
            None => (None, text),
        };
        let mut words: Vec<String> = words::of_name(last);
        if is_phrase {
            words.retain(|word| !FILLERS.contains(&word.as_str()));
        }
        if words.is_empty() {
            return Err(Unreadable::NoWords(text.to_owned()));
        }
        let joined = words.join("_");
        let name = Name {
            text: last.to_owned(),
            owner: owner.map(str::to_owned),
            words: entry::words_of(&joined),
            core: entry::core_of(&joined),
        };
        Ok(Self::of(Form::Name(name)))
    }

    /// Something with a signature: `def load_user(session, id) -> User`, or without `def`.
    pub fn with_signature(text: &str) -> Result<Self, Unreadable> {
        let line = text.trim().trim_end_matches("...").trim_end().trim_end_matches(':');
        let has_head = ["def ", "async def ", "class "].iter().any(|head| line.starts_with(head));
        let head = if has_head { "" } else { "def " };
        let facts = python::extract(format!("{head}{line}: ...\n").as_bytes());
        match Entry::all(&facts).into_iter().next() {
            Some(entry) if facts.errors.is_empty() => {
                Ok(Self::of(Form::Signature(Box::new(entry))))
            }
            _ => Err(Unreadable::NoSignature(text.trim().to_owned())),
        }
    }

    /// Something with a text: definitions, or statements that could stand in one.
    pub fn written(text: &str) -> Result<Self, Unreadable> {
        let text = dedent(text);
        let facts = python::extract(text.as_bytes());
        let entries = Entry::all(&facts);
        if entries.iter().any(|it| it.statements > 0) {
            return Ok(Self::of(Form::Code(entries)));
        }
        let facts =
            python::extract((FRAME.to_owned() + &lines(text.lines(), "    ", 0)).as_bytes());
        if let Some((line, message)) = facts.errors.first() {
            let line = line.saturating_sub(FRAME.lines().count() as u32).max(1);
            return Err(Unreadable::NoCode { line, message: message.to_string() });
        }
        let entry = |facts| Entry::all(facts).into_iter().next();
        let framed = entry(&facts).zip(entry(&python::extract(FRAME.as_bytes())));
        let statements = framed.map(|(all, frame)| all.without(&frame));
        let statements = statements.filter(|it| it.statements > 0).ok_or(Unreadable::Empty)?;
        Ok(Self::of(Form::Statements(Box::new(statements))))
    }

    /// Each class, function and method of a file, with itself as what is wanted.
    pub fn each(text: &str) -> Vec<(Entry, Self)> {
        let entries = Entry::all(&python::extract(text.as_bytes())).into_iter();
        let written = entries.filter(|it| it.kind != DefinitionKind::Constant);
        written.map(|it| (it.clone(), Self::of(Form::Code(vec![it])))).collect()
    }

    fn of(form: Form) -> Self {
        let words = match &form {
            Form::Name(name) => name.words.to_vec(),
            Form::Signature(entry) => entry.words.to_vec(),
            Form::Code(entries) => entries.iter().flat_map(|it| it.words.to_vec()).collect(),
            Form::Statements(_) => Vec::new(),
        };
        Self { form, words: entry::sorted(words.into_iter()) }
    }

    /// Whether a word stands in a name that was asked for.
    pub(super) fn asks_for(&self, word: u32) -> bool {
        self.words.binary_search(&word).is_ok()
    }
}

/// What statements stand in while they are read: with its docstring it is whole without any.
const FRAME: &str = "def fragment():\n    \"\"\n";

/// Words of a sentence that are not about anything.
const FILLERS: &[&str] = &[
    "a", "an", "the", "of", "for", "to", "from", "in", "on", "with", "by", "and", "or", "that",
    "which", "is", "are", "be", "into", "as", "at",
];

/// The text without the indentation that all its lines have.
fn dedent(text: &str) -> String {
    let written = || text.lines().filter(|line| !line.trim().is_empty());
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let least = written().map(indent).min().unwrap_or(0);
    lines(text.lines(), "", least)
}

/// Lines with something in front, the first `skip` bytes of each left out.
fn lines<'a>(lines: impl Iterator<Item = &'a str>, before: &str, skip: usize) -> String {
    lines.fold(String::new(), |mut text, line| {
        text.push_str(before);
        text.push_str(line.get(skip..).unwrap_or_default());
        text.push('\n');
        text
    })
}
