//! Errors, events, configuration, state and effects of an import.

use std::collections::BTreeMap;

use ssot_facts::python::anatomy::Part;
use ssot_model::audit::{Aspect, AtomKind, MatrixRow};

use super::{Bench, row};

/// The aspects with the kinds of atoms that belong to them.
const ASPECTS: [(Aspect, &[AtomKind]); 5] = [
    (Aspect::Error, &[AtomKind::Raise, AtomKind::Handler, AtomKind::Retry, AtomKind::Timeout]),
    (Aspect::Event, &[AtomKind::Event, AtomKind::Log, AtomKind::Metric]),
    (Aspect::Configuration, &[AtomKind::Configuration]),
    (Aspect::State, &[AtomKind::State]),
    (Aspect::Import, &[AtomKind::ImportEffect]),
];

/// One row per error, event, key, piece of state and effect that any member has.
pub(super) fn rows(bench: &Bench<'_>) -> Vec<MatrixRow> {
    ASPECTS.iter().flat_map(|(aspect, kinds)| aspect_rows(bench, *aspect, kinds)).collect()
}

/// One row per entry of a constant.
pub(super) fn entries(bench: &Bench<'_>) -> Vec<MatrixRow> {
    aspect_rows(bench, Aspect::Entry, &[AtomKind::Entry])
}

fn aspect_rows(bench: &Bench<'_>, aspect: Aspect, kinds: &[AtomKind]) -> Vec<MatrixRow> {
    // Subject by subject, and for each column the parts that are about it.
    let mut subjects: BTreeMap<(AtomKind, String), Vec<Vec<&Part>>> = BTreeMap::new();
    for at in bench.columns() {
        for part in bench.specimens[at].parts(kinds) {
            let columns = subjects
                .entry((part.kind, subject(part)))
                .or_insert_with(|| vec![Vec::new(); bench.specimens.len()]);
            columns[at].push(part);
        }
    }
    let made = |((kind, subject), columns): ((AtomKind, String), Vec<Vec<&Part>>)| {
        let texts: Vec<Option<String>> = columns.iter().map(|parts| shown(parts)).collect();
        let keys: Vec<Option<String>> = columns.iter().map(|parts| key(parts)).collect();
        let name = if subject.starts_with(kind.as_str()) || aspect == Aspect::Entry {
            subject
        } else {
            format!("{} {subject}", kind.as_str())
        };
        row(aspect, name, &texts, &keys)
    };
    subjects.into_iter().map(made).collect()
}

/// What tells rows apart: what an atom is about, or the atom itself.
fn subject(part: &Part) -> String {
    let by_head = !part.head.is_empty() && part.kind != AtomKind::Log;
    if by_head { part.head.clone() } else { part.text.clone() }
}

fn shown(parts: &[&Part]) -> Option<String> {
    let first = parts.first()?;
    let more = match parts.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{}{more}", first.text))
}

/// The structures without repetition, in order: how often is no difference here.
fn key(parts: &[&Part]) -> Option<String> {
    let mut hashes: Vec<u64> = parts.iter().map(|part| part.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    (!hashes.is_empty()).then(|| format!("{hashes:x?}"))
}
