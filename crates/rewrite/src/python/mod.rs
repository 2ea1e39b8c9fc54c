//! The rewriting of Python.

mod aliases;
mod delete;
mod form;
mod layout;
mod names;
mod redirect;
mod render;
mod source;
mod spot;
mod work;

use ssot_facts::Index;
use ssot_model::{FileChange, Patch};

use self::work::Work;
use crate::{Decision, Refused, Sources};

/// First everything that goes is collected, for what a file still reads is known
/// only then; then each file is put together once.
pub(crate) fn apply(
    index: &Index,
    sources: &Sources<'_>,
    decisions: &[Decision],
) -> Result<Patch, Refused> {
    let mut work = Work::new(index, sources);
    for decision in decisions {
        match decision {
            Decision::Redirect {
                canonical, copies, ..
            } => {
                redirect::redirect(&mut work, *canonical, copies)?;
            }
            Decision::Extract { path, .. } => {
                return Err(Refused::Unsupported { path: path.clone() });
            }
            Decision::DeleteModule { module } => delete::delete(&mut work, *module)?,
        }
    }
    finish(work)
}

fn finish(mut work: Work<'_>) -> Result<Patch, Refused> {
    for (id, plan) in std::mem::take(&mut work.plans) {
        let file = work.file(id)?;
        let bytes = render::render(&work, id, &file, &plan)?;
        work.change(file.path.clone(), FileChange::Write(bytes))?;
    }
    Ok(work.patch)
}
