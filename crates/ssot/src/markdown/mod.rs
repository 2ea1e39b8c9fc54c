//! Results for reviews and issues.

mod audit;
mod map;
mod report;

pub(crate) use audit::audits;
pub(crate) use map::map;
pub(crate) use report::report;

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', "<br>")
}

/// A text as code, whatever it holds.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    let pad = if text.contains('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", cell(text))
}

#[cfg(test)]
mod tests {
    use super::{cell, code};

    #[test]
    fn a_text_never_leaves_its_cell() {
        assert_eq!(cell("a | b\nc"), "a \\| b<br>c");
        assert_eq!(code("int | None"), "`int \\| None`");
        assert_eq!(code("a`b"), "`` a`b ``");
    }
}
