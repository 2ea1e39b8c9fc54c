//! The plan as a file that people may edit.

use ssot_model::Plan;

use crate::Problem;

/// Why a plan file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The text is not a plan.
    #[error("the plan cannot be read: {0}")]
    Syntax(String),
    /// It was written by another version.
    #[error(
        "the plan has schema `{0}`, this version reads `ssot.plan/1`; make a new plan with `ssot plan`"
    )]
    Schema(String),
    /// The packages do not fit together.
    #[error(transparent)]
    Unfit(#[from] Problem),
}

const HEADING: &str = "\
# A plan of ssot. Packages can be switched off (`enabled = false`), given another
# `priority` or `team`, or made to wait (`depends_on`). `ssot plan --plan FILE` checks
# and shows it, `ssot run --plan FILE` runs it.

";

/// The plan as text.
pub fn render(plan: &Plan) -> Result<String, PlanError> {
    let text =
        toml::to_string_pretty(plan).map_err(|error| PlanError::Syntax(error.to_string()))?;
    Ok(format!("{HEADING}{text}"))
}

/// Reads a plan and checks that it can be executed.
pub fn parse(text: &str) -> Result<Plan, PlanError> {
    let plan: Plan = toml::from_str(text).map_err(|error| PlanError::Syntax(error.to_string()))?;
    if plan.schema != Plan::SCHEMA {
        return Err(PlanError::Schema(plan.schema));
    }
    match crate::problems(&plan).into_iter().next() {
        Some(problem) => Err(problem.into()),
        None => Ok(plan),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse, render};

    const PLAN: &str = r#"
schema = "ssot.plan/1"
base = "0000000000000000000000000000000000000000"
rewrite_imports = false

[[package]]
id = "p01-a"
title = "Take `a` from core"
priority = "P1"
write_set = ["x.py"]
read_set = []
groups = []

[[package]]
id = "p02-b"
title = "Take `b` from core"
priority = "P1"
depends_on = ["p01-a"]
write_set = ["y.py"]
read_set = []
groups = []
"#;

    fn check(from: &str, to: &str, expected: &str) {
        let error = parse(&PLAN.replace(from, to)).expect_err("the plan is wrong").to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_plan_survives_writing_and_reading() {
        let plan = parse(PLAN).expect("valid");
        assert_eq!(parse(&render(&plan).expect("renders")).expect("valid"), plan);
    }

    #[test]
    fn wrong_plans_are_refused_with_their_place() {
        check("ssot.plan/1", "ssot.plan/9", "ssot.plan/9");
        check(
            "depends_on = [\"p01-a\"]\nwrite_set = [\"y.py\"]",
            "write_set = [\"x.py\"]",
            "p01-a and p02-b both write x.py",
        );
        check("[\"p01-a\"]", "[\"p09\"]", "p09, which is not in the plan");
        check("[\"p01-a\"]", "[\"p02-b\"]", "depends on itself");
        check("id = \"p02-b\"", "id = \"p01-a\"", "two packages are called p01-a");
        check("title = \"Take `a`", "enabled = false\ntitle = \"Take `a`", "is switched off");
        check("\"y.py\"", "\"../y.py\"", "not a plain path");
    }
}
