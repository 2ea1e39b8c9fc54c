//! Names of modules and classes that somebody replaces from outside.

use std::collections::BTreeMap;

use compact_str::CompactString;
use rustc_hash::FxHashMap;
use ssot_facts::{DefinitionId, Index, Module, ModuleId, Resolution};

/// Who replaces which name of which module, and who writes attributes of which class.
#[derive(Default)]
pub struct Patches {
    names: FxHashMap<(ModuleId, CompactString), String>,
    attributes: BTreeMap<DefinitionId, String>,
}

impl Patches {
    /// Reads the record off the strings and attribute writes of every file.
    pub fn new(index: &Index) -> Self {
        let mut patches = Self { names: FxHashMap::default(), attributes: BTreeMap::new() };
        let aliases = attribute_aliases(index);
        for (id, module) in index.modules() {
            for string in &module.facts.strings {
                let dotted = string.text.replace(':', ".");
                if let Some((front, name)) = dotted.rsplit_once('.')
                    && let Some(target) = index.module_named(front)
                {
                    let place = || format!("{}:{}", module.path, string.line);
                    patches.names.entry((target, name.into())).or_insert_with(place);
                }
            }
            for write in &module.facts.writes {
                let place = || format!("{}:{}", module.path, write.line);
                match object(index, id, module, &write.object) {
                    Some(Resolution::Module(target)) if target != id => {
                        patches.names.entry((target, write.name.clone())).or_insert_with(place);
                    }
                    Some(Resolution::Definition(class)) => {
                        patches.attributes.entry(class).or_insert_with(place);
                    }
                    _ => {
                        let last = write.object.rsplit('.').next().unwrap_or_default();
                        for class in aliases.get(last).into_iter().flatten() {
                            patches.attributes.entry(*class).or_insert_with(place);
                        }
                    }
                }
            }
        }
        patches
    }

    /// The place that replaces a name of a module, if there is one.
    pub fn replaced(&self, module: ModuleId, name: &str) -> Option<&str> {
        self.of_name(module, name)
    }

    pub(crate) fn of_name(&self, module: ModuleId, name: &str) -> Option<&str> {
        self.names.get(&(module, name.into())).map(String::as_str)
    }

    /// The place that writes an attribute of a class, if there is one.
    pub(crate) fn of_attributes(&self, class: DefinitionId) -> Option<&str> {
        self.attributes.get(&class).map(String::as_str)
    }
}

/// Classes known under the name of a class attribute, such as `connectionCls`.
fn attribute_aliases(index: &Index) -> FxHashMap<CompactString, Vec<DefinitionId>> {
    let mut aliases: FxHashMap<CompactString, Vec<DefinitionId>> = FxHashMap::default();
    for (id, module) in index.modules() {
        for (attribute, target) in &module.facts.attribute_aliases {
            if let Some(Resolution::Definition(class)) = object(index, id, module, target) {
                aliases.entry(attribute.clone()).or_default().push(class);
            }
        }
    }
    aliases
}

/// What a dotted text means in a module.
fn object(index: &Index, id: ModuleId, module: &Module, text: &str) -> Option<Resolution> {
    if let Some(target) = index.module_named(text).filter(|_| text.contains('.')) {
        return Some(Resolution::Module(target));
    }
    let (root, rest) = text.split_once('.').map_or((text, ""), |(root, rest)| (root, rest));
    let mut meaning = local(index, id, module, root)?;
    for part in rest.split('.').filter(|part| !part.is_empty()) {
        meaning = match meaning {
            Resolution::Module(target) => match index.resolve(target, part).into_iter().next()? {
                Resolution::Unknown(_) => {
                    let dotted = format!("{}.{part}", index.module(target).name);
                    Resolution::Module(index.module_named(&dotted)?)
                }
                known => known,
            },
            other => return Some(other).filter(|_| false),
        };
    }
    Some(meaning)
}

/// A module-level name, or one that a function imports for itself.
fn local(index: &Index, id: ModuleId, module: &Module, name: &str) -> Option<Resolution> {
    if module.facts.bindings_of(name).next().is_some() {
        return index.resolve(id, name).into_iter().next();
    }
    let import = module.facts.imports.iter().find(|import| import.bound == name)?;
    let target = index.import_target(module, import)?;
    match &import.name {
        Some(imported) => {
            let dotted = format!("{target}.{imported}");
            match index.module_named(&dotted) {
                Some(module) => Some(Resolution::Module(module)),
                None => index.resolve(index.module_named(&target)?, imported).into_iter().next(),
            }
        }
        None => index.module_named(&target).map(Resolution::Module),
    }
}
