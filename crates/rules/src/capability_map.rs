//! Who owns which capability, and who does it besides.

use ssot_model::CapabilityEntry;

use crate::capability::Capabilities;
use crate::rules::capability_owner::outside;
use crate::uses::importers;
use crate::{Scene, ownership};

/// Every capability that is used or declared: its declared owner, or else the modules
/// that wrap it, and the first place in each other module that does it.
pub fn capability_map(scene: &Scene<'_>) -> Vec<CapabilityEntry> {
    let capabilities = Capabilities::new(scene.config);
    let exercises = ownership::exercises(scene, &capabilities);
    let importers = importers(scene);
    let name = |id| scene.index.module(id).name.to_string();
    let mut entries = Vec::new();
    for (capability, exercises) in capabilities.all.iter().zip(&exercises) {
        let mut owner: Vec<String> = capability.owner.iter().map(|it| (*it).to_owned()).collect();
        if owner.is_empty() {
            let wrappers = ownership::wrappers(scene, capability, exercises, &importers);
            owner.extend(wrappers.iter().map(|wrapper| name(wrapper.module)));
        }
        let others = exercises.iter().filter(|it| !owner.contains(&name(it.module)));
        let mut besides: Vec<String> = others
            .filter_map(|exercise| {
                let first = outside(scene, capability, exercise).iter().map(|it| it.line).min()?;
                Some(format!("{}:{first}", scene.index.module(exercise.module).path))
            })
            .collect();
        besides.sort();
        if !capability.owner.is_empty() || !exercises.is_empty() {
            entries.push(CapabilityEntry { name: capability.name.to_owned(), owner, besides });
        }
    }
    entries
}
