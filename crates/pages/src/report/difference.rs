//! Two definitions side by side, aligned line by line.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use ssot_model::Member;

use crate::markup::escaped;
use crate::sources::Sources;
use crate::words::{add, count};

/// Lines of each side that are compared.
const COMPARED: usize = 1500;
/// Rows of a comparison that are shown.
const ROWS: usize = 90;
/// Equal lines shown around a difference.
const CONTEXT: usize = 3;
/// Longest line that is shown, in letters.
const LINE: usize = 220;
/// Lines shown of two that are equal.
const EQUAL: usize = 14;

/// A row of the comparison; lines are counted from the beginning of each side.
#[derive(Debug, PartialEq, Eq)]
enum Row {
    Equal(usize, usize),
    Changed(usize, usize),
    Left(usize),
    Right(usize),
    Gap(usize),
}

/// The comparison of two members; nothing when their text is not known.
pub(super) fn difference(left: &Member, right: &Member, sources: &Sources) -> String {
    let (Some(old), Some(new)) = (sources.lines(left, COMPARED), sources.lines(right, COMPARED))
    else {
        return String::new();
    };
    let rows = rows(&old, &new);
    let is_equal = !rows.iter().any(|row| !matches!(row, Row::Equal(..) | Row::Gap(_)));
    let shown = if is_equal { head(&rows) } else { folded(rows) };
    let mut body = String::new();
    for row in shown.iter().take(ROWS) {
        body.push_str(&drawn(row, (&old, left), (&new, right)));
    }
    if shown.len() > ROWS {
        let hidden = shown.len() - ROWS;
        add(&mut body, gap(&format!("the comparison goes on for {}", count(hidden, "row"))));
    }
    let said = if is_equal { "equal line for line" } else { "line by line" };
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The first two places, {said}\">\n\
         <table class=\"difference\"><colgroup><col class=\"ln\"><col><col class=\"ln\"><col></colgroup><thead><tr><th colspan=\"2\" scope=\"col\">{}</th>\
         <th colspan=\"2\" scope=\"col\">{}</th></tr></thead>\n<tbody>\n{body}</tbody></table></div>\n",
        title(left),
        title(right)
    )
}

/// A few lines of one place.
pub(super) fn excerpt(member: &Member, sources: &Sources) -> String {
    let Some(lines) = sources.lines(member, EQUAL) else { return String::new() };
    let mut body = String::new();
    for (at, line) in lines.iter().enumerate() {
        let number = member.span.start as usize + at;
        let text = escaped(&cut(line));
        add(
            &mut body,
            format!("<tr><td class=\"ln\">{number}</td><td class=\"code\">{text}</td></tr>\n"),
        );
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"The source\">\
         <table class=\"difference single\"><colgroup><col class=\"ln\"><col></colgroup><tbody>\n{body}</tbody></table></div>\n"
    )
}

fn title(member: &Member) -> String {
    escaped(&format!("{}:{}", member.path, member.span.start))
}

fn rows(old: &[&str], new: &[&str]) -> Vec<Row> {
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, old, new) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                rows.extend((0..len).map(|at| Row::Equal(old_index + at, new_index + at)));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                rows.extend((old_index..old_index + old_len).map(Row::Left));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                rows.extend((new_index..new_index + new_len).map(Row::Right));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let both = old_len.min(new_len);
                rows.extend((0..both).map(|at| Row::Changed(old_index + at, new_index + at)));
                rows.extend((old_index + both..old_index + old_len).map(Row::Left));
                rows.extend((new_index + both..new_index + new_len).map(Row::Right));
            }
        }
    }
    rows
}

/// The beginning of what is equal throughout.
fn head(rows: &[Row]) -> Vec<Row> {
    let mut shown: Vec<Row> = rows
        .iter()
        .take(EQUAL)
        .filter_map(|row| match row {
            Row::Equal(old, new) => Some(Row::Equal(*old, *new)),
            _ => None,
        })
        .collect();
    if rows.len() > EQUAL {
        shown.push(Row::Gap(rows.len() - EQUAL));
    }
    shown
}

/// Long equal stretches as one row each.
fn folded(rows: Vec<Row>) -> Vec<Row> {
    let changed: Vec<usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| !matches!(row, Row::Equal(..)))
        .map(|(at, _)| at)
        .collect();
    let mut near = vec![false; rows.len()];
    for at in changed {
        let range = at.saturating_sub(CONTEXT)..(at + CONTEXT + 1).min(rows.len());
        near[range].fill(true);
    }
    let mut shown: Vec<Row> = Vec::new();
    for (row, near) in rows.into_iter().zip(near) {
        match shown.last_mut() {
            _ if near => shown.push(row),
            Some(Row::Gap(lines)) => *lines += 1,
            _ => shown.push(Row::Gap(1)),
        }
    }
    shown
}

fn drawn(row: &Row, old: (&[&str], &Member), new: (&[&str], &Member)) -> String {
    let line = |(lines, _): (&[&str], &Member), at: usize| cut(lines[at]);
    let number = |(_, member): (&[&str], &Member), at: usize| member.span.start as usize + at;
    let cells = |number: usize, text: &str, class: &str| {
        format!("<td class=\"ln\">{number}</td><td class=\"code {class}\">{text}</td>")
    };
    let none = "<td class=\"ln\"></td><td class=\"code none\"></td>";
    let (class, left, right) = match row {
        Row::Gap(lines) => return gap(&format!("{} equal", count(*lines, "line"))),
        Row::Equal(left, right) => {
            let text = escaped(&line(old, *left));
            ("same", cells(number(old, *left), &text, ""), cells(number(new, *right), &text, ""))
        }
        Row::Changed(left, right) => {
            let (from, to) = marked(&line(old, *left), &line(new, *right));
            let (left, right) = (number(old, *left), number(new, *right));
            ("changed", cells(left, &from, "out"), cells(right, &to, "in"))
        }
        Row::Left(left) => {
            let text = escaped(&line(old, *left));
            ("left", cells(number(old, *left), &text, "out"), none.to_owned())
        }
        Row::Right(right) => {
            let text = escaped(&line(new, *right));
            ("right", none.to_owned(), cells(number(new, *right), &text, "in"))
        }
    };
    format!("<tr class=\"{class}\">{left}{right}</tr>\n")
}

fn gap(said: &str) -> String {
    format!("<tr class=\"gap\"><td colspan=\"4\">{said}</td></tr>\n")
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LINE {
        return line.replace('\t', "    ");
    }
    line.chars().take(LINE).chain(['…']).collect()
}

/// Two lines with what differs between them marked.
fn marked(old: &str, new: &str) -> (String, String) {
    let equal = |(a, b): &(char, char)| a == b;
    let shared = |pairs: &mut dyn Iterator<Item = (char, char)>| -> usize {
        pairs.take_while(equal).map(|(letter, _)| letter.len_utf8()).sum()
    };
    let before = shared(&mut old.chars().zip(new.chars()));
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let after = shared(&mut old_rest.chars().rev().zip(new_rest.chars().rev()));
    let mark = |line: &str| {
        let end = line.len() - after;
        let (head, middle, tail) = (&line[..before], &line[before..end], &line[end..]);
        if middle.is_empty() || (head.trim().is_empty() && tail.is_empty()) {
            return escaped(line);
        }
        format!("{}<mark>{}</mark>{}", escaped(head), escaped(middle), escaped(tail))
    };
    (mark(old), mark(new))
}

#[cfg(test)]
mod tests {
    use super::{Row, difference, folded, marked, rows};
    use crate::sample::member;
    use crate::sources::Sources;

    #[test]
    fn lines_stand_beside_their_like() {
        let (old, new) = (["a", "b", "c", "d"], ["a", "x", "c", "d", "e"]);
        let expected = [
            Row::Equal(0, 0),
            Row::Changed(1, 1),
            Row::Equal(2, 2),
            Row::Equal(3, 3),
            Row::Right(4),
        ];
        assert_eq!(rows(&old, &new), expected);
    }

    #[test]
    fn what_is_equal_for_long_is_one_row() {
        let mut all: Vec<Row> = (0..20).map(|at| Row::Equal(at, at)).collect();
        all.push(Row::Left(20));
        let shown = folded(all);
        assert_eq!(
            (shown.len(), &shown[0], shown.last()),
            (5, &Row::Gap(17), Some(&Row::Left(20)))
        );
    }

    #[test]
    fn only_what_differs_in_a_line_is_marked() {
        for (old, new, from, to) in [
            ("f(a, 1)", "f(b, 1)", "f(<mark>a</mark>, 1)", "f(<mark>b</mark>, 1)"),
            (
                "x = \"<\"",
                "x = \">\"",
                "x = &quot;<mark>&lt;</mark>&quot;",
                "x = &quot;<mark>&gt;</mark>&quot;",
            ),
            ("aa", "aaa", "aa", "aa<mark>a</mark>"),
            ("é1", "ü1", "<mark>é</mark>1", "<mark>ü</mark>1"),
            ("one", "two", "one", "two"),
        ] {
            assert_eq!(marked(old, new), (from.to_owned(), to.to_owned()));
        }
    }

    #[test]
    fn source_is_never_markup() {
        let sources = Sources::of(&[("a.py", "x = '</script>'\n"), ("b.py", "x = '<!--'\n")]);
        let (left, right) = (member("a.py", 1, 1, "x"), member("b.py", 1, 1, "x"));
        let told = difference(&left, &right, &sources);
        assert!(told.contains("/script&gt;") && !told.contains("</script"), "{told}");
        assert!(!told.contains("<!--"), "{told}");
    }
}
