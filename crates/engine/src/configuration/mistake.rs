//! Mistakes in a configuration or plan file, shown where they stand.

use std::fmt::Write;
use std::ops::Range;

use crate::EngineError;

/// Something wrong at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// The bytes of the text that it is about.
    pub(crate) span: Range<usize>,
    /// What is wrong and what is expected.
    pub(crate) message: String,
}

impl Mistake {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }
}

/// The line of an offset and the column in it, both counted from one.
pub(crate) fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..floor(text, at)];
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// The nearest offset below that lies between two letters.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The error that shows all mistakes of a file.
pub(crate) fn error(file: &str, text: &str, mistakes: &mut [Mistake]) -> EngineError {
    let count = match mistakes.len() {
        1 => "a mistake".to_owned(),
        more => format!("{more} mistakes"),
    };
    let shown = render(file, text, mistakes);
    EngineError::config(format!("{file} has {count}\n{}", shown.trim_end()))
}

/// All mistakes in order of place: `file:line:column: message`, the line, a mark below it.
fn render(file: &str, text: &str, mistakes: &mut [Mistake]) -> String {
    mistakes.sort_by(|a, b| (a.span.start, &a.message).cmp(&(b.span.start, &b.message)));
    let mut shown = String::new();
    for mistake in mistakes {
        let (line, column) = position(text, mistake.span.start);
        let source = text.lines().nth(line - 1).unwrap_or("");
        let rest = source.chars().count().saturating_sub(column - 1).max(1);
        let end = floor(text, mistake.span.end.max(mistake.span.start));
        let length = text[floor(text, mistake.span.start)..end].chars().count();
        // A tab before the mark is as wide as the tab above it.
        let indent: String = source
            .chars()
            .take(column - 1)
            .map(|letter| if letter == '\t' { '\t' } else { ' ' })
            .collect();
        let marks = "^".repeat(length.clamp(1, rest));
        let (number, gutter) = (line.to_string(), " ".repeat(line.to_string().len()));
        write!(
            shown,
            "\n{file}:{line}:{column}: {}\n {gutter} |\n {number} | {source}\n {gutter} | {indent}{marks}\n",
            mistake.message
        )
        .expect("a string takes everything");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{Mistake, position, render};

    #[test]
    fn a_mistake_is_shown_under_its_line() {
        let text = "[scan]\n\tgröße = \"ä\"\nx = 1";
        assert_eq!(position(text, 8), (2, 2));
        let mut mistakes = [
            Mistake::new(27..28, "second"),
            Mistake::new(8..15, "first"),
            Mistake::new(99..99, "end"),
        ];
        assert_eq!(
            render("ssot.toml", text, &mut mistakes),
            "\nssot.toml:2:2: first\n   |\n 2 | \tgröße = \"ä\"\n   | \t^^^^^\n\
             \nssot.toml:3:5: second\n   |\n 3 | x = 1\n   |     ^\n\
             \nssot.toml:3:6: end\n   |\n 3 | x = 1\n   |      ^\n"
        );
    }
}
