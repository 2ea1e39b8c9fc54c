//! `cargo xtask eval`: how often the product is right, on data that others labelled.

mod bcb;
mod canonical;
mod fit;
mod gpt;
mod jscpd;
mod labels;
mod logistic;
mod table;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::{machine, markers, workspace};

/// The page that shows the last recorded figures, relative to the workspace.
const PAGE: &str = "docs/eval.md";

/// What `cargo xtask eval` is asked to do.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Near copies, on pairs of functions.
    Clones(Clones),
    /// The canonical choice, on consolidations that maintainers made.
    Canonical(canonical::Options),
    /// Verdicts, on groups that people judged by reading the code.
    Labels(labels::Options),
    /// The weights of likenesses, fitted with one project at a time left out.
    Fit(fit::Options),
}

#[derive(Debug, Args)]
struct Clones {
    /// The sample of `BigCloneBench`: folders of `ID.java` and one `clone_labels.txt`.
    #[arg(long)]
    bcb: PathBuf,
    /// `GPTCloneBench`: the folder with `py_validate_clone.txt`.
    #[arg(long)]
    gpt: Option<PathBuf>,
    /// jscpd sees one pair in so many; zero leaves it out.
    #[arg(long, default_value_t = 10)]
    jscpd_every: usize,
    /// Prints the false pairs that are taken for copies.
    #[arg(long)]
    show_false: bool,
    /// Writes the tables to docs/eval.md.
    #[arg(long)]
    record: bool,
}

/// Measures and prints the tables.
pub(crate) fn run(root: &Path, options: &Options) -> Result<()> {
    match &options.what {
        What::Clones(options) => clones(root, options),
        What::Canonical(options) => {
            tell(root, "canonical", canonical::measure(root, options)?, options.record)
        }
        What::Fit(options) => {
            let (table, weights) = fit::fit(root, options)?;
            println!("{weights}");
            tell(root, "fit", table, options.record)
        }
        What::Labels(options) => {
            tell(root, "labels", labels::measure(root, options)?, options.record)
        }
    }
}

/// Prints a table with its date and machine, and writes it between its marks.
fn tell(root: &Path, marks: &str, mut text: String, record: bool) -> Result<()> {
    let (day, machine) = (machine::today()?, machine::description());
    let _ = write!(text, "\nMeasured {day}, {machine}.\n");
    println!("{text}");
    if record {
        markers::write(&root.join(PAGE), marks, &text)?;
    }
    Ok(())
}

fn clones(root: &Path, options: &Clones) -> Result<()> {
    let data = bcb::read(&options.bcb)?;
    eprintln!("{} functions, {} pairs", data.functions.len(), data.pairs.len());
    let mut columns = bcb::ours(&data, options.show_false);
    if options.jscpd_every > 0 {
        let tool = jscpd::install(root, &workspace::working("SSOT_CORPUS_DIR", ".corpus"))?;
        columns.extend(jscpd::columns(&tool, &data, options.jscpd_every)?);
    }
    let mut text = table::pairs(&columns);
    if let Some(directory) = &options.gpt {
        text.push('\n');
        text.push_str(&gpt::measure(directory)?);
    }
    tell(root, "clones", text, options.record)
}
