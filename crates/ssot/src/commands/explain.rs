//! `ssot explain`: the page of a rule.

use clap::Args;
use ssot_engine::rules::{RULES, Rule, rule};

use crate::exit::{Exit, Usage};
use crate::{output, text};

/// Which rule.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule; without it, every rule with one sentence
    #[arg(value_name = "RULE")]
    rule: Option<String>,
}

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let Some(name) = &args.rule else {
        output::result(&text::rules(RULES))?;
        return Ok(Exit::Clean);
    };
    let rule = rule(name).ok_or_else(|| Usage(unknown(name, RULES)))?;
    output::result(rule.page)?;
    Ok(Exit::Clean)
}

fn unknown(name: &str, rules: &[Rule]) -> String {
    let names: Vec<&str> = rules.iter().map(|rule| rule.name).collect();
    format!("there is no rule `{name}`; there are {}", names.join(", "))
}
