//! Whether two structures are equal but for the names of local variables.

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::python::anatomy::{Callable, END, LOCAL};

/// One name for another, both ways, the same everywhere in two functions.
pub(super) struct Renaming<'a> {
    /// Local names of the two functions.
    locals: [&'a [CompactString]; 2],
    there: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
}

impl<'a> Renaming<'a> {
    /// The names of two functions, as far as their statements tell: those that are
    /// equal but for names, in the order in which both have them.
    pub(super) fn between(one: Option<&'a Callable>, other: Option<&'a Callable>) -> Self {
        let (Some(one), Some(other)) = (one, other) else { return Self::new(&[], &[]) };
        let mut renaming = Self::new(&one.locals, &other.locals);
        let mut rest = other.statements.as_slice();
        for statement in &one.statements {
            let equal = rest.iter().position(|it| {
                it.depth == statement.depth
                    && renaming.try_on(&statement.normal, &it.normal).is_some()
            });
            if let Some(at) = equal {
                rest = &rest[at + 1..];
            }
        }
        renaming
    }

    fn new(one: &'a [CompactString], other: &'a [CompactString]) -> Self {
        Self { locals: [one, other], there: BTreeMap::new(), back: BTreeMap::new() }
    }

    /// The pairs of names by which `one` becomes `other`; nothing when the structures
    /// differ, or when a name would have to stand for two. What is found is remembered.
    pub(super) fn try_on(&mut self, one: &str, other: &str) -> Option<Vec<(String, String)>> {
        let (one, other) = (pieces(one), pieces(other));
        if one.len() != other.len() {
            return None;
        }
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (at, (one, other)) in one.iter().zip(&other).enumerate() {
            let is_local = at % 2 == 1;
            if !is_local && one != other || is_local && !self.allows(one, other, &pairs) {
                return None;
            }
            let pair = ((*one).to_owned(), (*other).to_owned());
            if is_local && !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        for (one, other) in &pairs {
            self.there.insert(one.clone(), other.clone());
            self.back.insert(other.clone(), one.clone());
        }
        pairs.retain(|(one, other)| one != other);
        Some(pairs)
    }

    /// A name that both functions have stands for itself; the others stand for one name each.
    fn allows(&self, one: &str, other: &str, pairs: &[(String, String)]) -> bool {
        if one == other {
            return true;
        }
        let [here, there] = self.locals;
        let has = |names: &[CompactString], name: &str| names.iter().any(|it| it == name);
        if has(there, one) || has(here, other) {
            return false;
        }
        let known = self.there.get(one).is_none_or(|it| it == other)
            && self.back.get(other).is_none_or(|it| it == one);
        known && pairs.iter().all(|(a, b)| (a == one) == (b == other))
    }
}

/// Structure and local names in turn, the structure first.
fn pieces(normal: &str) -> Vec<&str> {
    normal.split([LOCAL, END]).collect()
}

#[cfg(test)]
mod tests {
    use super::{END, LOCAL, Renaming};

    /// Words with a `'` in front are local names.
    fn marked(text: &str) -> String {
        let word = |word: &str| match word.strip_prefix('\'') {
            Some(name) => format!("{LOCAL}{name}{END}"),
            None => word.to_owned(),
        };
        text.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_name_stands_for_one_name() {
        let (one, other) =
            (["a".into(), "n".into(), "x".into()], ["a".into(), "m".into(), "y".into()]);
        for (left, right, expected) in [
            ("'a < 3", "'a < 3", Some(vec![])),
            ("'n < 3", "'m < 3", Some(vec![("n".to_owned(), "m".to_owned())])),
            ("'n < 4", "'m < 3", None),
            // `a` is a name of both: it cannot stand for another.
            ("'a < 3", "'m < 3", None),
            ("'n < 'x", "'m < 'm", None),
            ("n < 3", "m < 3", None),
        ] {
            let mut renaming = Renaming::new(&one, &other);
            assert_eq!(renaming.try_on(&marked(left), &marked(right)), expected, "{left}");
        }
        let mut renaming = Renaming::new(&one, &other);
        assert!(renaming.try_on(&marked("'n"), &marked("'m")).is_some());
        assert!(renaming.try_on(&marked("'n"), &marked("'y")).is_none());
    }
}
