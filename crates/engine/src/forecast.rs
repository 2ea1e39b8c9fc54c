//! When what of a plan is expected.

use ssot_model::{Config, Experience, Plan, Schedule};
use ssot_plan::Setting;

use crate::survey::ScanOptions;
use crate::{EngineError, configuration};

/// The schedule of a plan for the teams of `ssot.toml`, of which so many may be at work at
/// once, or for so many workers.
pub fn forecast(
    options: &ScanOptions,
    plan: &Plan,
    experience: &Experience,
    workers: u32,
    teams_at_once: Option<u32>,
) -> Result<Schedule, EngineError> {
    let config = configuration::load(&options.root, options.config.as_deref())?.config;
    expected(&config, plan, experience, (workers, teams_at_once))
}

/// The same under a configuration that was read already.
pub(crate) fn expected(
    config: &Config,
    plan: &Plan,
    experience: &Experience,
    (workers, teams_at_once): (u32, Option<u32>),
) -> Result<Schedule, EngineError> {
    let setting = Setting {
        experience,
        tested: config.test.is_some(),
        repeat: config.test.as_ref().map_or(0, |test| test.repeat),
        teams: &config.team,
        workers,
        teams_at_once,
        checkpoints: &config.checkpoint,
    };
    Ok(ssot_plan::schedule(plan, &setting)?)
}
