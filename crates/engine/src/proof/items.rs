//! A file cut into definitions, values and other statements.

use std::borrow::Cow;

use ssot_facts::python::{Kind, OutlineLine, Word};

use super::code::spelled;

/// What a class calls the list of its attributes when its objects have no dictionary.
pub(super) const SLOTS: &str = "__slots__";

/// What is compared of a file: its lines without imports and without the heads of blocks
/// in which only imports stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    lines: Vec<OutlineLine>,
}

/// A definition with everything inside, a value, or one other statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item<'t> {
    /// Its name; none for a statement that gives none.
    pub(super) name: Option<&'t str>,
    /// Whether it is a class.
    pub(super) class: bool,
    /// Whether it is a function or method.
    pub(super) function: bool,
    /// How many of its lines are decorators and the head.
    pub(super) head: usize,
    /// Its lines.
    pub(super) lines: &'t [OutlineLine],
}

impl Text {
    pub(super) fn new(lines: Vec<OutlineLine>) -> Self {
        let mut lines: Vec<OutlineLine> =
            lines.into_iter().filter(|line| line.kind != Kind::Import).collect();
        loop {
            let is_empty = |at: usize| {
                let line: &OutlineLine = &lines[at];
                line.kind == Kind::Statement
                    && line.words.last() == Some(&Word::Other(":".into()))
                    && lines.get(at + 1).is_none_or(|next| next.depth <= line.depth)
            };
            let Some(empty) = (0..lines.len()).rev().find(|at| is_empty(*at)) else { break };
            lines.remove(empty);
        }
        Self { lines }
    }

    /// The items of the file, those in blocks among them.
    pub(super) fn items(&self) -> Vec<Item<'_>> {
        items(&self.lines)
    }

    /// The last item of a name, or the one that covers a line.
    pub(super) fn find(
        &self,
        class: Option<&str>,
        name: &str,
        line: Option<u32>,
    ) -> Option<Item<'_>> {
        let all = self.items().into_iter();
        let among: Vec<Item<'_>> = match class {
            None => all.collect(),
            Some(class) => {
                let of_class = all.filter(|item| item.class && item.name == Some(class));
                of_class.flat_map(|item| item.members()).collect()
            }
        };
        let mut named = among.into_iter().rev().filter(|item| item.name == Some(name));
        named.find(|item| line.is_none_or(|line| item.covers(line)))
    }
}

impl<'t> Item<'t> {
    /// What stands in the body of a class.
    pub(super) fn members(&self) -> Vec<Self> {
        if self.class { items(&self.lines[self.head..]) } else { Vec::new() }
    }

    /// The names in the head of a class, its bases among them.
    pub(super) fn bases(&self) -> impl Iterator<Item = &str> {
        let words = self.lines[..self.head].last().into_iter().flat_map(|line| &line.words);
        words.skip(2).filter_map(|word| match word {
            Word::Chain(name) => Some(name.as_str()),
            Word::Quoted(_) | Word::Other(_) => None,
        })
    }

    /// Whether it says that a class adds no slots, and no dictionary.
    pub(super) fn is_empty_slots(&self) -> bool {
        let said = self.lines.iter().map(|line| spelled(&line.words)).collect::<String>();
        self.name == Some(SLOTS) && said.replace(' ', "") == format!("{SLOTS}=()")
    }

    /// The head of a class without some of its bases.
    pub(super) fn head_without(&self, leave_out: &dyn Fn(&str) -> bool) -> Vec<OutlineLine> {
        let mut lines = self.lines[..self.head].to_vec();
        let Some(head) = lines.last_mut() else { return lines };
        let other = |text: &str| Word::Other(text.into());
        while let Some(at) = head
            .words
            .iter()
            .skip(2)
            .position(|word| matches!(word, Word::Chain(name) if leave_out(name)))
        {
            let at = at + 2;
            let comma = head.words.get(at + 1) == Some(&other(","));
            let after = head.words.get(at - 1) == Some(&other(","));
            match (comma, after) {
                (true, _) => drop(head.words.drain(at..at + 2)),
                (false, true) => drop(head.words.drain(at - 1..=at)),
                (false, false) => drop(head.words.remove(at)),
            }
        }
        let empty = head.words.windows(2).position(|pair| *pair == [other("("), other(")")]);
        if let Some(at) = empty {
            head.words.drain(at..at + 2);
        }
        lines
    }

    /// Whether it only gives a name to what another name stands for: `name = other`.
    pub(super) fn is_alias(&self) -> bool {
        let words = self.lines.first().map_or(&[][..], |line| &line.words);
        matches!(words, [Word::Chain(_), Word::Other(equals), Word::Chain(_)] if equals == "=")
    }

    /// Whether the order of the values in a class is nothing but layout: an enumeration is
    /// looked up by name; where it is walked through, whoever moves values has to look.
    pub(super) fn is_enumeration(&self) -> bool {
        let head = self.lines.get(self.head.saturating_sub(1));
        head.is_some_and(|head| {
            head.words.iter().any(|word| matches!(word, Word::Chain(name) if name.ends_with("Enum") || name.ends_with("Flag")))
        })
    }

    /// Its lines; the annotation of a value says nothing about the value.
    pub(super) fn without_annotation(&self) -> Cow<'t, [OutlineLine]> {
        let [line] = self.lines else { return Cow::Borrowed(self.lines) };
        let colon = Word::Other(":".into());
        let equals = line.words.iter().position(|word| *word == Word::Other("=".into()));
        match equals {
            Some(equals) if !self.function && line.words.get(1) == Some(&colon) => {
                let mut plain = line.clone();
                plain.words.drain(1..equals);
                Cow::Owned(vec![plain])
            }
            _ => Cow::Borrowed(self.lines),
        }
    }

    fn covers(&self, line: u32) -> bool {
        let (Some(first), Some(last)) = (self.lines.first(), self.lines.last()) else {
            return false;
        };
        first.span.start <= line && line <= last.span.end
    }

    /// The line of the file on which it begins.
    pub(super) fn first_line(&self) -> u32 {
        self.lines.first().map_or(0, |line| line.span.start)
    }
}

fn items(lines: &[OutlineLine]) -> Vec<Item<'_>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let start = at;
        while at + 1 < lines.len() && lines[at].kind == Kind::Decorator {
            at += 1;
        }
        let line = &lines[at];
        at += 1;
        let (name, class, function) = match &line.kind {
            Kind::Class(name) => (Some(name.as_str()), true, false),
            Kind::Function(name) => (Some(name.as_str()), false, true),
            Kind::Value(name) => (Some(name.as_str()), false, false),
            Kind::Import | Kind::Decorator | Kind::Statement => (None, false, false),
        };
        let head = at - start;
        if class || function {
            while at < lines.len() && lines[at].depth > line.depth {
                at += 1;
            }
        }
        found.push(Item { name, class, function, head, lines: &lines[start..at] });
    }
    found
}
