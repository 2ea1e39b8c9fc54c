//! Linearisations next to those of the interpreter, on generated hierarchies.

#![expect(clippy::disallowed_methods, reason = "a real interpreter reads real files")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use ssot_facts::{ClassRef, Hierarchy, Index, Source, python};
use ssot_model::{DefinitionKind, RepoPath};

/// Independent hierarchies, and classes in each.
const HIERARCHIES: u32 = 120;
const CLASSES: u32 = 14;
/// Modules over which the classes of one hierarchy are spread.
const MODULES: u32 = 4;

/// A small generator, the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) as u32) % limit
    }
}

/// The ways in which a class of an earlier module is named in a later one.
fn reference(
    random: &mut Random,
    package: &str,
    module: u32,
    class: u32,
    text: &mut String,
) -> String {
    let alias = format!("B{class}_{}", text.len());
    let (line, name) = match random.below(7) {
        0 => (format!("from {package}.m{module} import C{class}"), format!("C{class}")),
        1 => (format!("from .m{module} import C{class} as {alias}"), alias),
        2 => (format!("import {package}.m{module}"), format!("{package}.m{module}.C{class}")),
        3 => (format!("from . import m{module} as {alias}"), format!("{alias}.C{class}")),
        4 => (format!("from {package}.face{module} import C{class}"), format!("C{class}")),
        5 => (format!("from .m{module} import *"), format!("C{class}")),
        _ => (format!("from .m{module} import C{class}\n{alias} = C{class}"), alias),
    };
    for line in line.lines() {
        let _ = writeln!(text, "try:\n    {line}\nexcept (ImportError, NameError):\n    pass");
    }
    name
}

/// One hierarchy: files by path. What cannot be created is skipped, as are its subclasses.
fn hierarchy(random: &mut Random, package: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    files.insert(format!("{package}/__init__.py"), String::new());
    let home = |class: u32| class * MODULES / CLASSES;
    for class in 0..CLASSES {
        let module = home(class);
        let mut text = files.remove(&format!("{package}/m{module}.py")).unwrap_or_default();
        let mut bases = Vec::new();
        let mut taken = BTreeSet::new();
        for _ in 0..random.below(4).min(class) {
            let base = random.below(class);
            // Twice the same base is an error of its own, and not the common one.
            if !taken.insert(base) && random.below(8) > 0 {
                continue;
            }
            bases.push(if home(base) == module {
                format!("C{base}")
            } else {
                reference(random, package, home(base), base, &mut text)
            });
        }
        if class == 0 {
            text.insert_str(0, "from abc import ABC\nfrom builtins import object as Top\n");
            text.push_str("class Root(ABC): pass\n");
        }
        match random.below(12) {
            0 => bases.push("object".to_owned()),
            1 if module == 0 => bases.push("Top".to_owned()),
            2 => bases.insert(0, "ValueError".to_owned()),
            3 => bases.push("Exception".to_owned()),
            4 if module == 0 => bases.push("Root".to_owned()),
            _ => {}
        }
        let list = bases.join(", ");
        let _ = writeln!(
            text,
            "try:\n    class C{class}({list}): pass\nexcept (TypeError, NameError, AttributeError):\n    pass"
        );
        files.insert(format!("{package}/m{module}.py"), text);
    }
    // Faces pass on what their module has, half of them name by name.
    for module in 0..MODULES {
        let text = if random.below(2) == 0 {
            format!("from .m{module} import *\n")
        } else {
            let line = |class| {
                format!(
                    "try:\n    from .m{module} import C{class}\nexcept ImportError:\n    pass\n"
                )
            };
            (0..CLASSES).filter(|class| home(*class) == module).map(line).collect()
        };
        files.insert(format!("{package}/face{module}.py"), text);
    }
    files
}

const DRIVER: &str = "
import importlib, inspect, sys
sys.path.insert(0, sys.argv[1])
for h in range(int(sys.argv[2])):
    for m in range(int(sys.argv[4])):
        module = importlib.import_module(f'h{h}.m{m}')
        for c in range(int(sys.argv[3])):
            cls = getattr(module, f'C{c}', None)
            if cls is not None and cls.__module__ == module.__name__:
                print(f'h{h}.C{c}', *[k.__name__ for k in inspect.getmro(cls)])
";

#[test]
fn linearisations_are_those_of_the_interpreter() {
    let mut random = Random(20_240_229);
    let root = tempfile::tempdir().expect("temporary directory");
    let mut sources = Vec::new();
    for at in 0..HIERARCHIES {
        for (path, text) in hierarchy(&mut random, &format!("h{at}")) {
            let place = root.path().join(&path);
            std::fs::create_dir_all(place.parent().expect("parent")).expect("directory");
            std::fs::write(place, &text).expect("file");
            let path = RepoPath::new(&path).expect("plain");
            sources.push(Source { path, facts: python::extract(text.as_bytes()) });
        }
    }
    let counts = [HIERARCHIES, CLASSES, MODULES].map(|count| count.to_string());
    let output = Command::new("python3")
        .args(["-I", "-c", DRIVER])
        .arg(root.path())
        .args(counts)
        .output()
        .expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = String::from_utf8(output.stdout).expect("text");
    let expected: Vec<&str> = expected.lines().collect();
    let found = found(&Index::build(sources));
    let differing = found.iter().zip(&expected).find(|(found, expected)| found != *expected);
    assert_eq!(differing, None);
    assert_eq!(found.len(), expected.len());
    let all = (HIERARCHIES * CLASSES) as usize;
    assert!((all / 2..all).contains(&found.len()), "{} of {all} can be created", found.len());
}

fn found(index: &Index) -> Vec<String> {
    let hierarchy = Hierarchy::new(index);
    let mut lines = BTreeMap::new();
    for (id, module, definition) in index.definitions() {
        let number = definition.name.strip_prefix('C').and_then(|it| it.parse::<u32>().ok());
        let (DefinitionKind::Class, Some(number)) = (definition.kind, number) else { continue };
        let (package, module) = module.name.split_once('.').expect("in a package");
        let Ok(order) = hierarchy.linearisation(id) else { continue };
        let names = order.iter().map(|class| match class {
            ClassRef::Internal(id) => index.definition(*id).name.to_string(),
            ClassRef::External(name) => name.trim_start_matches("abc.").to_owned(),
        });
        let names: Vec<String> = names.collect();
        let key = (package[1..].parse::<u32>().expect("a number"), module.to_owned(), number);
        lines.insert(key, format!("{package}.C{number} {}", names.join(" ")));
    }
    lines.into_values().collect()
}
