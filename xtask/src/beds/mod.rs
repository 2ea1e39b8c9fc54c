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
use prepare::Prepared;

/// The page that shows the kept results, relative to the workspace.
const PAGE: &str = "docs/beds.md";
/// The demonstration, which is run like a bed and needs no download.
const DEMO: &str = "demo";

/// What `cargo xtask beds` is asked to do.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Options {
    /// The beds, `demo` among them; without a name the quick ones.
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
    /// Judge what the last runs left, and run nothing.
    #[arg(long, conflicts_with = "prepare")]
    judge: bool,
    /// Judge the plans alone: no package is executed.
    #[arg(long, conflicts_with_all = ["prepare", "judge"])]
    plan: bool,
}

/// Runs the chosen beds and fails when one of them is not as it must be.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    let working = working();
    let (demo, names): (Vec<String>, Vec<String>) =
        options.names.iter().cloned().partition(|name| name == DEMO);
    let beds = if names.is_empty() && !demo.is_empty() {
        Vec::new()
    } else {
        list::choose(list::all(root)?, &names, options.all)?
    };
    let mut breaches = 0;
    for bed in &beds {
        let outcome = if options.judge {
            outcome::judge_again(bed, root, &Prepared::of(bed, &working))?
        } else {
            let prepared = prepare::prepare(bed, root, &working)?;
            if options.prepare {
                println!("{}: ready in {}", bed.name, prepared.directory.display());
                continue;
            }
            let measure = if options.plan { outcome::measure_plan } else { outcome::measure };
            measure(bed, root, &prepared)?
        };
        breaches += conclude(root, &outcome, options.record)?;
    }
    let runs = !(options.prepare || options.judge || options.plan);
    if runs && (options.all || !demo.is_empty()) {
        breaches += conclude(root, &outcome::demo(&working)?, options.record)?;
    }
    if breaches > 0 {
        bail!("beds: {breaches} breaches");
    }
    Ok(())
}

/// Tells what came of a bed, and keeps it when asked; gives the number of breaches.
fn conclude(root: &Path, outcome: &Outcome, record: bool) -> Result<usize> {
    tell(outcome);
    if record {
        outcome::keep(root, outcome)?;
        write_page(root)?;
    }
    Ok(outcome.breaches.len())
}

fn working() -> PathBuf {
    workspace::working("SSOT_BEDS_DIR", ".beds")
}

fn tell(outcome: &Outcome) {
    let judged = &outcome.judged;
    println!(
        "{} {}: {} files, {} lines, {} landed, {} refused, judged {} ({} right, {} wrong, {} unsure, \
         {} not reported), consolidatable {} landed, must stay {} of {} kept, {} s",
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
        judged.consolidatable(),
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
    outcomes.extend(outcome::kept(root, DEMO)?);
    markers::write(&root.join(PAGE), "beds", &page::render(&outcomes))
}
