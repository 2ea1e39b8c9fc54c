//! `cargo xtask mro`: orders of classes of real projects, held against the interpreter's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ssot_facts::{ClassRef, Hierarchy, Index, Source};
use ssot_model::{DefinitionKind, RepoPath};

use super::{list, prepare};
use crate::shell::Run;

/// Fewest classes that must be compared.
const FEWEST: usize = 300;
/// Differences that are printed.
const SHOWN: usize = 20;

/// Imports the modules that a file names, one a line, and prints each of their classes
/// with its order. A module that cannot be imported here is passed over.
const DRIVER: &str = r#"
import importlib, inspect, os, sys
out, sys.stdout = sys.stdout, open(os.devnull, "w")
for name in open(sys.argv[1], encoding="utf-8").read().split():
    try:
        module = importlib.import_module(name)
    except BaseException:
        continue
    for cls in list(vars(module).values()):
        if inspect.isclass(cls) and cls.__module__ == name and "." not in cls.__qualname__:
            order = (f"{it.__module__}.{it.__qualname__}" for it in inspect.getmro(cls))
            print(*order, file=out)
"#;

/// Compares the classes of the quick beds.
pub(crate) fn run(root: &Path) -> Result<()> {
    let working = super::working();
    let beds = list::choose(list::all(root)?, &[], false)?;
    let (mut compared, mut differing) = (0, Vec::new());
    for bed in &beds {
        let prepared = prepare::prepare(bed, root, &working)?;
        let index = index(&prepared.repo)?;
        let orders = interpreter(&index, &prepared.directory)?;
        let found = compare(&index, &orders);
        let Found { compared: count, open, differing: others } = &found;
        println!(
            "{}: {count} orders compared, {} differ, {open} not known",
            bed.name,
            others.len()
        );
        compared += count;
        differing.extend(found.differing);
    }
    for (ours, theirs) in differing.iter().take(SHOWN) {
        println!("ours   {}\ntheirs {}", ours.join(" "), theirs.join(" "));
    }
    if !differing.is_empty() || compared < FEWEST {
        let differing = differing.len();
        bail!("{differing} of {compared} orders differ; at least {FEWEST} are compared");
    }
    println!("{compared} orders of classes are those of the interpreter");
    Ok(())
}

/// The facts of every Python file below a directory.
fn index(repo: &Path) -> Result<Index> {
    let mut sources = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(directory) = open.pop() {
        let entries = std::fs::read_dir(repo.join(&directory))
            .with_context(|| format!("reading {}", repo.join(&directory).display()))?;
        for entry in entries {
            let entry = entry?;
            let path = directory.join(entry.file_name());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if entry.file_type()?.is_dir() && !hidden {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "py") {
                let facts = ssot_facts::python::extract(&std::fs::read(repo.join(&path))?);
                let path = path.to_string_lossy().replace('\\', "/");
                sources.push(Source { path: RepoPath::new(&path)?, facts });
            }
        }
    }
    Ok(Index::build(sources))
}

/// What the interpreter says: the order of each class, by its dotted name.
fn interpreter(index: &Index, directory: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let production = index.modules().filter(|(_, it)| it.role == ssot_facts::Role::Production);
    let names: Vec<String> = production.map(|(_, module)| module.name.to_string()).collect();
    let list = directory.join("modules.txt");
    std::fs::write(&list, names.join("\n")).with_context(|| format!("{}", list.display()))?;
    let printed = Run::new(directory.join("venv/bin/python"))
        .args(["-W", "ignore", "-c", DRIVER])
        .arg(&list)
        .directory(directory)
        .output()?;
    let order = |line: &str| -> Option<(String, Vec<String>)> {
        let order: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Some((order.first()?.clone(), order))
    };
    Ok(printed.lines().filter_map(order).collect())
}

/// What a comparison found.
#[derive(Default)]
struct Found {
    /// Orders of which every class of the project knows its bases.
    compared: usize,
    /// Orders that we say are not known as a whole.
    open: usize,
    /// Ours and the interpreter's, where they differ.
    differing: Vec<(Vec<String>, Vec<String>)>,
}

/// Compares our orders with the interpreter's.
///
/// Classes of the project are compared in every order. Those from elsewhere are
/// compared where all of them are known: what `requests.Session` inherits is not in
/// this repository. `Generic` and `Protocol` have no place of their own.
fn compare(index: &Index, orders: &BTreeMap<String, Vec<String>>) -> Found {
    let hierarchy = Hierarchy::new(index);
    let classes = index.definitions().filter(|(_, _, it)| it.kind == DefinitionKind::Class);
    let mut ids: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (id, _, _) in classes {
        ids.entry(index.dotted(id)).or_default().push(id);
    }
    let internal: BTreeSet<&str> = ids.keys().map(String::as_str).collect();
    let mut found = Found::default();
    for (name, ids) in &ids {
        // A name with two definitions stands for the one that ran last.
        let ([id], Some(theirs)) = (ids.as_slice(), orders.get(name)) else { continue };
        let whole = hierarchy.is_closed(*id);
        let counts = |name: &str| {
            let name = name.trim_start_matches("builtins.");
            let erased = matches!(name, "typing.Generic" | "typing.Protocol");
            !erased && (whole || internal.contains(name))
        };
        let kept = |order: &[String]| -> Vec<String> {
            let kept = order.iter().filter(|name| counts(name));
            kept.map(|name| name.trim_start_matches("builtins.").to_owned()).collect()
        };
        let order = hierarchy.linearisation(*id);
        let unknown = |class: &ClassRef| class.internal().is_some() && !hierarchy.is_known(class);
        if order.as_ref().is_ok_and(|order| order.iter().any(unknown)) {
            found.open += 1;
            continue;
        }
        let ours: Vec<String> = match order {
            Ok(order) => order.iter().map(|class| class.dotted(index)).collect(),
            Err(_) => Vec::new(),
        };
        let (ours, theirs) = (kept(&ours), kept(theirs));
        found.compared += 1;
        if ours != theirs {
            found.differing.push((ours, theirs));
        }
    }
    found
}
