//! Names that code puts together or asks for at run time.

use std::collections::BTreeMap;

use compact_str::CompactString;
use ssot_facts::{DefinitionId, FileFacts, Index, ModuleId, SiteKind};

/// Functions that take the name of something as a string, by the last part of their name.
const ASKING: [&str; 12] = [
    "getattr",
    "hasattr",
    "setattr",
    "delattr",
    "import_module",
    "__import__",
    "import_string",
    "import_object",
    "locate",
    "object",
    "attrgetter",
    "get_attr",
];
/// Lines of a call's arguments after its first line.
const BELOW: u32 = 3;

/// Every name that is asked for in a string, with the places.
pub(crate) struct ComputedNames {
    asked: BTreeMap<CompactString, Vec<(ModuleId, u32)>>,
}

impl ComputedNames {
    /// Looks through all modules.
    pub(crate) fn new(index: &Index) -> Self {
        let mut asked: BTreeMap<CompactString, Vec<(ModuleId, u32)>> = BTreeMap::new();
        for (id, module) in index.modules() {
            let facts = &module.facts;
            let lines = asking_lines(facts);
            if lines.is_empty() {
                continue;
            }
            for literal in &facts.literals {
                let before = lines.partition_point(|line| *line <= literal.line);
                let is_asked = before > 0 && literal.line - lines[before - 1] <= BELOW;
                let text = &facts.texts[literal.text as usize];
                if is_asked && is_name(text) {
                    asked.entry(text.clone()).or_default().push((id, literal.line));
                }
            }
        }
        Self { asked }
    }

    /// `path:line` where a definition is asked for by its name: in its own module and in
    /// modules that import its module.
    pub(crate) fn of(&self, index: &Index, id: DefinitionId) -> Vec<String> {
        let name = &index.definition(id).name;
        let named = self.asked.get(name).into_iter().flatten();
        let reaches = |module: ModuleId| {
            module == id.module || index.imported_modules(module).any(|it| it == id.module)
        };
        let mut places: Vec<String> = named
            .filter(|(module, _)| reaches(*module))
            .map(|(module, line)| format!("{}:{line}", index.module(*module).path))
            .collect();
        places.dedup();
        places
    }
}

/// Lines on which a name may be asked for, sorted.
fn asking_lines(facts: &FileFacts) -> Vec<u32> {
    let asks: Vec<bool> = facts
        .paths
        .iter()
        .map(|path| ASKING.contains(&path.rsplit('.').next().unwrap_or(path)))
        .collect();
    if !asks.contains(&true) {
        return Vec::new();
    }
    let calls = facts.sites.iter().filter(|it| it.kind == SiteKind::Call);
    let mut lines: Vec<u32> = calls.filter(|it| asks[it.path as usize]).map(|it| it.line).collect();
    lines.sort_unstable();
    lines
}

fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_alphabetic() || it == '_')
        && text.chars().all(|it| it.is_alphanumeric() || it == '_')
}
