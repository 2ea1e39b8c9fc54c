//! The patches of a plan's packages, each on top of those that it waits for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ssot_audit::{Audit, Choice};
use ssot_model::{Doer, FileChange, Finding, Package, Patch, Plan, RepoPath};
use ssot_rewrite::Decision;

use crate::codemod::Shimmed;
use crate::triage::Survey;
use crate::{EngineError, codemod, fixes};

/// What one package changes.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    /// The package.
    pub(crate) package: &'a Package,
    /// The audits of its groups.
    pub(crate) audits: Vec<&'a Audit>,
    /// What it writes and deletes.
    pub(crate) patch: Patch,
    /// Those of its files that a package before it has written, as that one leaves them.
    pub(crate) before: BTreeMap<RepoPath, FileChange>,
}

/// Why the patch of a package cannot be made.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// The codemod refuses, or the plan does not fit the tree.
    Impossible(String),
    /// What the package does to its files changes with what another does to this one.
    Entangled(RepoPath),
}

/// Makes the patches of a plan for one tree.
pub(crate) struct Patches<'a> {
    root: &'a Path,
    survey: &'a Survey,
    plan: &'a Plan,
    audits: BTreeMap<&'a str, &'a Audit>,
    /// The codemods of the plan's findings about places.
    fixes: BTreeMap<&'a str, Vec<Decision>>,
}

impl<'a> Patches<'a> {
    pub(crate) fn new(
        root: &'a Path,
        survey: &'a Survey,
        (findings, audits): (&'a [Finding], &'a [Audit]),
        plan: &'a Plan,
    ) -> Self {
        let acting = audits.iter().filter(|audit| audit.choice != Choice::Accept);
        let audits = acting.map(|audit| (audit.finding.id.as_str(), audit)).collect();
        let fixes = fixes::of_plan(survey, findings, plan);
        Self { root, survey, plan, audits, fixes }
    }

    /// The packages of codemods that are switched on, in the order in which they may start.
    pub(crate) fn all(&self) -> Result<Vec<Change<'a>>, EngineError> {
        let order = ssot_plan::start_order(self.plan)?;
        order
            .iter()
            .filter_map(|id| self.plan.packages.iter().find(|package| package.id == *id))
            .filter(|package| package.enabled && package.doer == Doer::Codemod)
            .map(|package| self.change(package).map_err(|unfit| unfit.relied_on(package)))
            .collect()
    }

    /// A hub whose edits depend on each other, with the package that meets it later; none
    /// in a plan that can be executed.
    pub(crate) fn entangled(&self) -> Option<(RepoPath, &'a Package)> {
        let codemods = self.plan.packages.iter().filter(|package| package.doer == Doer::Codemod);
        let waiting = codemods.filter(|package| !package.depends_on.is_empty());
        waiting.map(|package| (package, self.change(package))).find_map(|(package, change)| {
            match change {
                Err(Unfit::Entangled(path)) => Some((path, package)),
                _ => None,
            }
        })
    }

    /// The codemods of the places of a package.
    fn fixes(&self, package: &Package) -> Result<Vec<Decision>, Unfit> {
        let gone = |id| Unfit::Impossible(format!("finding {id} is not found any more"));
        let mut all = Vec::new();
        for places in &package.places {
            let found = self.fixes.get(places.finding.as_str());
            all.extend(found.ok_or_else(|| gone(&places.finding))?.iter().cloned());
        }
        Ok(all)
    }

    /// The patch of one package. A file that a package before it writes too gets both
    /// edits; every other file must come out as if there were no package before it.
    pub(crate) fn change(&self, package: &'a Package) -> Result<Change<'a>, Unfit> {
        let audits = self.audits(package)?;
        self.check_answers(package, &audits)?;
        let mut fixes = self.fixes(package)?;
        let mut patch = self.rewrite(&shimmed(package, &audits), &fixes)?;
        let planned: BTreeSet<_> = package.write_set.iter().collect();
        if let Some(path) = patch.write_set().find(|path| !planned.contains(path)) {
            let reason = format!("it would write {path}, which is not in its write set");
            return Err(Unfit::Impossible(reason));
        }
        let earlier: Vec<&Package> = ssot_plan::before(self.plan, package)
            .into_iter()
            .filter(|it| it.write_set.iter().any(|path| planned.contains(path)))
            .collect();
        let mut before = BTreeMap::new();
        if let Some(first) = earlier.first() {
            let shared = |path: &RepoPath| earlier.iter().any(|it| it.write_set.contains(path));
            let hub = first.write_set.iter().find(|path| planned.contains(path));
            let entangled = |_| Unfit::Entangled(hub.cloned().expect("they share a file"));
            let (mut groups, mut before_them) = (Vec::new(), Vec::new());
            for package in &earlier {
                groups.extend(shimmed(package, &self.audits(package)?));
                before_them.extend(self.fixes(package)?);
            }
            let earlier = self.rewrite(&groups, &before_them).map_err(entangled)?;
            groups.extend(shimmed(package, &audits));
            before_them.append(&mut fixes);
            let together = self.rewrite(&groups, &before_them).map_err(entangled)?;
            for (path, change) in &mut patch.files {
                let joint = together.files.get(path);
                if shared(path) {
                    let gone = || Unfit::Entangled(path.clone());
                    *change = joint.ok_or_else(gone)?.clone();
                    before.extend(earlier.files.get(path).map(|it| (path.clone(), it.clone())));
                } else if joint != Some(change) {
                    return Err(entangled(Unfit::Impossible(String::new())));
                }
            }
        }
        Ok(Change { package, audits, patch, before })
    }

    /// What the plan says to be waived or covered must be what the configuration says.
    fn check_answers(&self, package: &Package, audits: &[&Audit]) -> Result<(), Unfit> {
        for (group, audit) in package.groups.iter().zip(audits) {
            let answered =
                codemod::answered(self.root, self.survey, audit).map_err(Unfit::Impossible)?;
            if answered != group.answered {
                let reason = "what [[waiver]] and [[covered]] in ssot.toml answer for has changed \
                              since the plan was made; make a new plan with `ssot plan`";
                return Err(Unfit::Impossible(reason.to_owned()));
            }
        }
        Ok(())
    }

    fn audits(&self, package: &Package) -> Result<Vec<&'a Audit>, Unfit> {
        let gone = |group| Unfit::Impossible(format!("group {group} is not found any more"));
        let find = |group| self.audits.get(group).copied().ok_or_else(|| gone(group));
        package.groups.iter().map(|group| find(group.group.as_str())).collect()
    }

    fn rewrite(&self, audits: &[Shimmed<'_>], fixes: &[Decision]) -> Result<Patch, Unfit> {
        codemod::rewrite(self.root, self.survey, audits, fixes, self.plan.rewrite_imports)
            .map_err(Unfit::Impossible)
    }
}

/// The audits of a package with the shims that the plan says.
fn shimmed<'a>(package: &Package, audits: &[&'a Audit]) -> Vec<Shimmed<'a>> {
    let shims = package.groups.iter().map(|group| group.shim.clone());
    audits.iter().copied().zip(shims).collect()
}

impl Unfit {
    /// The error for a plan that relied on the package.
    fn relied_on(self, package: &Package) -> EngineError {
        let id = package.id.as_str();
        match self {
            Self::Impossible(reason) => codemod::relied_on(id, &reason),
            Self::Entangled(path) => codemod::relied_on(
                id,
                &format!(
                    "what it does to {path} depends on the packages before it; take their groups \
                     into one package, or make a new plan with `ssot plan`"
                ),
            ),
        }
    }
}
