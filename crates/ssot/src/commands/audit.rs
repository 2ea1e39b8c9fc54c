//! `ssot audit`: everything known about one group.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssot_engine::audit::Audit;
use ssot_engine::{Asked, ScanOptions};

use crate::cli::{self, Place};
use crate::exit::{Exit, Usage};
use crate::formats::{self, Setting};
use crate::{markdown, output, progress, text};

/// Forms of an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AuditFormat {
    /// For people at a terminal
    Text,
    /// For programs
    Json,
    /// For reviews and issues
    Md,
    /// One page for a browser
    Html,
}

/// Which group, and how it is told.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// The group's id (`g-1a2b3c4d`), its name, or the dotted name of a member
    #[arg(value_name = "GROUP", required_unless_present = "all")]
    group: Option<String>,
    #[command(flatten)]
    place: Place,
    /// Every group of the repository; the folder may then stand in the place of the group
    #[arg(long)]
    all: bool,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What tests execute: `coverage json` or `.coverage`, `lcov.info`, Cobertura XML; may be
    /// given several times
    #[arg(long, value_name = "FILE")]
    coverage: Vec<PathBuf>,
    /// Say that this piece of behaviour may be lost: the kind and text of an atom of the ledger
    /// that is open; `*` stands for any letters. Written to the end of `ssot.toml`
    #[arg(long, value_name = "ATOM", requires_all = ["by", "reason"], conflicts_with = "all")]
    waive: Option<String>,
    /// Who says so
    #[arg(long, value_name = "NAME", requires = "waive")]
    by: Option<String>,
    /// Why it may be lost
    #[arg(long, value_name = "WHY", requires = "waive")]
    reason: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: AuditFormat,
    /// Write the result to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) fn run(args: &AuditArgs) -> anyhow::Result<Exit> {
    let (group, place) = asked(args);
    let options = ScanOptions::of(place.path.clone(), args.config.clone());
    let waiting = progress::Waiting::start(place.quiet, "reading the repository");
    if let (Some(group), Some(atom), Some(by), Some(reason)) =
        (group, &args.waive, &args.by, &args.reason)
    {
        let waived = ssot_engine::waive(&options, group, atom, (by, reason))?;
        for atom in &waived.atoms {
            let file = waived.file.display();
            output::note(place.quiet, &formats::visible(&format!("waived in {file}: {atom}")));
        }
    }
    let asked = group.map_or(Asked::All, Asked::Called);
    let audits = ssot_engine::examine(&options, &asked, &args.coverage)?;
    drop(waiting);
    if let (true, Some(group)) = (audits.is_empty(), group) {
        let place = place.argument();
        let said = format!(
            "there is no group `{group}`; `ssot scan{place} --all` lists every group with its id"
        );
        return Err(Usage(said).into());
    }
    let told = match args.format {
        AuditFormat::Text => text::audits(&audits),
        AuditFormat::Json => {
            serde_json::to_string_pretty(&ssot_engine::audit::document(&audits))? + "\n"
        }
        AuditFormat::Md => markdown::audits(&audits),
        AuditFormat::Html => page(&audits, &place),
    };
    output::deliver(args.output.as_deref(), &told, args.place.quiet)?;
    Ok(Exit::Clean)
}

fn page(audits: &[Audit], place: &Place) -> String {
    let setting = Setting {
        argument: &place.argument(),
        name: &place.name(),
        root: &place.path,
        prefix: &place.prefix(),
        blob: &cli::blob(),
        all: true,
        narrowed: true,
        trend: &[],
        audits,
        check: None,
    };
    formats::audit_page(&setting)
}

/// The group, none for all, and where. With `--all` nothing names a group, so that what
/// stands in its place is the folder.
fn asked(args: &AuditArgs) -> (Option<&str>, Place) {
    let (path, quiet) = (args.place.path.clone(), args.place.quiet);
    match &args.group {
        Some(path) if args.all => (None, Place { path: PathBuf::from(path), quiet }),
        group => (group.as_deref(), Place { path, quiet }),
    }
}
