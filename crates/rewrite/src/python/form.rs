//! How an import of one module by another is written.

use ssot_facts::{Index, Module, ModuleId};

use crate::Refused;

/// Words that cannot be names.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Whether a dotted name can be written in an import statement.
pub(super) fn is_importable_name(dotted: &str) -> bool {
    dotted.split('.').all(|part| {
        let mut chars = part.chars();
        chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_')
            && !KEYWORDS.contains(&part)
    })
}

/// The dotted name by which a module is imported.
pub(super) fn importable(index: &Index, id: ModuleId) -> Result<&str, Refused> {
    let module = index.module(id);
    if is_importable_name(&module.name) && index.module_named(&module.name) == Some(id) {
        Ok(&module.name)
    } else {
        Err(Refused::NotImportable { path: module.path.clone(), module: module.name.to_string() })
    }
}

/// Whether the file itself prefers relative imports inside its own project.
pub(super) fn prefers_relative(index: &Index, module: &Module) -> bool {
    let top = top_of(&module.name);
    let inside = module.facts.imports.iter().filter(|import| {
        import.level > 0 || top_of(&import.module) == top && index.is_internal(&import.module)
    });
    let (relative, absolute): (Vec<_>, Vec<_>) = inside.partition(|import| import.level > 0);
    relative.len() > absolute.len()
}

/// What stands between `from` and `import`: relative when that is asked for and
/// both modules lie in one top-level package.
pub(super) fn from_clause(importer: &Module, target: &str, relative: bool) -> String {
    let package = importer.package();
    if !relative || package.is_empty() || top_of(package) != top_of(target) {
        return target.to_owned();
    }
    let mut here = package.split('.').peekable();
    let mut there = target.split('.').peekable();
    while here.peek().is_some() && here.peek() == there.peek() {
        here.next();
        there.next();
    }
    let dots = ".".repeat(here.count() + 1);
    format!("{dots}{}", there.collect::<Vec<_>>().join("."))
}

/// A name in an import statement. One that is there for others alone says so.
pub(super) fn word(name: &str, bound: &str, for_others: bool) -> String {
    if name == bound && !for_others { name.to_owned() } else { format!("{name} as {bound}") }
}

/// An import with the comment that keeps linters from removing a name that is there for
/// others alone, where the form of the name does not say so.
pub(super) fn marked(line: String, name: &str, bound: &str, for_others: bool) -> String {
    if for_others && name != bound { format!("{line}  # noqa: F401") } else { line }
}

/// `from ... import ...`, over several lines where one would be too long.
pub(super) fn from_import(clause: &str, words: &[String], longest: usize, newline: &str) -> String {
    let line = format!("from {clause} import {}", words.join(", "));
    if line.chars().count() <= longest {
        return line;
    }
    let words: Vec<String> = words.iter().map(|word| format!("    {word},{newline}")).collect();
    format!("from {clause} import ({newline}{})", words.concat())
}

fn top_of(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_importable_name;

    #[test]
    fn names_of_modules_must_be_names() {
        for (name, importable) in [
            ("app.core", true),
            ("app._x9", true),
            ("größe.maß", true),
            ("app.9x", false),
            ("my-app.core", false),
            ("app.class", false),
            ("app.", false),
        ] {
            assert_eq!(is_importable_name(name), importable, "{name}");
        }
    }
}
