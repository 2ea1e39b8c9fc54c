//! The labelled pairs of `BigCloneBench` and what the engine says about them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ssot_facts::{Definition, java};
use ssot_model::DefinitionKind;
use ssot_rules::near_copies::{Form, NearCopies};

/// Labels of the sample, from the nearest pairs to those that are none.
pub(super) const LABELS: usize = 6;
/// The label of false pairs.
pub(super) const FALSE: usize = LABELS - 1;

/// One labelled pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) one: u32,
    pub(super) other: u32,
    /// 0: Type 1, 1: Type 2, 2 to 4: Type 3 and 4 by falling similarity, 5: false.
    pub(super) label: usize,
}

impl Pair {
    /// Whether it belongs to the half that thresholds were chosen on.
    fn is_tuning(self) -> bool {
        let (low, high) = (self.one.min(self.other), self.one.max(self.other));
        let mut crc = flate2::Crc::new();
        crc.update(format!("{low},{high}").as_bytes());
        crc.sum().is_multiple_of(2)
    }
}

/// The sample.
pub(super) struct Data {
    /// The method of each file.
    pub(super) functions: BTreeMap<u32, Definition>,
    /// Where each file is.
    pub(super) files: HashMap<u32, PathBuf>,
    pub(super) pairs: Vec<Pair>,
}

/// How many pairs of each label were taken for copies.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) found: [usize; LABELS],
    pub(super) all: [usize; LABELS],
}

impl Column {
    pub(super) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    pub(super) fn count(&mut self, pair: Pair, found: bool) {
        self.all[pair.label] += 1;
        self.found[pair.label] += usize::from(found);
    }
}

/// Reads the folders of a sample.
pub(super) fn read(directory: &Path) -> Result<Data> {
    let mut data = Data { functions: BTreeMap::new(), files: HashMap::new(), pairs: Vec::new() };
    for folder in entries(directory)?.iter().filter(|path| path.is_dir()) {
        for path in entries(folder)? {
            if path.file_name().is_some_and(|name| name == "clone_labels.txt") {
                data.pairs = labels(&std::fs::read_to_string(&path)?)?;
            } else if path.extension().is_some_and(|extension| extension == "java") {
                let id = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
                let id = id.with_context(|| format!("{} has no number", path.display()))?;
                let facts = java::extract(&std::fs::read(&path)?);
                let is_method = |it: &Definition| it.kind == DefinitionKind::Method;
                let method = facts.definitions.into_iter().find(is_method);
                data.functions.extend(method.map(|method| (id, method)));
                data.files.insert(id, path);
            }
        }
    }
    if data.pairs.is_empty() {
        bail!("{} has no clone_labels.txt", directory.display());
    }
    Ok(data)
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    let list =
        std::fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))?;
    let mut paths = list
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}

/// Lines of `id,id,truth,label`; a number alone is how many there are.
fn labels(text: &str) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let fields: Vec<u32> =
            line.split(',').map(|field| field.trim().parse()).collect::<Result<_, _>>()?;
        if fields.len() == 1 {
            continue;
        }
        let [one, other, _, label] = *fields else { bail!("`{line}` is no labelled pair") };
        let label = label as usize;
        if label >= LABELS {
            bail!("`{line}` has an unknown label");
        }
        pairs.push(Pair { one, other, label });
    }
    Ok(pairs)
}

/// The engine's columns: the half it was tuned on, and the other.
pub(super) fn ours(data: &Data, show_false: bool) -> Vec<Column> {
    let places: HashMap<u32, usize> = data.functions.keys().copied().zip(0..).collect();
    let forms: Vec<Form<'_>> = data.functions.values().map(Form::from).collect();
    let found = NearCopies::find(&forms);
    let mut columns = vec![Column::new("ssot, tuned on"), Column::new("ssot, held out")];
    for pair in &data.pairs {
        let place = |id: u32| places.get(&id).copied();
        let kinship = place(pair.one)
            .zip(place(pair.other))
            .and_then(|(one, other)| found.kinship(one, other));
        if show_false && pair.label == FALSE && kinship.is_some() {
            eprintln!("false pair {} {}: {kinship:?}", pair.one, pair.other);
        }
        columns[usize::from(!pair.is_tuning())].count(*pair, kinship.is_some());
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::labels;

    #[test]
    fn labels_are_read_or_refused() {
        let pairs = labels("2\n1,2,1,0\n3,4,0,5\n\n").expect("both are pairs");
        assert_eq!(pairs.iter().map(|pair| pair.label).collect::<Vec<_>>(), [0, 5]);
        for wrong in ["1,2", "1,2,1,9", "a,b,1,0"] {
            assert!(labels(wrong).is_err(), "{wrong}");
        }
    }
}
