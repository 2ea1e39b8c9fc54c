//! `ssot find`: whether something exists already.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ssot_engine::{ScanOptions, Sought};
use ssot_model::{DefinitionKind, Existence};

use crate::cli::Format;
use crate::exit::{Exit, Usage};
use crate::{output, progress, text};

/// Largest code that is looked for, in bytes.
const LARGEST_CODE: u64 = 1024 * 1024;

/// Kinds that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Classes
    Class,
    /// Functions outside of classes
    Function,
    /// Functions in classes
    Method,
    /// Names bound once to a literal
    Constant,
}

impl From<Kind> for DefinitionKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Class => Self::Class,
            Kind::Function => Self::Function,
            Kind::Method => Self::Method,
            Kind::Constant => Self::Constant,
        }
    }
}

/// What is looked for.
#[derive(Debug, Args)]
#[command(after_help = "Ends with 0 when nothing like it is there, with 1 when something is.")]
pub(crate) struct FindArgs {
    /// A name (`load_user`, `Session.expire`), or words that say what is meant
    #[arg(value_name = "NAME", required_unless_present_any = ["signature", "code"])]
    name: Option<String>,
    /// The repository, or a folder in it
    #[arg(long, short = 'C', value_name = "PATH", default_value = ".")]
    directory: PathBuf,
    /// A signature: `def load_user(session, id) -> User`
    #[arg(long, value_name = "TEXT")]
    signature: Option<String>,
    /// A file with a definition or some statements; `-` for standard input
    #[arg(long, value_name = "FILE")]
    code: Option<PathBuf>,
    /// Only definitions of this kind
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Also in tests, scripts, generated and foreign code
    #[arg(long)]
    all: bool,
    /// Most matches that are shown
    #[arg(long, value_name = "N", default_value_t = ssot_engine::FEW_MATCHES)]
    limit: usize,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read every file anew
    #[arg(long)]
    no_cache: bool,
    /// Say nothing but the result
    #[arg(long, short)]
    quiet: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &FindArgs) -> anyhow::Result<Exit> {
    let sought = Sought {
        name: args.name.clone(),
        signature: args.signature.clone(),
        code: args.code.as_deref().map(code).transpose()?,
        kind: args.kind.map(DefinitionKind::from),
        everywhere: args.all,
        limit: args.limit,
    };
    let options = ScanOptions {
        root: args.directory.clone(),
        config: args.config.clone(),
        cache: !args.no_cache,
        rules: Vec::new(),
    };
    let waiting = progress::Waiting::start(args.quiet, "reading the repository");
    let existing = ssot_engine::find(&options, &sought)?;
    drop(waiting);
    for note in &existing.notes {
        output::note(args.quiet, note);
    }
    match args.format {
        Format::Text => output::result(&text::existing(&existing))?,
        Format::Json => output::json(&existing)?,
    }
    Ok(Exit::clean_if(existing.answer == Existence::New))
}

fn code(file: &Path) -> anyhow::Result<String> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().take(LARGEST_CODE).read_to_string(&mut text).map(|_| text)
    } else {
        ssot_runtime::files::read_text(file, LARGEST_CODE)
    };
    read.map_err(|error| Usage(format!("`{}` cannot be read: {error}", file.display())).into())
}
