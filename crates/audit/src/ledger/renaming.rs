//! Whether two structures are equal but for the names of local variables.

use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use ssot_facts::python::anatomy::{Callable, END, LOCAL, Statement};

/// One name for another, both ways, the same everywhere in two functions.
pub(super) struct Renaming<'a> {
    /// Local names of the two functions.
    locals: [&'a [CompactString]; 2],
    there: BTreeMap<String, String>,
    back: BTreeMap<String, String>,
    /// Whether names may still be paired that nothing has paired yet.
    learning: bool,
    /// Names that only expressions bind, of either function: they live in one text.
    inner: [BTreeSet<String>; 2],
    /// Parameters of either function: they are paired by what they are, not by use.
    parameters: [BTreeSet<String>; 2],
}

impl<'a> Renaming<'a> {
    /// The names of two functions, as far as both bind them alike: parameters by their
    /// position and a word of their names, and variables whose every binding has its like on the other side.
    pub(super) fn between(one: Option<&'a Callable>, other: Option<&'a Callable>) -> Self {
        let (Some(one), Some(other)) = (one, other) else { return Self::new(&[], &[]) };
        let mut renaming = Self::new(&one.locals, &other.locals);
        renaming.inner = [inner(one), inner(other)];
        renaming.parameters = [one, other]
            .map(|it| it.parameters.iter().map(|parameter| parameter.name.to_string()).collect());
        renaming.pair_parameters(one, other);
        let mut pairs: Vec<(&Statement, Option<&Statement>)> = Vec::new();
        let mut rest = other.statements.as_slice();
        for statement in &one.statements {
            let equal = rest.iter().position(|it| {
                it.depth == statement.depth
                    && renaming.try_on(&statement.normal, &it.normal).is_some()
            });
            pairs.push((statement, equal.map(|at| &rest[at])));
            if let Some(at) = equal {
                rest = &rest[at + 1..];
            }
        }
        renaming.keep_what_is_bound_alike(one, &pairs);
        renaming.learning = false;
        renaming
    }

    fn new(one: &'a [CompactString], other: &'a [CompactString]) -> Self {
        Self {
            locals: [one, other],
            there: BTreeMap::new(),
            back: BTreeMap::new(),
            learning: true,
            inner: [BTreeSet::new(), BTreeSet::new()],
            parameters: [BTreeSet::new(), BTreeSet::new()],
        }
    }

    fn pair_parameters(&mut self, one: &Callable, other: &Callable) {
        let has =
            |callable: &Callable, name: &str| callable.locals.iter().any(|local| local == name);
        for (here, there) in one.parameters.iter().zip(&other.parameters) {
            let resembles = here.kind == there.kind && share_a_word(&here.name, &there.name);
            let is_free = !has(other, &here.name) && !has(one, &there.name);
            if here.name == there.name || resembles && is_free {
                self.there.insert(here.name.to_string(), there.name.to_string());
                self.back.insert(there.name.to_string(), here.name.to_string());
            }
        }
    }

    /// Forgets the pairs of variables that some statement binds without its like.
    fn keep_what_is_bound_alike(
        &mut self,
        one: &Callable,
        pairs: &[(&Statement, Option<&Statement>)],
    ) {
        let is_parameter = |name: &str| one.parameters.iter().any(|it| it.name == name);
        let mut alike: BTreeMap<&str, bool> = BTreeMap::new();
        for (statement, equal) in pairs {
            for name in &statement.bound {
                *alike.entry(name).or_insert(true) &= equal.is_some();
            }
        }
        let kept = |name: &str| is_parameter(name) || alike.get(name).copied().unwrap_or(false);
        self.there.retain(|name, _| kept(name));
        self.back.retain(|_, name| kept(name));
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
        for (one, other) in pairs.iter().filter(|(one, _)| !self.inner[0].contains(one)) {
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
        let is_receiver = |name: &str| matches!(name, "self" | "cls");
        if has(there, one) || has(here, other) || is_receiver(one) || is_receiver(other) {
            return false;
        }
        let is_inner = self.inner[0].contains(one) && self.inner[1].contains(other);
        let given = self.parameters[0].contains(one) || self.parameters[1].contains(other);
        let free = !given && (self.learning || is_inner);
        let known = self.there.get(one).map_or(free, |it| it == other)
            && self.back.get(other).map_or(free, |it| it == one);
        known && pairs.iter().all(|(a, b)| (a == one) == (b == other))
    }
}

/// Whether two names have a word in common: `score` and `overall_score`. What is short
/// says what something is, not which: `agent_id` and `connection_id`.
fn share_a_word(one: &str, other: &str) -> bool {
    one.split('_').any(|word| word.len() > 2 && other.split('_').any(|it| it == word))
}

/// Local names that no statement binds and no caller gives: those of comprehensions.
fn inner(callable: &Callable) -> BTreeSet<String> {
    let is_bound = |name: &CompactString| {
        callable.parameters.iter().any(|it| it.name == *name)
            || callable.statements.iter().any(|it| it.bound.contains(name))
            || matches!(name.as_str(), "self" | "cls")
    };
    callable.locals.iter().filter(|name| !is_bound(name)).map(ToString::to_string).collect()
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
