//! One definition in a file, as its lines.

use ssot_facts::python::{Kind, OutlineLine, Word, extract, outline};
use ssot_model::{DefinitionKind, Span};

/// A file and the part of it that is made wrong.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// The lines of the file.
    pub(super) text: Vec<String>,
    /// The logical lines of the part.
    pub(super) outline: Vec<OutlineLine>,
}

impl Region {
    /// The definition of a name inside a module, `Class.method` for a method.
    pub(super) fn of(source: &str, qualified: &str) -> Option<Self> {
        let facts = extract(source.as_bytes());
        let (class, name) =
            qualified.rsplit_once('.').map_or((None, qualified), |(c, n)| (Some(c), n));
        let owner_of =
            |index: Option<u32>| index.map(|index| facts.definitions[index as usize].name.as_str());
        let found =
            facts.definitions.iter().rfind(|it| it.name == name && owner_of(it.owner) == class)?;
        Some(Self::within(source, found.span))
    }

    /// Some lines of a file.
    pub(super) fn within(source: &str, span: Span) -> Self {
        let inside =
            |line: &OutlineLine| span.start <= line.span.start && line.span.end <= span.end;
        Self {
            text: source.lines().map(str::to_owned).collect(),
            outline: outline(source).into_iter().filter(inside).collect(),
        }
    }

    /// The functions and classes at the top of a file, by name, without constants.
    pub(super) fn names(source: &str) -> Vec<(String, Span)> {
        let facts = extract(source.as_bytes());
        let of_top = facts.definitions.iter().filter(|it| it.owner.is_none());
        let code = of_top.filter(|it| it.kind != DefinitionKind::Constant);
        code.map(|it| (it.name.to_string(), it.span)).collect()
    }

    /// The text of a logical line.
    pub(super) fn written(&self, line: &OutlineLine) -> String {
        self.text[line.span.start as usize - 1..line.span.end as usize].join("\n")
    }

    /// The file with other text in the place of some lines, counted from one.
    pub(super) fn with(&self, first: u32, last: u32, new: &str) -> String {
        let mut lines: Vec<&str> =
            self.text[..first as usize - 1].iter().map(String::as_str).collect();
        lines.extend(new.lines());
        lines.extend(self.text[last as usize..].iter().map(String::as_str));
        lines.join("\n") + "\n"
    }

    /// The file with another text of one logical line.
    pub(super) fn replaced(&self, line: &OutlineLine, new: &str) -> String {
        self.with(line.span.start, line.span.end, new)
    }

    /// The last line of the block that a head opens, and how many lines stand in it.
    pub(super) fn block(&self, head: usize) -> (u32, usize) {
        let depth = self.outline[head].depth;
        let inside = self.outline[head + 1..].iter().take_while(|line| line.depth > depth);
        let count = inside.clone().count();
        (inside.last().unwrap_or(&self.outline[head]).span.end, count)
    }

    /// The white space before a logical line.
    pub(super) fn indent(&self, line: &OutlineLine) -> String {
        let text = &self.text[line.span.start as usize - 1];
        text[..text.len() - text.trim_start().len()].to_owned()
    }
}

/// Whether a logical line begins with a keyword.
pub(super) fn begins(line: &OutlineLine, keyword: &str) -> bool {
    matches!(line.words.first(), Some(Word::Other(word)) if word == keyword)
}

/// Whether a logical line opens a block.
pub(super) fn opens(line: &OutlineLine) -> bool {
    matches!(line.words.last(), Some(Word::Other(word)) if word == ":")
}

/// Whether a logical line is the head of a function.
pub(super) fn is_function(line: &OutlineLine) -> bool {
    matches!(line.kind, Kind::Function(_))
}
