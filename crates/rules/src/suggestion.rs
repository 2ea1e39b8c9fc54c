//! What somebody may have meant.

/// Names at most this unlike, as the share of letters that agree, are worth a word.
const ALIKE: f64 = 0.75;

/// The name most like another one, when it is like it at all.
pub(crate) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .filter(|it| it.len().abs_diff(name.len()) * 3 <= name.len())
        .map(|it| (strsim::normalized_damerau_levenshtein(name, it), it))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, it)| it)
}

/// Names, and how many more there are than are shown.
pub(crate) fn listed(names: &[String], shown: usize) -> String {
    let text = names.iter().take(shown).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(shown) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
