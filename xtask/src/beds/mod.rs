//! `cargo xtask beds`: ssot on real projects that nobody here wrote.

mod judge;
mod list;
pub(crate) mod mro;
mod outcome;
mod page;
mod prepare;
pub(crate) mod ssot;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::{markers, workspace};
use outcome::Outcome;

/// The page that shows the kept results, relative to the workspace.
const PAGE: &str = "docs/beds.md";

/// What `cargo xtask beds` is asked to do.
#[derive(Debug, Default, Args)]
pub(crate) struct Options {
    /// The beds; without a name the quick ones.
    names: Vec<String>,
    /// Every bed.
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Keep the figures and write them to docs/beds.md.
    #[arg(long)]
    record: bool,
    /// Download and install, but run nothing.
    #[arg(long, conflicts_with = "record")]
    prepare: bool,
}

/// Runs the chosen beds and fails when one of them is not as it must be.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let working = working();
    let beds = list::choose(list::all(root)?, &options.names, options.all)?;
    let mut breaches = 0;
    for bed in &beds {
        let prepared = prepare::prepare(bed, root, &working)?;
        if options.prepare {
            println!("{}: ready in {}", bed.name, prepared.directory.display());
            continue;
        }
        let outcome = outcome::measure(bed, root, &prepared)?;
        tell(&outcome);
        breaches += outcome.breaches.len();
        if options.record {
            outcome::keep(root, &outcome)?;
            write_page(root)?;
        }
    }
    if breaches > 0 {
        bail!("beds: {breaches} breaches");
    }
    Ok(())
}

fn working() -> PathBuf {
    workspace::working("SSOT_BEDS_DIR", ".beds")
}

fn tell(outcome: &Outcome) {
    let judged = &outcome.judged;
    println!(
        "{} {}: {} files, {} lines, {} landed, {} refused, judged {} ({} right, {} wrong, {} unsure, \
         {} not reported), consolidatable {} of {} landed, must stay {} of {} kept, {} s",
        outcome.bed,
        outcome.version,
        outcome.files,
        outcome.lines,
        outcome.landed,
        outcome.refused.len(),
        judged.groups,
        judged.right,
        judged.wrong,
        judged.unsure,
        judged.missing,
        judged.landed,
        judged.consolidatable,
        judged.kept,
        judged.must_stay,
        outcome.run_seconds,
    );
    for note in &outcome.notes {
        eprintln!("{}: note: {note}", outcome.bed);
    }
    for breach in &outcome.breaches {
        eprintln!("{}: {breach}", outcome.bed);
    }
}

fn write_page(root: &Path) -> Result<()> {
    let mut outcomes = Vec::new();
    for bed in list::all(root)? {
        outcomes.extend(outcome::kept(root, &bed.name)?);
    }
    markers::write(&root.join(PAGE), "beds", &page::render(&outcomes))
}
