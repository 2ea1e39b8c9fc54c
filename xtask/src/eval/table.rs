//! The figures as Markdown.

use std::fmt::Write as _;

use super::bcb::{Column, FALSE, LABELS};

/// What the labels mean.
const TITLES: [&str; LABELS] = [
    "T1: equal but for layout and comments",
    "T2: and for names and literals",
    "VST3: similarity 0.7 and more",
    "ST3: similarity 0.5 to 0.7",
    "T4: similarity below 0.5",
    "false pairs",
];

/// One row per label, one column per contestant.
pub(super) fn pairs(columns: &[Column]) -> String {
    let mut text = String::from("| pairs |");
    for column in columns {
        let _ = write!(text, " {} |", column.title);
    }
    let _ = write!(text, "\n|---|{}\n", "--:|".repeat(columns.len()));
    for (label, title) in TITLES.iter().enumerate() {
        let _ = write!(text, "| {title} |");
        for column in columns {
            let (found, all) = (column.found[label], column.all[label]);
            if label == FALSE {
                let _ = write!(text, " {found} of {all} |");
            } else {
                let share = 100.0 * found as f64 / all.max(1) as f64;
                let _ = write!(text, " {share:.2} % of {all} |");
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Column, pairs};

    #[test]
    fn shares_are_of_what_was_asked() {
        let column =
            Column { title: "x".to_owned(), found: [1, 1, 0, 0, 0, 2], all: [1, 4, 0, 0, 0, 9] };
        let text = pairs(&[column]);
        for line in ["T2: and for names and literals | 25.00 % of 4 |", "false pairs | 2 of 9 |"] {
            assert!(text.contains(line), "{text}");
        }
    }
}
