//! `ssot map`: concepts, texts, imports and capabilities at a glance.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ssot_engine::{MapKind, ScanOptions};

use crate::cli::Place;
use crate::exit::{Exit, Usage};
use crate::{graph, markdown, output, progress, text};

/// Which map, and how it is drawn.
#[derive(Debug, Args)]
pub(crate) struct MapArgs {
    #[command(flatten)]
    place: Place,
    /// What is drawn
    #[arg(long, value_enum, default_value = "concepts")]
    what: What,
    /// Parts of a dotted name that make a package, for `--what imports`
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    depth: u32,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the map is printed
    #[arg(long, value_enum, default_value = "text")]
    format: MapFormat,
}

/// The maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Each concept, its source of truth and the other implementations
    Concepts,
    /// Texts that are written out more than once, and the constants that hold them
    Literals,
    /// The values of `[[named-value]]`, and what is nearly one of them
    NamedValues,
    /// Imports between packages, with their cycles
    Imports,
    /// Capabilities, their owners and who does it besides
    Capabilities,
}

/// How a map is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MapFormat {
    /// For people at a terminal
    Text,
    /// For programs
    Json,
    /// For reviews and issues
    Md,
    /// A Mermaid graph, of concepts and imports
    Mermaid,
    /// A Graphviz graph, of concepts and imports
    Dot,
}

pub(crate) fn run(args: &MapArgs) -> anyhow::Result<Exit> {
    let is_graph = matches!(args.format, MapFormat::Mermaid | MapFormat::Dot);
    if is_graph && !matches!(args.what, What::Concepts | What::Imports) {
        let said = "only `--what concepts` and `--what imports` are graphs; take \
                    `--format text`, `md` or `json`";
        return Err(Usage(said.to_owned()).into());
    }
    let options = ScanOptions::of(args.place.path.clone(), args.config.clone());
    let kind = match args.what {
        What::Concepts => MapKind::Concepts,
        What::Literals => MapKind::Literals,
        What::NamedValues => MapKind::NamedValues,
        What::Imports => MapKind::Imports(args.depth),
        What::Capabilities => MapKind::Capabilities,
    };
    let waiting = progress::Waiting::start(args.place.quiet, "reading the repository");
    let map = ssot_engine::map(&options, kind)?;
    drop(waiting);
    match args.format {
        MapFormat::Text => output::result(&text::map(&map.view))?,
        MapFormat::Json => output::json(&map)?,
        MapFormat::Md => output::result(&markdown::map(&map.view))?,
        MapFormat::Mermaid => output::result(&graph::mermaid(&map.view))?,
        MapFormat::Dot => output::result(&graph::dot(&map.view))?,
    }
    Ok(Exit::Clean)
}
