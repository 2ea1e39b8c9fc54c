//! Which teams take part in a run, and how many of their workers at once.

use std::collections::BTreeSet;

use ssot_model::{Plan, Team};

use crate::EngineError;
use crate::execute::Crew;
use crate::request::Request;

/// The teams that are asked to work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Teams {
    /// Every team of the configuration.
    #[default]
    All,
    /// Every team, but only so many at the same time.
    AtOnce(u32),
    /// Those with these names; what belongs to others, or to none, stays for another run.
    Named(Vec<String>),
}

impl Teams {
    /// How many may be at work at the same time.
    pub fn at_once(&self) -> Option<u32> {
        match self {
            Self::AtOnce(most) => Some(*most),
            Self::All | Self::Named(_) => None,
        }
    }

    /// Whether the configuration knows every team that is named.
    pub(crate) fn check(&self, known: &[Team]) -> Result<(), EngineError> {
        let Self::Named(names) = self else { return Ok(()) };
        for name in names {
            if !known.iter().any(|team| team.name == *name) {
                let all: Vec<&str> = known.iter().map(|team| team.name.as_str()).collect();
                let all = if all.is_empty() {
                    "ssot.toml has no [[team]]".to_owned()
                } else {
                    format!("there are {}", all.join(", "))
                };
                return Err(EngineError::config(format!("no team is called `{name}`: {all}")));
            }
        }
        Ok(())
    }

    /// Switches off the packages of teams that take no part, and those that wait for them.
    pub(crate) fn narrow(&self, plan: &mut Plan) {
        if let Self::Named(names) = self {
            ssot_plan::keep_teams(plan, &names.iter().map(String::as_str).collect::<BTreeSet<_>>());
        }
    }
}

/// The workers of a run.
pub(crate) fn crew(request: &Request) -> Crew {
    let teams = request.config.team.iter();
    Crew {
        teams: teams.map(|team| (team.name.clone(), team.workers as usize)).collect(),
        others: request.agents,
        at_once: request.teams_at_once.map(|most| most as usize),
    }
}
