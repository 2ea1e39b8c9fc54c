//! The rewriting of Python.

mod aliases;
mod append;
mod branch;
mod bring;
mod chains;
mod class_scope;
mod delegate;
mod delete;
mod exports;
mod extract;
mod face;
mod form;
mod hoist;
mod importers;
mod imports;
mod joining;
mod layout;
pub(crate) mod learn;
mod licence;
mod locals;
mod merge;
mod moved;
mod names;
mod new_base;
mod parameterise;
mod pull_up;
mod quoted;
mod redirect;
mod references;
mod rename;
mod render;
mod scan;
mod shim;
mod signature;
pub(crate) mod sites;
mod source;
mod spot;
mod style;
mod uses;
mod work;

use std::collections::BTreeMap;

use ssot_facts::{DefinitionId, Index, ModuleId};
use ssot_model::FileChange;

use self::extract::{Move, Place};
use self::pull_up::Pull;
use self::work::Work;
use crate::{Applied, Decision, Inherited, Refused, Sources};

/// First everything that goes is collected, for what a file still reads is known
/// only then; then each file is put together once.
pub(crate) fn apply(
    index: &Index,
    sources: &Sources<'_>,
    decisions: &[Decision],
) -> Result<Applied, Refused> {
    let mut work = Work::new(index, sources);
    let mut moves: BTreeMap<Place, Vec<Move>> = BTreeMap::new();
    let mut pulls: Vec<Pull> = Vec::new();
    let mut inherited: Vec<&Inherited> = Vec::new();
    let mut shims: BTreeMap<DefinitionId, String> = BTreeMap::new();
    for decision in decisions {
        match decision {
            Decision::Redirect { canonical, copies, rewrite_imports } => {
                redirect::redirect(&mut work, *canonical, copies, *rewrite_imports)?;
            }
            Decision::Extract { source, members, module, path, rewrite_imports } => {
                let place = Place { path: path.clone(), module: module.clone() };
                let one = Move {
                    source: *source,
                    members: members.clone(),
                    rewrite_imports: *rewrite_imports,
                };
                moves.entry(place).or_default().push(one);
            }
            Decision::Parameterise { canonical, copies } => {
                parameterise::parameterise(&mut work, *canonical, copies)?;
            }
            Decision::Branch { canonical, copy, flag } => {
                branch::branch(&mut work, *canonical, *copy, flag)?;
            }
            Decision::Delegate { method, copies } => {
                delegate::delegate(&mut work, *method, copies)?;
            }
            Decision::Merge(merged) => merge::merge(&mut work, merged)?,
            Decision::PullUp { source, members, base } => {
                pulls.push(Pull { base: *base, source: *source, members: members.clone() });
            }
            Decision::NewBase(one) => inherited.push(one),
            Decision::Append(one) => append::append(&mut work, one)?,
            Decision::Constant(one) => sites::constant(&mut work, one)?,
            Decision::Rename(renamed) => rename::rename(&mut work, renamed)?,
            Decision::Shim { copies, until } => {
                shims.extend(copies.iter().map(|copy| (*copy, until.clone())));
            }
            Decision::DeleteModule { module } => delete::delete(&mut work, *module)?,
            Decision::Fix(one) => sites::fix(&mut work, one)?,
        }
    }
    for (place, moves) in &moves {
        extract::extract(&mut work, place, moves)?;
    }
    pull_up::pull_up(&mut work, &mut pulls)?;
    new_base::new_bases(&mut work, &inherited)?;
    shim::shims(&mut work, &shims)?;
    importers::rewrite(&mut work)?;
    hoist::hoist(&mut work)?;
    sites::settle(&mut work)?;
    finish(work)
}

fn finish(mut work: Work<'_>) -> Result<Applied, Refused> {
    for (id, plan) in std::mem::take(&mut work.plans) {
        let file = work.file(id)?;
        let bytes = render::render(&work, id, &file, &plan)?;
        work.change(file.path.clone(), FileChange::Write(bytes))?;
    }
    let path = |id: ModuleId| work.index.module(id).path.clone();
    let fixed = work.fixed.iter().map(|(id, line)| (path(*id), *line)).collect();
    work.left.sort();
    Ok(Applied { patch: work.patch, fixed, left: work.left })
}
