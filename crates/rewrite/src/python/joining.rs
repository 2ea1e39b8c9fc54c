//! Names that come into an import statement which is there.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;

use super::aliases::aliases_of;
use super::form;
use super::moved::clause_range;
use super::source::SourceFile;
use super::spot::is_pragma;
use crate::edit::Edit;

/// Whether names may come into the list of a statement: a comment that instructs a program
/// is about the names that are there.
pub(super) fn may_join(file: &SourceFile, stmt: &Stmt) -> bool {
    let Stmt::ImportFrom(import) = stmt else { return false };
    let lines = file.line_range(file.lines(stmt));
    let is_star = import.names.iter().any(|alias| alias.name.as_str() == "*");
    !is_star && file.has_own_lines(stmt) && !file.comments(lines).any(is_pragma)
}

/// Whether names that change and names that do not share statements in a file. Sorters of
/// imports keep them apart unless they are told otherwise.
pub(super) fn combines(file: &SourceFile) -> bool {
    file.suite().iter().any(|stmt| {
        let Stmt::ImportFrom(import) = stmt else { return false };
        import.names.len() > 1 && import.names.iter().any(|alias| alias.asname.is_some())
    })
}

/// The edits that put names into the list of a statement which loses some of its own; none
/// when comments in the list would have to move.
pub(super) fn edits(
    file: &SourceFile,
    stmt: &Stmt,
    words: &[String],
    lost: &BTreeSet<usize>,
    longest: usize,
) -> Option<Vec<Edit>> {
    let lines = file.lines(stmt);
    let last = file.line_text(lines.end - 1).chars().count();
    let added: usize = words.iter().map(|word| word.chars().count() + 2).sum();
    let has_room = lines.len() > 1 || last + added <= longest;
    if lost.is_empty() && has_room {
        return Some(inserted(file, stmt, words));
    }
    let range = SourceFile::range(stmt);
    if file.comments(range.clone()).next().is_some() {
        return None;
    }
    let kept = aliases_of(stmt).iter().enumerate().filter(|(at, _)| !lost.contains(at));
    let mut all: Vec<String> =
        kept.map(|(_, alias)| file.text[SourceFile::range(alias)].to_owned()).collect();
    let order = Order::of(&all);
    for word in words {
        let at = order.place(&all, word).unwrap_or(all.len());
        all.insert(at, word.clone());
    }
    let (from, to) = clause_range(file, stmt);
    let text = form::from_import(&file.text[from..to], &all, longest, file.newline());
    Some(vec![Edit::replace(range, text)])
}

/// The names put into the list, which stays as it is laid out.
fn inserted(file: &SourceFile, stmt: &Stmt, words: &[String]) -> Vec<Edit> {
    let aliases = aliases_of(stmt);
    let texts: Vec<String> =
        aliases.iter().map(|alias| file.text[SourceFile::range(alias)].to_owned()).collect();
    let order = Order::of(&texts);
    let own_line = |at: usize| {
        let start = SourceFile::range(&aliases[at]).start;
        let indent = &file.text[file.start_of(file.line(start))..start];
        indent.trim().is_empty().then(|| indent.to_owned())
    };
    let one = |word: &String| {
        if let Some(next) = order.place(&texts, word) {
            let at = SourceFile::range(&aliases[next]).start;
            let text = match own_line(next) {
                Some(indent) => format!("{word},{}{indent}", file.newline()),
                None => format!("{word}, "),
            };
            return Edit::replace(at..at, text);
        }
        let last = aliases.len() - 1;
        let at = SourceFile::range(&aliases[last]).end;
        let text = match own_line(last) {
            Some(indent) => format!(",{}{indent}{word}", file.newline()),
            None => format!(", {word}"),
        };
        Edit::replace(at..at, text)
    };
    words.iter().map(one).collect()
}

/// How the names of a list are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Constants, classes, functions.
    ByKind,
    /// By their letters, capitals or not.
    ByLetters,
    Unsorted,
}

impl Order {
    fn of(names: &[String]) -> Self {
        [Self::ByKind, Self::ByLetters]
            .into_iter()
            .find(|order| names.windows(2).all(|it| order.key(&it[0]) <= order.key(&it[1])))
            .unwrap_or(Self::Unsorted)
    }

    /// The first name that comes behind another one.
    fn place(self, names: &[String], word: &str) -> Option<usize> {
        (self != Self::Unsorted)
            .then(|| names.iter().position(|name| self.key(name) > self.key(word)))
            .flatten()
    }

    fn key(self, name: &str) -> (u8, String) {
        if self == Self::ByLetters { (0, first(name).to_lowercase()) } else { key(name) }
    }
}

fn first(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// Constants, classes, functions: the order of import sorters.
pub(super) fn key(name: &str) -> (u8, String) {
    let first = first(name);
    let has_small = first.contains(|letter: char| letter.is_lowercase());
    let rank = match first.chars().next() {
        Some(letter) if letter.is_uppercase() && !has_small && first.len() > 1 => 0,
        Some(letter) if letter.is_uppercase() => 1,
        _ => 2,
    };
    (rank, first.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use ssot_model::RepoPath;

    use super::{SourceFile, edits};
    use crate::edit;

    #[test]
    fn names_come_where_the_list_wants_them() {
        for (before, words, lost, after) in [
            ("from m import b\n", &["a"][..], &[][..], "from m import a, b\n"),
            ("from m import a  # why\n", &["b"], &[], "from m import a, b  # why\n"),
            ("from m import b, a\n", &["c"], &[], "from m import b, a, c\n"),
            (
                "from m import LIMIT, Thing, make\n",
                &["Other"],
                &[],
                "from m import LIMIT, Other, Thing, make\n",
            ),
            ("from m import ab, Bc, cd\n", &["Be"], &[], "from m import ab, Bc, Be, cd\n"),
            ("from m import a, b\n", &["c"], &[0], "from m import b, c\n"),
            ("from m import a\n", &["c as d"], &[0], "from m import c as d\n"),
            (
                "from m import (\n    a,\n    c,\n)\n",
                &["b", "d"],
                &[],
                "from m import (\n    a,\n    b,\n    c,\n    d,\n)\n",
            ),
            ("from m import (\n    a,\n    c,\n)\n", &["b"], &[0], "from m import b, c\n"),
            (
                "from m import aaaaaaaaaa, bbbbbbbbbb\n",
                &["cccccc"],
                &[],
                "from m import (\n    aaaaaaaaaa,\n    bbbbbbbbbb,\n    cccccc,\n)\n",
            ),
        ] {
            let path = RepoPath::new("a.py").expect("plain");
            let file = SourceFile::parse(&path, before.as_bytes()).expect("it parses");
            let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
            let lost: BTreeSet<usize> = lost.iter().copied().collect();
            let edits = edits(&file, &file.suite()[0], &words, &lost, 40).expect("no comments");
            assert_eq!(edit::apply(&file.text, edits).as_deref(), Ok(after), "{before}");
        }
    }
}
