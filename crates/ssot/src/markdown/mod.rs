//! Results for reviews and issues.

mod audit;
mod map;
mod report;
mod scan;

pub(crate) use audit::audits;
pub(crate) use map::map;
pub(crate) use report::report;
pub(crate) use scan::scan;

use crate::formats::visible;

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    lines.join("<br>").replace('|', "\\|")
}

/// A text as code, whatever it holds.
fn code(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let pad = if text.contains('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", cell(text))
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A sentence whose names stand between backticks; nothing else in it is markup.
fn prose(text: &str) -> String {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd backtick comes from a name: then nothing is code.
    if parts.len().is_multiple_of(2) {
        return plain(&text);
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        1 if !part.is_empty() => code(part),
        _ => plain(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// A text without markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention would call somebody.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{cell, code, prose};

    #[test]
    fn a_text_never_leaves_its_cell() {
        assert_eq!(cell("a | b\nc"), "a \\| b<br>c");
        assert_eq!(code("int | None"), "`int \\| None`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a```b"), "```` a```b ````");
    }

    #[test]
    fn only_names_are_markup() {
        for (text, expected) in [
            ("class `A_b` is", "class `A_b` is"),
            ("a <script> @all [x](y)", "a &lt;script&gt; &#64;all \\[x\\](y)"),
            ("one ` tick <b>", "one \\` tick &lt;b&gt;"),
            ("a\n- b", "a - b"),
        ] {
            assert_eq!(prose(text), expected);
        }
    }
}
