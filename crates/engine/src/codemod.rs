//! From an audit's choice to the files it would write.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ssot_audit::{Answers, Audit, Choice, Loss, NewBase};
use ssot_facts::{ClassRef, DefinitionId, Hierarchy, Index, Resolution};
use ssot_model::{AnsweredAtom, Patch, RepoPath, Tombstone};
use ssot_plan::Draft;
use ssot_rewrite::{Decision, Inherited, Merged};
use ssot_runtime::files;

use crate::triage::Survey;
use crate::{EngineError, ratchet, shims};

/// An audit with the last day on which the old places of what goes answer for it; where there
/// is none they re-export it.
pub(crate) type Shimmed<'a> = (&'a Audit, Option<String>);

/// An audit with the files that its codemod would write, or the reason why it
/// cannot be done.
pub(crate) enum DryRun<'a> {
    /// The codemod worked.
    Written(Draft<'a>),
    /// The codemod refused.
    Refused(&'a Audit, String),
}

/// The decision of an audit in the codemod's terms; none when nothing is to be done.
fn decision(choice: &Choice, rewrite_imports: bool) -> Option<Decision> {
    Some(match choice.clone() {
        Choice::Redirect { canonical, copies } => {
            Decision::Redirect { canonical, copies, rewrite_imports }
        }
        Choice::Extract { source, members, module, path } => {
            Decision::Extract { source, members, module, path, rewrite_imports }
        }
        Choice::PullUp { source, members, base } => Decision::PullUp { source, members, base },
        Choice::NewBase { source, members, base: NewBase { name, module, path } } => {
            Decision::NewBase(Inherited { source, members, class: name, module, path })
        }
        Choice::Parameterise { canonical, copies } => Decision::Parameterise { canonical, copies },
        Choice::Branch { canonical, copy, flag } => Decision::Branch { canonical, copy, flag },
        Choice::Delegate { method, copies } => Decision::Delegate { method, copies },
        Choice::Merge { canonical, copies, counted } => {
            Decision::Merge(Merged { canonical, copies, counted, rewrite_imports })
        }
        Choice::Delete { module, .. } => Decision::DeleteModule { module },
        Choice::Accept => return None,
    })
}

/// The texts of a tree's files, as audits read them.
pub(crate) fn sources(root: &Path) -> impl Fn(&RepoPath) -> Option<Arc<str>> + '_ {
    move |path| {
        let bytes = files::read(root, path, u64::MAX).ok()?;
        String::from_utf8(bytes).ok().map(Arc::from)
    }
}

/// The behaviour that the choice of an audit loses and that somebody has answered for; an
/// error when it loses more.
pub(crate) fn answered(
    root: &Path,
    survey: &Survey,
    audit: &Audit,
) -> Result<Vec<AnsweredAtom>, String> {
    let today = survey.circumstances.today.as_deref();
    let answers = Answers::new(&survey.index, &survey.config, today);
    match ssot_audit::loss(
        &survey.index,
        &sources(root),
        &answers,
        &audit.finding.id,
        &audit.choice,
    ) {
        Loss::Answered(atoms) => Ok(atoms),
        Loss::Open(reason) => Err(reason),
    }
}

/// Rewrites the files of one package, unless that would lose something. Where there is a baseline, what goes leaves a
/// tombstone, one file a group, so that no two packages write one file.
pub(crate) fn rewrite(
    root: &Path,
    survey: &Survey,
    audits: &[Shimmed<'_>],
    fixes: &[Decision],
    rewrite_imports: bool,
) -> Result<Patch, String> {
    let index = &survey.index;
    let mut decisions = Vec::new();
    for (audit, shim) in audits {
        answered(root, survey, audit)?;
        // Who is of this repository must not be warned.
        decisions.extend(decision(&audit.choice, rewrite_imports || shim.is_some()));
        if let Some(until) = shim {
            decisions.push(shims::decision(index, &survey.config, &audit.choice, until)?);
        }
    }
    decisions.extend(fixes.iter().cloned());
    let choices: Vec<&Choice> = audits.iter().map(|(audit, _)| &audit.choice).collect();
    let read = |path: &RepoPath| -> Option<Arc<[u8]>> {
        files::read(root, path, u64::MAX).ok().map(Arc::from)
    };
    let mut patch =
        ssot_rewrite::apply(index, &read, &decisions).map_err(|refused| refused.to_string())?;
    if !patch.is_empty() && ratchet::is_held(root) {
        let day = survey.circumstances.today.as_deref().unwrap_or_default();
        for choice in &choices {
            let tombstones = tombstones(index, choice, day);
            patch.files.extend(ratchet::store::file_of_a_group(&tombstones));
        }
    }
    Ok(patch)
}

/// The tombstones of the definitions that a choice removes. A module that is deleted
/// leaves none: the package in its place has its names.
fn tombstones(index: &Index, choice: &Choice, day: &str) -> Vec<Tombstone> {
    let (gone, instead) = match choice {
        Choice::Redirect { canonical, copies } => (copies.clone(), index.dotted(*canonical)),
        Choice::Merge { canonical, copies, .. } => (going(copies), index.dotted(*canonical)),
        Choice::Extract { source, members, module, .. } => {
            (members.clone(), format!("{module}.{}", index.definition(*source).name))
        }
        Choice::PullUp { source, members, base } => {
            let name = &index.definition(*source).name;
            (members.clone(), format!("{}.{name}", index.dotted(*base)))
        }
        Choice::NewBase { source, members, base } => {
            let name = &index.definition(*source).name;
            (members.clone(), format!("{}.{name}", base.dotted()))
        }
        // A face keeps the name.
        Choice::Parameterise { .. }
        | Choice::Branch { .. }
        | Choice::Delegate { .. }
        | Choice::Delete { .. }
        | Choice::Accept => return Vec::new(),
    };
    let names: Vec<String> = gone.iter().map(|id| index.dotted(*id)).collect();
    let tombstone = |(id, name): (&DefinitionId, &String)| {
        let kind = index.definition(*id).kind;
        let digest = index.member(*id).digest;
        let mut tombstone =
            ssot_rules::ratchet::tombstone(index, name, kind, &digest, Some(&instead), day);
        tombstone.survivors.retain(|survivor| !names.contains(survivor));
        if !tombstone.survivors.contains(&instead) {
            tombstone.survivors.push(instead.clone());
        }
        tombstone
    };
    gone.iter().zip(&names).map(tombstone).collect()
}

/// Runs the codemod of every audit that chose to do something, one by one.
pub(crate) fn dry_run<'a>(
    root: &Path,
    survey: &Survey,
    audits: &'a [Audit],
    rewrite_imports: bool,
) -> Vec<DryRun<'a>> {
    let acting = audits.iter().filter(|audit| audit.choice != Choice::Accept);
    acting.map(|audit| try_one(root, survey, audit, rewrite_imports)).collect()
}

/// The dry run of one audit, with a shim where one is wanted. Where there can be none, the
/// old name stays an import, which breaks nobody.
fn try_one<'a>(
    root: &Path,
    survey: &Survey,
    audit: &'a Audit,
    rewrite_imports: bool,
) -> DryRun<'a> {
    let patch = |shim: Option<String>| {
        let patch = rewrite(root, survey, &[(audit, shim)], &[], rewrite_imports)?;
        if patch.is_empty() {
            Err("the codemod found nothing to change".to_owned())
        } else {
            Ok(patch)
        }
    };
    let wanted = shims::last_day(survey, &audit.choice);
    let (made, shim, no_shim) = match patch(wanted.clone()) {
        Err(reason) if wanted.is_some() => (patch(None), None, Some(reason)),
        made => (made, wanted, None),
    };
    match made {
        Ok(patch) => DryRun::Written(Draft {
            audit,
            write_set: patch.write_set().cloned().collect(),
            read_set: read_set(&survey.index, &audit.choice),
            read_symbols: read_symbols(&survey.index, &audit.choice),
            answered: answered(root, survey, audit).unwrap_or_default(),
            shim,
            no_shim,
        }),
        Err(reason) => DryRun::Refused(audit, reason),
    }
}

/// The definitions that go or become faces of another.
fn going<T>(copies: &[(DefinitionId, T)]) -> Vec<DefinitionId> {
    copies.iter().map(|(copy, _)| *copy).collect()
}

/// The files on which a choice rests: where the canonical definition stands, and
/// who relies on the copies.
fn read_set(index: &Index, choice: &Choice) -> Vec<RepoPath> {
    let (canonical, copies) = match choice {
        Choice::Redirect { canonical, copies } => (Some(canonical), copies.clone()),
        Choice::Extract { members, .. } => (None, members.clone()),
        Choice::PullUp { source, members, .. } | Choice::NewBase { source, members, .. } => {
            (Some(source), members.clone())
        }
        Choice::Parameterise { canonical, copies }
        | Choice::Delegate { method: canonical, copies } => (Some(canonical), going(copies)),
        Choice::Merge { canonical, copies, .. } => (Some(canonical), going(copies)),
        Choice::Branch { canonical, copy, .. } => (Some(canonical), vec![*copy]),
        Choice::Delete { .. } | Choice::Accept => (None, Vec::new()),
    };
    let mut paths: Vec<RepoPath> =
        canonical.iter().map(|id| index.module(id.module).path.clone()).collect();
    match choice {
        Choice::PullUp { members, base, .. } => paths.extend(related(index, members, &[*base])),
        Choice::NewBase { members, .. } => {
            let owners: Vec<DefinitionId> = owners(index, members).collect();
            paths.extend(related(index, members, &owners));
        }
        _ => {}
    }
    for copy in copies {
        let consumers = index.consumers_of(copy).iter();
        paths.extend(consumers.map(|consumer| index.module(consumer.module).path.clone()));
    }
    paths.sort();
    paths.dedup();
    paths
}

/// The files of the classes around methods that move: those above and below them decide
/// what is found.
fn related(index: &Index, methods: &[DefinitionId], tops: &[DefinitionId]) -> Vec<RepoPath> {
    let hierarchy = Hierarchy::new(index);
    let above = owners(index, methods).filter_map(|class| hierarchy.linearisation(class).ok());
    let above: Vec<DefinitionId> = above
        .flat_map(|order| order.iter().filter_map(ClassRef::internal).collect::<Vec<_>>())
        .collect();
    let below = tops.iter().flat_map(|top| hierarchy.descendants(*top));
    let classes = above.into_iter().chain(below);
    classes.map(|id| index.module(id.module).path.clone()).collect()
}

/// The classes of methods.
pub(crate) fn owners<'a>(
    index: &'a Index,
    methods: &'a [DefinitionId],
) -> impl Iterator<Item = DefinitionId> + 'a {
    methods.iter().filter_map(|id| {
        let owner = index.definition(*id).owner?;
        Some(DefinitionId { module: id.module, index: owner })
    })
}

/// The dotted names on which a choice rests: the definition that stays, what the bodies
/// that are taken for equal read of the repository, and what others import of the copies.
fn read_symbols(index: &Index, choice: &Choice) -> Vec<String> {
    let (kept, copies) = match choice {
        Choice::Redirect { canonical, copies } => (Some(*canonical), copies.clone()),
        Choice::Extract { source, members, .. }
        | Choice::PullUp { source, members, .. }
        | Choice::NewBase { source, members, .. } => (Some(*source), members.clone()),
        Choice::Parameterise { canonical, copies }
        | Choice::Delegate { method: canonical, copies } => (Some(*canonical), going(copies)),
        Choice::Merge { canonical, copies, .. } => (Some(*canonical), going(copies)),
        Choice::Branch { canonical, copy, .. } => (Some(*canonical), vec![*copy]),
        Choice::Delete { .. } | Choice::Accept => (None, Vec::new()),
    };
    let mut names: BTreeSet<String> = kept.iter().map(|id| index.dotted(*id)).collect();
    for id in kept.iter().chain(&copies) {
        for name in &index.definition(*id).free {
            let meanings = index.resolve(id.module, name);
            names.extend(meanings.iter().filter_map(|meaning| dotted(index, meaning)));
        }
    }
    let used = copies.iter().filter(|id| !index.consumers_of(**id).is_empty());
    names.extend(used.map(|id| index.dotted(*id)));
    names.into_iter().collect()
}

/// The dotted name of what is of this repository.
fn dotted(index: &Index, meaning: &Resolution) -> Option<String> {
    match meaning {
        Resolution::Definition(id) => Some(index.dotted(*id)),
        Resolution::Module(id) => Some(index.module(*id).name.to_string()),
        Resolution::Value { module, name } => {
            Some(format!("{}.{name}", index.module(*module).name))
        }
        Resolution::External(_) | Resolution::Builtin(_) | Resolution::Unknown(_) => None,
    }
}

/// The commit message of a package, without trailers.
pub(crate) fn message(package: &ssot_model::Package) -> String {
    let mut lines = vec![package.title.clone()];
    for group in &package.groups {
        let (verdict, name, id, why) =
            (group.verdict.as_str(), &group.name, &group.group, &group.why);
        lines.push(format!("\n{verdict} `{name}` ({id}): {why}"));
        lines.extend(group.copies.iter().map(|copy| format!("  {copy} -> {}", group.canonical)));
        if let Some(until) = &group.shim {
            lines.push(format!("  the old names answer with a warning until {until}"));
        }
        for it in &group.answered {
            lines.push(format!("  {} at {}: {}", it.atom, it.place, it.answer()));
        }
    }
    for places in &package.places {
        let (rule, id, why) = (&places.rule, &places.finding, &places.why);
        lines.push(format!("\n{rule} `{}` ({id}): {why}", places.name));
        lines.extend(places.places.iter().map(|place| format!("  {place}")));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Turns a refusal into an error for a plan that relied on it.
pub(crate) fn relied_on(package: &str, reason: &str) -> EngineError {
    EngineError::user(format!("package {package} of the plan cannot be done any more: {reason}"))
}
