//! How the cost of a scan grows with the code: ten times the corpus, many equal
//! functions, one long file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::corpus::Corpus;
use super::measure;
use crate::{sdist, workspace};

/// Copies of the corpus that are scanned together.
const COPIES: usize = 10;

/// One tree, its size, and what is compared: cost per what.
struct Tree {
    name: String,
    directory: PathBuf,
    /// Units of [`Pair::unit`].
    size: f64,
}

/// A small and a large tree of one kind.
struct Pair {
    unit: &'static str,
    small: Tree,
    large: Tree,
}

/// Scans every pair in turns and prints a table.
pub(super) fn table(corpus: &Corpus, working: &Path, rounds: u32) -> Result<String> {
    let directory = working.join("growth");
    sdist::remove(&directory)?;
    let pairs =
        [tenfold(corpus, &directory)?, equal_functions(&directory)?, long_files(&directory)?];
    let mut text = String::from(
        "| tree | size | CPU s | peak MiB | CPU per unit, against the smaller |\n|---|--:|--:|--:|--:|\n",
    );
    for Pair { unit, small, large } in &pairs {
        let mut costs = [Vec::new(), Vec::new()];
        for _ in 0..rounds {
            for (tree, costs) in [small, large].into_iter().zip(&mut costs) {
                costs.push(scan(&tree.directory)?);
            }
        }
        let [small_cost, large_cost] = costs.map(|mut costs| {
            costs.sort_by(|a, b| a.0.total_cmp(&b.0));
            costs[costs.len() / 2]
        });
        let per_unit = |tree: &Tree, cost: (f64, f64)| cost.0 / tree.size;
        let growth = per_unit(large, large_cost) / per_unit(small, small_cost);
        for (tree, cost, growth) in
            [(small, small_cost, String::new()), (large, large_cost, format!("{growth:.2}"))]
        {
            let (name, size) = (&tree.name, tree.size);
            let _ = writeln!(
                text,
                "| {name} | {size:.0} {unit} | {:.2} | {:.0} | {growth} |",
                cost.0, cost.1
            );
        }
    }
    sdist::remove(&directory)?;
    Ok(text)
}

/// CPU seconds and peak MiB of a cold scan.
fn scan(directory: &Path) -> Result<(f64, f64)> {
    let program = workspace::ssot().to_string_lossy().into_owned();
    let arguments = ["scan", ".", "--no-cache", "--quiet", "--format", "json"];
    let command: Vec<String> =
        std::iter::once(program).chain(arguments.map(str::to_owned)).collect();
    let cost = measure::of(&command, directory)?;
    Ok((cost.cpu_seconds, cost.peak_mib))
}

/// The corpus, and ten copies of it whose top-level packages have names of their own, in
/// the folders and in the texts.
fn tenfold(corpus: &Corpus, directory: &Path) -> Result<Pair> {
    let target = directory.join("tenfold");
    let mut bytes = 0;
    for entry in std::fs::read_dir(&corpus.directory)? {
        let release = entry?;
        if !release.file_type()?.is_dir() || release.file_name() == ".git" {
            continue;
        }
        let packages = packages(&release.path())?;
        for copy in 0..COPIES {
            let suffix = format!("_c{copy}");
            let name = release.file_name().to_string_lossy().into_owned();
            let to = target.join(format!("{name}{suffix}"));
            bytes += rename(&release.path(), &to, &packages, &suffix)?;
        }
    }
    let megabytes = |bytes: usize| bytes as f64 / 1e6;
    Ok(Pair {
        unit: "MB",
        small: Tree {
            name: "the corpus".to_owned(),
            directory: corpus.directory.clone(),
            size: megabytes(corpus.bytes),
        },
        large: Tree {
            name: format!("{COPIES} copies of it, packages renamed"),
            directory: target,
            size: megabytes(bytes),
        },
    })
}

/// Names of the packages at the top of a release, or below its `src` or `lib`.
fn packages(release: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for place in [release.to_owned(), release.join("src"), release.join("lib")] {
        let Ok(entries) = std::fs::read_dir(place) else { continue };
        for entry in entries {
            let entry = entry?;
            if entry.path().join("__init__.py").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    Ok(names)
}

/// Copies a tree with other names for its packages; the bytes that were written.
fn rename(from: &Path, to: &Path, packages: &[String], suffix: &str) -> Result<usize> {
    std::fs::create_dir_all(to)?;
    let mut bytes = 0;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let mut name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if packages.contains(&name) {
                name.push_str(suffix);
            }
            bytes += rename(&entry.path(), &to.join(name), packages, suffix)?;
        } else {
            let source = std::fs::read(entry.path())?;
            let text = renamed(&String::from_utf8_lossy(&source), packages, suffix);
            bytes += text.len();
            std::fs::write(to.join(&name), text).with_context(|| name.clone())?;
        }
    }
    Ok(bytes)
}

/// The text with every whole word that names a package made another word.
fn renamed(text: &str, packages: &[String], suffix: &str) -> String {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut out = String::with_capacity(text.len() + text.len() / 50);
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|letter| !is_word(letter)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        out.push_str(before);
        out.push_str(word);
        if packages.iter().any(|package| package == word) {
            out.push_str(suffix);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// A thousand times ten, and a thousand times a hundred copies of one function.
fn equal_functions(directory: &Path) -> Result<Pair> {
    let tree = |files: usize| -> Result<Tree> {
        let place = directory.join(format!("equal-{files}"));
        std::fs::create_dir_all(&place)?;
        for number in 0..files {
            let functions: String = (0..100).map(|at| function(&format!("f{at}"), 1)).collect();
            std::fs::write(place.join(format!("m{number}.py")), functions)?;
        }
        let count = files * 100;
        let name = format!("{count} functions of equal text");
        Ok(Tree { name, directory: place, size: count as f64 })
    };
    Ok(Pair { unit: "functions", small: tree(100)?, large: tree(1000)? })
}

/// One file of different functions.
fn long_files(directory: &Path) -> Result<Pair> {
    let tree = |functions: usize| -> Result<Tree> {
        let place = directory.join(format!("long-{functions}"));
        std::fs::create_dir_all(&place)?;
        let text: String = (0..functions).map(|at| function(&format!("f{at}"), at)).collect();
        std::fs::write(place.join("long.py"), &text)?;
        let lines = text.lines().count();
        let name = format!("one file of {lines} lines");
        Ok(Tree { name, directory: place, size: lines as f64 })
    };
    Ok(Pair { unit: "lines", small: tree(2_000)?, large: tree(20_000)? })
}

fn function(name: &str, number: usize) -> String {
    format!(
        "def {name}(rows, limit):\n    total = {number}\n    for row in rows:\n        if row.size > limit:\n            \
         raise ValueError(row)\n        total += row.size * {number}\n    if total > limit:\n        total = limit\n    \
         return total\n\n"
    )
}
