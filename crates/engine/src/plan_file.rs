//! A plan that somebody may have edited, read with the line of every mistake.

use std::ops::Range;
use std::path::Path;

use ssot_model::{CommitId, Finding, Plan};
use ssot_plan::Problem;
use ssot_runtime::files;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::EngineError;
use crate::configuration::mistake::{self, Mistake};
use crate::configuration::shape;

/// Largest plan file that is read, in bytes.
const LARGEST_PLAN: u64 = 64 * 1024 * 1024;

/// A plan that was given, and where it was read from.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) plan: Plan,
    /// The file as it was named, and its last line; none for the plan of an earlier run.
    file: Option<(String, usize)>,
}

impl From<Plan> for Given {
    fn from(plan: Plan) -> Self {
        Self { plan, file: None }
    }
}

impl Given {
    /// The plan, when it says of every finding what becomes of it.
    pub(crate) fn complete(self, findings: &[Finding]) -> Result<Plan, EngineError> {
        /// Findings that are named.
        const NAMED: usize = 10;
        let Some((file, last)) = &self.file else { return Ok(self.plan) };
        let missing = ssot_plan::unaccounted(&self.plan, findings);
        if missing.is_empty() {
            return Ok(self.plan);
        }
        let line = |finding: &&Finding| {
            let place = finding
                .members
                .first()
                .map_or_else(String::new, |it| format!(" at {}:{}", it.path, it.span.start));
            let (id, name) = (&finding.id, &finding.name);
            format!(
                "{file}:{last}: `{name}`{place} ({}) is in no package and in no list of what is left: \
                 put its package back, with `enabled = false` if it is not wanted, or add here\n\n\
                 [[left_out]]\ngroup = \"{id}\"\nreason = \"...\"\n",
                finding.verdict_word()
            )
        };
        let mut said: Vec<String> = missing.iter().take(NAMED).map(line).collect();
        if let Some(more) = missing.len().checked_sub(NAMED).filter(|more| *more > 0) {
            said.push(format!("and {more} more"));
        }
        Err(EngineError::config(said.join("\n")))
    }
}

/// Reads a plan and checks that it can be executed on a commit.
pub(crate) fn read(path: &Path, base: &CommitId) -> Result<Given, EngineError> {
    let text = files::read_text(path, LARGEST_PLAN)
        .map_err(|error| EngineError::config(format!("{}: {error}", path.display())))?;
    let plan = parse(&path.to_string_lossy(), &text)?;
    if plan.base != *base {
        return Err(EngineError::user(format!(
            "{}: the plan was made for commit {} and {base} is checked out: make a new plan with \
             `ssot plan`, or check out that commit",
            path.display(),
            plan.base
        )));
    }
    let last = text.lines().count().max(1);
    Ok(Given { plan, file: Some((path.display().to_string(), last)) })
}

/// Reads a plan, or says everything that is wrong with it.
fn parse(file: &str, text: &str) -> Result<Plan, EngineError> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut mistakes: Vec<Mistake> = errors
        .iter()
        .map(|error| Mistake::new(error.span().unwrap_or_default(), error.message()))
        .collect();
    if mistakes.is_empty() {
        mistakes.extend(other_version(document.get_ref()));
    }
    if mistakes.is_empty() {
        let schema = schemars::schema_for!(Plan).to_value();
        mistakes = shape::mistakes(&schema, &document);
    }
    if mistakes.is_empty() {
        match toml::from_str::<Plan>(text) {
            Ok(plan) => {
                let problems = ssot_plan::problems(&plan);
                if problems.is_empty() {
                    return Ok(plan);
                }
                let shown =
                    |it: &Problem| Mistake::new(place(document.get_ref(), it), it.to_string());
                mistakes = problems.iter().map(shown).collect();
            }
            Err(error) => {
                mistakes.push(Mistake::new(error.span().unwrap_or_default(), error.message()));
            }
        }
    }
    Err(mistake::error(file, text, &mut mistakes))
}

/// A plan of another version is not compared with the shape of this one.
fn other_version(document: &DeTable<'_>) -> Option<Mistake> {
    let value = document.get("schema")?;
    let DeValue::String(schema) = value.get_ref() else { return None };
    (schema.as_ref() != Plan::SCHEMA).then(|| {
        let known = Plan::SCHEMA;
        let said = format!(
            "the plan has schema `{schema}`, this version reads `{known}`; make a new plan with \
             `ssot plan`"
        );
        Mistake::new(value.span(), said)
    })
}

/// Where a problem stands in the file.
fn place(document: &DeTable<'_>, problem: &Problem) -> Range<usize> {
    let left_out = |group: &str| {
        let mut left = tables(document, "left_out").filter_map(|table| table.get("group"));
        left.find(|value| is(Some(value), group)).map(Spanned::span)
    };
    if let Problem::NoReason(group) = problem {
        return left_out(group.as_str()).unwrap_or_default();
    }
    let Some(id) = problem.package() else { return 0..0 };
    let named = |table: &&DeTable<'_>| is(table.get("id"), id.as_str());
    let mut packages = tables(document, "package").filter(named);
    let package = match problem {
        // The first one has the name by right.
        Problem::Duplicate(_) => packages.nth(1),
        _ => packages.next(),
    };
    let Some(package) = package else { return 0..0 };
    let id = || package.get("id").map(Spanned::span);
    let found = match problem {
        Problem::Overlap(_, _, path) | Problem::CodemodAfterAgent(_, _, path) => {
            element(package, "write_set", path.as_str())
        }
        Problem::UnknownDependency(_, before) | Problem::OffDependency(_, before) => {
            element(package, "depends_on", before.as_str())
        }
        Problem::Cycle(..) => package.get("depends_on").map(Spanned::span),
        Problem::Duplicate(_) | Problem::NoReason(_) => id(),
        Problem::PlannedAndLeftOut(_, group) => left_out(group.as_str()),
        Problem::SameGroup(_, _, group) => tables(package, "groups")
            .filter_map(|table| table.get("group"))
            .find(|value| is(Some(value), group.as_str()))
            .map(Spanned::span),
        Problem::NoDay(_, day) => tables(package, "groups")
            .filter_map(|table| table.get("shim"))
            .find(|value| is(Some(value), day))
            .map(Spanned::span),
    };
    found.or_else(id).unwrap_or_default()
}

/// The tables of a list of tables.
fn tables<'a, 'i>(table: &'a DeTable<'i>, key: &str) -> impl Iterator<Item = &'a DeTable<'i>> {
    values(table, key).filter_map(|value| match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    })
}

fn values<'a, 'i>(
    table: &'a DeTable<'i>,
    key: &str,
) -> impl Iterator<Item = &'a Spanned<DeValue<'i>>> {
    let list = match table.get(key).map(Spanned::get_ref) {
        Some(DeValue::Array(list)) => Some(list),
        _ => None,
    };
    list.into_iter().flatten()
}

fn is(value: Option<&Spanned<DeValue<'_>>>, text: &str) -> bool {
    matches!(value.map(Spanned::get_ref), Some(DeValue::String(it)) if it.as_ref() == text)
}

/// The place of a text in a list.
fn element(table: &DeTable<'_>, key: &str, text: &str) -> Option<Range<usize>> {
    values(table, key).find(|value| is(Some(value), text)).map(Spanned::span)
}

#[cfg(test)]
mod tests {
    use super::parse;

    const PLAN: &str = r#"schema = "ssot.plan/1"
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

    #[test]
    fn every_mistake_is_shown_at_its_place() {
        assert!(parse("plan.toml", PLAN).is_ok());
        for (from, to, expected) in [
            ("plan/1", "plan/9", "1:10: the plan has schema `ssot.plan/9`"),
            (
                "title = \"Take `b`",
                "titel = \"Take `b`",
                "15:1: `package` has no `titel`; did you mean `title`?",
            ),
            ("\"P1\"\nwrite", "\"P4\"\nwrite", "8:12: `P4` is none of P0, P1, P2"),
            (
                "depends_on = [\"p01-a\"]\nwrite_set = [\"y.py\"]",
                "write_set = [\"y.py\", \"x.py\"]",
                "17:22: packages p01-a and p02-b both write x.py: let p02-b wait with `depends_on = [\"p01-a\"]`",
            ),
            (
                "[\"p01-a\"]",
                "[\"p09\"]",
                "17:15: package p02-b depends on p09, which is not in the plan",
            ),
            ("[\"p01-a\"]", "[\"p02-b\"]", "17:14: package p02-b depends on itself"),
            (
                "title = \"Take `a`",
                "enabled = false\ntitle = \"Take `a`",
                "18:15: package p02-b depends on p01-a, which is switched off",
            ),
            ("id = \"p02-b\"", "id = \"p01-a\"", "14:6: two packages are called p01-a"),
            ("\"y.py\"", "\"../y.py\"", "18:"),
            (
                "read_set = []\ngroups = []\n\n",
                "read_set = []\n\n",
                "5:1: `package` needs `groups`",
            ),
            (
                "groups = []\n\n",
                "groups = []\n\n[[left_out]]\ngroup = \"g-1\"\nreason = \" \"\n\n",
                "14:9: group g-1 is left out without a reason",
            ),
            ("[[package]]\nid = \"p02-b\"", "[[package]\nid = \"p02-b\"", "13:"),
            (
                "rewrite_imports",
                "rewrite_import",
                "3:1: there is no `rewrite_import`; did you mean `rewrite_imports`?",
            ),
            (
                "rewrite_imports = false\n",
                "",
                "1:1: `rewrite_imports` is missing: whether importers",
            ),
            (
                "write_set = [\"x.py\"]",
                "depends_on = [\"p02-b\"]\nwrite_set = [\"x.py\"]",
                "9:14: package p01-a depends on itself, directly or through others: take one of \
                 p01-a, p02-b out of a `depends_on`",
            ),
        ] {
            assert!(PLAN.contains(from), "{from}");
            let error = parse("plan.toml", &PLAN.replacen(from, to, 1));
            let said = error.expect_err(to).to_string();
            assert!(said.contains(&format!("plan.toml:{expected}")), "{to}\n{said}");
        }
        // An overlap that is ordered is none.
        let ordered = PLAN.replace("[\"y.py\"]", "[\"x.py\"]");
        assert!(parse("plan.toml", &ordered).is_ok());
    }

    /// A group of a package.
    const GROUP: &str = r#"
[[package.groups]]
group = "g-1"
name = "a"
verdict = "identical"
strategy = "redirect"
canonical = "core.a"
copies = ["shop.a"]
why = "equal"
"#;

    #[test]
    fn a_group_has_one_owner() {
        let empty = "groups = []\n";
        let own = |text: &str| text.replacen(empty, GROUP, 1);
        let one = own(PLAN);
        assert!(parse("plan.toml", &one).is_ok());
        let said = |text: &str| parse("plan.toml", text).expect_err("wrong").to_string();
        let both = said(&own(&one));
        let expected = "plan.toml:30:9: packages p01-a and p02-b both consolidate group g-1";
        assert!(both.contains(expected), "{both}");
        let left = said(&format!("{one}\n[[left_out]]\ngroup = \"g-1\"\nreason = \"not now\"\n"));
        let expected = "plan.toml:31:9: package p01-a consolidates group g-1, which is left out";
        assert!(left.contains(expected), "{left}");
        let unknown = said(&one.replace("why = ", "wy = "));
        assert!(unknown.contains("plan.toml:19:1: `package.groups` has no `wy`"), "{unknown}");
    }
}
