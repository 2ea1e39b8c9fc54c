//! Which old names answer for a while when their definitions have gone.

use ssot_audit::Choice;
use ssot_facts::{DefinitionId, Index};
use ssot_model::Config;
use ssot_rewrite::Decision;
use ssot_rules::wants_shim;

use crate::triage::Survey;

/// The definitions of modules that a choice removes and that leave a name behind.
fn leaving(choice: &Choice) -> Vec<DefinitionId> {
    match choice {
        Choice::Redirect { copies, .. } => copies.clone(),
        Choice::Extract { members, .. } => members.clone(),
        Choice::Merge { copies, .. } => copies.iter().map(|(copy, _)| *copy).collect(),
        // Methods are inherited, faces keep the name, and nobody reaches a hidden module.
        Choice::PullUp { .. }
        | Choice::NewBase { .. }
        | Choice::Parameterise { .. }
        | Choice::Branch { .. }
        | Choice::Delegate { .. }
        | Choice::Delete { .. }
        | Choice::Accept => Vec::new(),
    }
}

/// The last day on which the old places of a choice answer, when the configuration wants
/// them to.
pub(crate) fn last_day(survey: &Survey, choice: &Choice) -> Option<String> {
    let Survey { index, config, circumstances, .. } = survey;
    let is_wanted = |id: &DefinitionId| wants_shim(config, &index.dotted(*id));
    if !leaving(choice).iter().any(is_wanted) {
        return None;
    }
    let today = circumstances.today.as_deref().unwrap_or_default();
    // How it is written was looked at when the configuration was read.
    config.shim.last_day(today).ok().flatten()
}

/// The shims of a choice that last until a day: of the names that the configuration wants
/// them for, or of all public ones where it wants none and a plan does.
pub(crate) fn decision(
    index: &Index,
    config: &Config,
    choice: &Choice,
    until: &str,
) -> Result<Decision, String> {
    let leaving = leaving(choice);
    let is_wanted = |id: &&DefinitionId| wants_shim(config, &index.dotted(**id));
    let mut copies: Vec<DefinitionId> = leaving.iter().filter(is_wanted).copied().collect();
    if copies.is_empty() {
        let is_public = |id: &DefinitionId| !index.definition(*id).name.starts_with('_');
        copies = leaving.into_iter().filter(is_public).collect();
    }
    if copies.is_empty() {
        return Err("a shim is asked for, and no public name goes".to_owned());
    }
    Ok(Decision::Shim { copies, until: until.to_owned() })
}
