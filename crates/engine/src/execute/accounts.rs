//! The Ledger gate: what an agent took away, and what it did to tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ssot_audit::{Side, lost_across};
use ssot_facts::{DefinitionId, Index, Role};
use ssot_model::{PackageGroup, RepoPath, TreeId};
use ssot_runtime::git::Repository;

use super::gates::named;
use super::journal::Judgement;
use super::meaning::Inspected;
use super::{Job, Work};

/// Whether all that is gone is named by the package and lives on in what stays; it blocks.
pub(super) fn check(
    job: &Job,
    work: &Work,
    (before, left): Inspected<'_>,
    (after, right): Inspected<'_>,
) -> Judgement {
    let (Some(left), Some(right)) = (&left.index, &right.index) else {
        return Judgement::skipped("the trees were inspected without their facts");
    };
    let of_before = text_of(&job.repository, before);
    let of_after = text_of(&job.repository, after);
    let accounts = Accounts {
        work,
        before: Side { index: left, sources: &of_before },
        after: Side { index: right, sources: &of_after },
    };
    let mut open = Vec::new();
    let mut settled = Vec::new();
    for group in &work.package.groups {
        accounts.group(group, &mut open, &mut settled);
    }
    open.extend(accounts.strays());
    open.extend(accounts.tests());
    if !open.is_empty() {
        let count = open.len();
        return Judgement::new(false, format!("{count} things are open: {}", named(open)));
    }
    let said = if settled.is_empty() {
        "nothing is gone".to_owned()
    } else {
        format!("all of it lives on in what stays: {}", named(settled))
    };
    Judgement::new(true, said)
}

/// The texts of a tree.
fn text_of<'a>(
    repository: &'a Repository,
    tree: &'a TreeId,
) -> impl Fn(&RepoPath) -> Option<Arc<str>> + 'a {
    move |path| {
        let bytes = repository.content_at(tree.as_str(), path).ok().flatten()?;
        Some(Arc::from(String::from_utf8_lossy(&bytes).as_ref()))
    }
}

struct Accounts<'a> {
    work: &'a Work,
    before: Side<'a>,
    after: Side<'a>,
}

impl Accounts<'_> {
    /// What the definitions of one group that are gone have lost.
    fn group(&self, group: &PackageGroup, open: &mut Vec<String>, settled: &mut Vec<String>) {
        let Some(stays) = self.after.index.definition_named(&group.canonical) else {
            open.push(format!("`{}`, which was to stay, is gone", group.canonical));
            return;
        };
        for copy in &group.copies {
            let gone = self.before.index.definition_named(copy);
            let (Some(gone), None) = (gone, self.after.index.definition_named(copy)) else {
                continue;
            };
            let Some(lost) = lost_across(self.before, gone, self.after, stays) else {
                open.push(format!("what `{copy}` contained could not be read"));
                continue;
            };
            let is_answered = |atom: &&ssot_model::audit::Atom| {
                group.answered.iter().any(|it| it.atom == atom.named_within())
            };
            let lost: Vec<String> = lost
                .iter()
                .filter(|atom| !is_answered(atom))
                .map(|atom| format!("{} at {}", atom.named_within(), atom.place))
                .collect();
            if lost.is_empty() {
                settled.push(format!("{copy} in {}", group.canonical));
            } else {
                let (count, stays) = (lost.len(), &group.canonical);
                open.push(format!(
                    "{count} pieces of `{copy}` are nowhere in `{stays}`: {}",
                    named(lost)
                ));
            }
        }
    }

    /// Definitions of written files that are gone and that the package does not name. What
    /// has moved inside of the write set is not gone.
    fn strays(&self) -> Vec<String> {
        let (before, after) = (self.before.index, self.after.index);
        let copies: BTreeSet<&str> = self
            .work
            .package
            .groups
            .iter()
            .flat_map(|group| group.copies.iter().map(String::as_str))
            .collect();
        let is_named = |dotted: &str| {
            copies.iter().any(|copy| {
                dotted.strip_prefix(copy).is_some_and(|it| it.is_empty() || it.starts_with('.'))
            })
        };
        let moved: BTreeSet<(String, u128)> =
            self.written(after).map(|id| digest(after, id)).collect();
        self.written(before)
            .filter(|id| !is_named(&before.dotted(*id)))
            .filter(|id| after.definition_named(&before.dotted(*id)).is_none())
            .filter(|id| !moved.contains(&digest(before, *id)))
            .map(|id| format!("`{}` is gone, which the package does not name", before.dotted(id)))
            .collect()
    }

    /// The definitions of the written files of a tree.
    fn written<'i>(&self, index: &'i Index) -> impl Iterator<Item = DefinitionId> + use<'i> {
        let modules: Vec<_> =
            self.work.package.write_set.iter().filter_map(|path| index.module_at(path)).collect();
        modules.into_iter().flat_map(move |module| {
            let count = index.module(module).facts.definitions.len();
            (0..count as u32).map(move |at| DefinitionId { module, index: at })
        })
    }

    /// Lines of tests that are gone or new and have nothing to do with the names of the
    /// package: an agent has no business with what tests expect.
    fn tests(&self) -> Vec<String> {
        let names = self.names();
        let is_test = |path: &&RepoPath| {
            let module = self.before.index.module_at(path);
            module.is_some_and(|id| self.before.index.module(id).role == Role::Test)
        };
        let written = self.work.package.write_set.iter().filter(is_test);
        written
            .flat_map(|path| {
                let text = |side: Side<'_>| (side.sources)(path).unwrap_or_else(|| Arc::from(""));
                foreign_lines(&text(self.before), &text(self.after), &names)
                    .into_iter()
                    .map(move |line| format!("{path}: `{line}` has nothing to do with the package"))
            })
            .collect()
    }

    /// Words that tell that a line of a test is about the package.
    fn names(&self) -> BTreeSet<String> {
        let groups = self.work.package.groups.iter();
        let dotted = groups.flat_map(|group| group.copies.iter().chain([&group.canonical]));
        dotted
            .flat_map(|name| {
                let mut parts = name.rsplit('.');
                let own = parts.next().map(str::to_owned);
                own.into_iter().chain(parts.next().map(str::to_owned))
            })
            .collect()
    }
}

/// A definition as it can be found again elsewhere: its last name and its structure.
fn digest(index: &Index, id: DefinitionId) -> (String, u128) {
    let definition = index.definition(id);
    (definition.name.to_string(), definition.hash)
}

/// The lines that only one of two texts has and that hold none of some words. Blank lines and
/// the order of lines do not count.
fn foreign_lines(before: &str, after: &str, names: &BTreeSet<String>) -> Vec<String> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in before.lines().map(str::trim).filter(|line| !line.is_empty()) {
        *counts.entry(line).or_default() += 1;
    }
    for line in after.lines().map(str::trim).filter(|line| !line.is_empty()) {
        *counts.entry(line).or_default() -= 1;
    }
    let is_about = |line: &str| words(line).any(|word| names.contains(word));
    counts.retain(|_, count| *count != 0);
    let foreign = counts.keys().filter(|line| !is_about(line)).map(|line| (*line).to_owned());
    foreign.chain(unexpected(&counts)).collect()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// Numbers that lines of a test held and that those in their place do not: what a test expects
/// is not an agent's to change, whatever the line is about.
fn unexpected(counts: &BTreeMap<&str, i64>) -> Option<String> {
    let of = |sign: i64| -> BTreeSet<&str> {
        let lines = counts.iter().filter(|(_, count)| count.signum() == sign);
        let numbers = lines.flat_map(|(line, _)| words(line));
        numbers.filter(|word| word.starts_with(|it: char| it.is_ascii_digit())).collect()
    };
    let (gone, come) = (of(1), of(-1));
    gone.difference(&come).next().map(|number| format!("{number}, which it held"))
}

#[cfg(test)]
mod tests {
    use super::foreign_lines;

    #[test]
    fn only_lines_about_the_package_may_change_in_tests() {
        let names = ["mask".to_owned(), "card".to_owned()].into();
        let foreign = |before: &str, after: &str| foreign_lines(before, after, &names);
        let before = "from card import mask\nassert mask(1) == 2\nassert total == 3\n";
        for (after, expected) in [
            (before, &[][..]),
            ("from pay import mask\nassert mask(1, 4) == 2\n\nassert total == 3\n", &[]),
            (
                "from card import mask\nassert mask(1) == 2\n",
                &["assert total == 3", "3, which it held"],
            ),
            (
                "from card import mask\nassert mask(1) == 7\nassert total == 3\n",
                &["2, which it held"],
            ),
            (
                "from card import mask\nassert mask(1) == 2\nassert total == 4\n",
                &["assert total == 3", "assert total == 4", "3, which it held"],
            ),
        ] {
            assert_eq!(foreign(before, after), expected, "{after}");
        }
    }
}
