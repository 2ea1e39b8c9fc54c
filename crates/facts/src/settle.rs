//! The end of the collecting of one file's facts.

use crate::file::FileFacts;

impl FileFacts {
    /// Ends the collecting: what is looked up by name is sorted, and the room that growing
    /// lists left over is given back, for the facts of every file stay in memory until the
    /// end of a scan.
    pub(crate) fn settle(&mut self) {
        self.bindings.sort_by(|a, b| a.name.cmp(&b.name));
        self.definitions.shrink_to_fit();
        self.imports.shrink_to_fit();
        self.bindings.shrink_to_fit();
        self.uses.shrink_to_fit();
        self.strings.shrink_to_fit();
        self.writes.shrink_to_fit();
        self.paths.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.sites.shrink_to_fit();
        self.literals.shrink_to_fit();
        self.flows.shrink_to_fit();
        self.own_uses.shrink_to_fit();
        self.instances.shrink_to_fit();
        self.shims.shrink_to_fit();
        for definition in &mut self.definitions {
            definition.fields.shrink_to_fit();
            definition.raises.shrink_to_fit();
        }
    }
}
