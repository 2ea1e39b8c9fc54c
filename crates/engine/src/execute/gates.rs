//! The static gates and the Load gate: two trees compared.

use std::collections::{BTreeMap, BTreeSet};

use ssot_runtime::git::Worktree;
use ssot_runtime::runner::{Runner, Sources};

use super::journal::{Judgement, Stop};
use ssot_model::Package;

use crate::{Inspection, api};

/// Items named in evidence.
const NAMED: usize = 10;

/// Whether modules loaded, or why not.
pub(super) type Loads = BTreeMap<String, Result<(), String>>;

/// The first few of many, and how many more there are.
pub(super) fn named<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<T> = items.into_iter().collect();
    let shown: Vec<&str> = items.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = items.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join("; "))
}

/// What the sandboxed runner needs to know of an inspected tree.
pub(super) fn sources(inspection: &Inspection) -> Sources<'_> {
    Sources { modules: &inspection.modules, import_roots: &inspection.import_roots }
}

fn nothing_new(what: &str, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Judgement {
    let new: Vec<&String> = after.difference(before).collect();
    if new.is_empty() {
        Judgement::new(true, format!("{} {what}, none new ({} before)", after.len(), before.len()))
    } else {
        Judgement::new(false, format!("{} new {what}: {}", new.len(), named(new)))
    }
}

/// No file that parsed before fails to parse now.
pub(super) fn parse(before: &Inspection, after: &Inspection) -> Judgement {
    nothing_new("files with syntax errors", &before.parse_issues, &after.parse_issues)
}

/// No import or name is unresolved that was not before.
pub(super) fn imports(before: &Inspection, after: &Inspection) -> Judgement {
    nothing_new("unresolved imports and names", &before.unresolved, &after.unresolved)
}

/// Every name of the declared public API is there, and takes the calls that it took. What a package
/// ends on purpose, because its last day has passed, was given up before.
pub(super) fn api(before: &Inspection, after: &Inspection, package: &Package) -> Option<Judgement> {
    if before.public.is_empty() {
        return None;
    }
    let ended = package.places.iter().filter(|it| it.rule == "expired-shim");
    let ended: Vec<&str> = ended.map(|it| it.name.as_str()).collect();
    let breaks = api::breaks(&before.public, &after.public, &ended);
    if breaks.is_empty() {
        let count = before.public.len();
        let evidence = format!("{count} public names are there as before");
        return Some(Judgement::new(true, evidence));
    }
    let (count, all) = (breaks.len(), named(breaks));
    let way = "a shim can keep a name that moves ([shim] in ssot.toml)";
    Some(Judgement::new(false, format!("{count} public names break: {all}; {way}")))
}

/// Every finding of `closes` is gone, at least one is, and none is new. What stood in the tree
/// before, and stands there no more often, was as much alike then: it may have been told of
/// another member, or not at all because each of it had an equal that is gone now.
pub(super) fn findings(before: &Inspection, after: &Inspection, closes: &[String]) -> Judgement {
    let count = |tree: &Inspection, content: &String| tree.contents.get(content).copied();
    let stood = |content: &String| {
        count(before, content).is_some_and(|times| count(after, content) <= Some(times))
    };
    let was_alike =
        |print: &str| after.likenesses.get(print).is_some_and(|all| all.iter().all(stood));
    let opened: Vec<String> = difference(&after.violations, &before.violations)
        .filter(|(print, _)| !was_alike(print))
        .map(|(print, summary)| format!("{print} {summary}"))
        .collect();
    let gone = difference(&before.violations, &after.violations).count();
    let left: Vec<&String> =
        closes.iter().filter(|print| after.violations.contains_key(*print)).collect();
    if !opened.is_empty() {
        let evidence =
            format!("{} definitions newly in violations: {}", opened.len(), named(opened));
        return Judgement::new(false, evidence);
    }
    if !left.is_empty() {
        let evidence = format!("{} findings are still there: {}", left.len(), named(left));
        return Judgement::new(false, evidence);
    }
    let counts = format!("{} -> {}", before.violations.len(), after.violations.len());
    Judgement::new(
        gone > 0,
        format!("{gone} definitions freed of violations, none added ({counts})"),
    )
}

fn difference<'a>(
    of: &'a BTreeMap<String, String>,
    without: &BTreeMap<String, String>,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    of.iter().filter(|(print, _)| !without.contains_key(*print))
}

/// Every module that loaded before loads now, and so does every new one.
pub(super) fn load(base: &Inspection, before: &Loads, after: &Loads) -> Judgement {
    if after.is_empty() {
        return Judgement::skipped("the package touches no importable module");
    }
    let must = |module: &String| {
        matches!(before.get(module), Some(Ok(()))) || !base.modules.contains_key(module)
    };
    let failed: Vec<String> = after
        .iter()
        .filter(|(module, _)| must(module))
        .filter_map(|(module, load)| Some(format!("{module}: {}", load.as_ref().err()?)))
        .collect();
    if !failed.is_empty() {
        let count = failed.len();
        return Judgement::new(false, format!("{count} modules no longer load: {}", named(failed)));
    }
    let fine = after.values().filter(|load| load.is_ok()).count();
    let known = match after.len() - fine {
        0 => String::new(),
        known => format!(", {known} did not before either"),
    };
    Judgement::new(true, format!("{fine} modules load in fresh interpreters{known}"))
}

/// Imports modules in a worktree.
pub(super) async fn loads(
    runner: &Runner,
    tree: &Worktree,
    inspection: &Inspection,
    modules: &[String],
) -> Result<(Loads, String), Stop> {
    let loads = runner.load_modules(tree, sources(inspection), modules).await?;
    let loaded = loads.values().filter(|load| load.is_ok()).count();
    let summary = format!("{loaded} of {} modules loaded", loads.len());
    Ok((loads, summary))
}

#[cfg(test)]
mod tests {
    use ssot_model::GateOutcome;

    use super::{Loads, findings, imports, load};
    use crate::Inspection;

    fn with(violations: &[&str], unresolved: &[&str]) -> Inspection {
        Inspection {
            violations: violations.iter().map(|v| ((*v).to_owned(), String::new())).collect(),
            unresolved: unresolved.iter().map(|u| (*u).to_owned()).collect(),
            ..Inspection::default()
        }
    }

    #[test]
    fn findings_must_close_what_was_promised_and_open_nothing() {
        let before = with(&["a", "b"], &[]);
        for (after, closes, passes) in [
            (&["b"][..], &["a"][..], true),
            (&["a", "b"], &["a"], false),
            (&["b", "c"], &["a"], false),
            (&["a", "b"], &[], false),
            (&[], &["a"], true),
        ] {
            let closes: Vec<String> = closes.iter().map(|c| (*c).to_owned()).collect();
            let found = findings(&before, &with(after, &[]), &closes);
            assert_eq!(
                found.outcome == GateOutcome::Passed,
                passes,
                "{after:?} {}",
                found.evidence
            );
        }
    }

    #[test]
    fn what_was_alike_before_is_nothing_new_when_it_is_told_otherwise() {
        let tree = |families: &[(&str, &str)], contents: &str| {
            let mut tree = Inspection::default();
            for (key, members) in families {
                tree.violations.insert((*key).to_owned(), String::new());
                let members = members.chars().map(String::from).collect();
                tree.likenesses.insert((*key).to_owned(), members);
            }
            for content in contents.chars() {
                *tree.contents.entry(content.to_string()).or_default() += 1;
            }
            tree
        };
        // One of two equal ones goes; the one that stays is like another.
        let before = tree(&[("equal", "a")], "aabz");
        for (members, contents, passes) in [
            ("ab", "abz", true),
            // One of them was changed, or written, or stands there once more than before.
            ("ac", "acz", false),
            ("abd", "abdz", false),
            ("ab", "abbz", false),
        ] {
            let after = tree(&[("near", members)], contents);
            let found = findings(&before, &after, &["equal".to_owned()]);
            let has_passed = found.outcome == GateOutcome::Passed;
            assert_eq!(has_passed, passes, "{members:?} {}", found.evidence);
        }
    }

    #[test]
    fn what_was_unresolved_before_is_not_held_against_a_package() {
        let before = with(&[], &["a.py: x"]);
        assert_eq!(imports(&before, &before).outcome, GateOutcome::Passed);
        let after = with(&[], &["a.py: x", "a.py: y"]);
        assert_eq!(imports(&before, &after).outcome, GateOutcome::Failed);
    }

    #[test]
    fn a_module_that_never_loaded_need_not_load() {
        let module =
            |name: &str, load: Result<(), &str>| (name.to_owned(), load.map_err(str::to_owned));
        let mut base = Inspection::default();
        for name in ["good", "bad"] {
            let path = ssot_model::RepoPath::new(&format!("{name}.py")).expect("plain");
            base.modules.insert(name.to_owned(), path);
        }
        let before: Loads = [module("good", Ok(())), module("bad", Err("no"))].into();
        let check = |name, result| load(&base, &before, &[module(name, result)].into()).outcome;
        assert_eq!(check("good", Ok(())), GateOutcome::Passed);
        assert_eq!(check("good", Err("no")), GateOutcome::Failed);
        assert_eq!(check("bad", Err("no")), GateOutcome::Passed);
        assert_eq!(check("new", Err("no")), GateOutcome::Failed);
    }
}
