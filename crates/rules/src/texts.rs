//! Texts that say something, and the constants that hold them.

use rustc_hash::FxHashMap;
use ssot_facts::{DefinitionId, Index, ModuleId, NamedText, Role};

/// Shortest text that says something.
const SHORTEST: usize = 6;

/// Identifiers of several words, keys, paths and addresses; no prose, no formats.
pub fn is_telling(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@#?=&+".contains(&byte);
    text.len() >= SHORTEST
        && text.bytes().all(plain)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.bytes().any(|byte| b"_-./:".contains(&byte))
        && !(text.starts_with("__") && text.ends_with("__"))
}

/// The constants of production code by their texts, the first of each.
pub struct Constants<'a> {
    index: &'a Index,
    by_text: FxHashMap<&'a str, (ModuleId, &'a NamedText)>,
}

impl<'a> Constants<'a> {
    /// Collects them.
    pub fn new(index: &'a Index) -> Self {
        let mut by_text = FxHashMap::default();
        for (id, module) in index.modules().filter(|(_, it)| it.role == Role::Production) {
            for named in &module.facts.named_texts {
                let is_constant = !named.name.bytes().any(|byte| byte.is_ascii_lowercase());
                if is_constant && !named.name.starts_with('_') {
                    let text = module.facts.texts[named.text as usize].as_str();
                    by_text.entry(text).or_insert((id, named));
                }
            }
        }
        Self { index, by_text }
    }

    /// The constant that holds a text: its module, its dotted name and its line.
    pub fn of(&self, text: &str) -> Option<(ModuleId, String, u32)> {
        let (module, named) = self.by_text.get(text)?;
        let around = match named.owner {
            Some(index) => self.index.dotted(DefinitionId { module: *module, index }),
            None => self.index.module(*module).name.to_string(),
        };
        Some((*module, format!("{around}.{}", named.name), named.line))
    }
}
