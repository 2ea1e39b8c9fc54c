//! When what of a plan is expected.

use ssot_model::{Experience, Plan, Schedule};
use ssot_plan::Setting;

use crate::survey::ScanOptions;
use crate::{EngineError, configuration};

/// The schedule of a plan for the teams of `ssot.toml`, or for so many workers.
pub fn forecast(
    options: &ScanOptions,
    plan: &Plan,
    experience: &Experience,
    workers: u32,
) -> Result<Schedule, EngineError> {
    let config = configuration::load(&options.root, options.config.as_deref())?.config;
    let setting = Setting {
        experience,
        tested: config.test.is_some(),
        repeat: config.test.as_ref().map_or(0, |test| test.repeat),
        teams: &config.team,
        workers,
        checkpoints: &config.checkpoint,
    };
    Ok(ssot_plan::schedule(plan, &setting)?)
}
