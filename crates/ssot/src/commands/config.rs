//! `ssot config`: what is set, to what, and where.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use ssot_engine::{CONFIG_FILE, Origin, Setting, settings};
use ssot_runtime::environment::{Environment, NO_COLOR};

use super::serve::STATE_HOME;
use super::watch::TOKEN;
use crate::cli::{Format, Place};
use crate::exit::Exit;
use crate::{output, text};

/// How the names of our own variables begin.
const OWN: &str = "SSOT_";

/// What is done with the configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    #[command(subcommand)]
    what: What,
}

/// What can be done with it.
#[derive(Debug, Subcommand)]
enum What {
    /// Every setting with its type, value, default and description, and where the value is from
    Show(ShowArgs),
}

/// Which configuration, and how it is printed.
#[derive(Debug, Args)]
struct ShowArgs {
    #[command(flatten)]
    place: Place,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the settings are printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) fn run(args: &ConfigArgs) -> anyhow::Result<Exit> {
    let What::Show(args) = &args.what;
    let environment = Environment::of_process();
    let mut all = vec![file(args)];
    all.extend(VARIABLES.iter().map(|it| it.setting(&environment)));
    all.extend(settings(&args.place.path, args.config.as_deref())?);
    for name in unknown(&environment) {
        let known: Vec<&str> = VARIABLES.iter().map(|it| it.name).collect();
        let known = known.join(", ");
        output::note(
            args.place.quiet,
            &format!("ssot reads no variable `{name}`; it reads {known}"),
        );
    }
    match args.format {
        Format::Text => output::result(&text::settings(&all))?,
        Format::Json => output::json(&json!({ "schema": "ssot.config/1", "settings": all }))?,
    }
    Ok(Exit::Clean)
}

/// The file that says the rest.
fn file(args: &ShowArgs) -> Setting {
    let origin = match &args.config {
        Some(_) => Origin::Flag { flag: "--config".to_owned() },
        None => Origin::Default,
    };
    let path = args.config.as_ref().map(|path| path.to_string_lossy().into_owned());
    Setting {
        name: "--config".to_owned(),
        kind: "a path".to_owned(),
        value: json!(path.as_deref().unwrap_or(CONFIG_FILE)),
        default: json!(CONFIG_FILE),
        origin,
        description: "The file with the settings below.".to_owned(),
    }
}

/// A variable that the program reads.
struct Variable {
    name: &'static str,
    kind: &'static str,
    default: Option<&'static str>,
    /// Whether its value is shown to nobody.
    is_secret: bool,
    description: &'static str,
}

const VARIABLES: &[Variable] = &[
    Variable {
        name: NO_COLOR,
        kind: "a text",
        default: None,
        is_secret: false,
        description: "Anything but nothing: output without colours.",
    },
    Variable {
        name: TOKEN,
        kind: "a secret",
        default: None,
        is_secret: true,
        description: "Opens the server of `ssot watch --server`.",
    },
    Variable {
        name: STATE_HOME,
        kind: "a path",
        default: Some("~/.local/state"),
        is_secret: false,
        description: "Where `ssot serve` keeps its own, in the directory `ssot` below it.",
    },
];

impl Variable {
    fn setting(&self, environment: &Environment) -> Setting {
        let is_set = environment.is_set(self.name);
        let shown = || environment.get_os(self.name).map(|value| value.to_string_lossy());
        Setting {
            name: self.name.to_owned(),
            kind: self.kind.to_owned(),
            value: match is_set {
                true if self.is_secret => json!("(set)"),
                true => shown().map_or(Value::Null, Value::from),
                false => json!(self.default),
            },
            default: json!(self.default),
            origin: if is_set {
                Origin::Environment { variable: self.name.to_owned() }
            } else {
                Origin::Default
            },
            description: self.description.to_owned(),
        }
    }
}

/// Variables that are called as if they were ours.
fn unknown(environment: &Environment) -> Vec<String> {
    let names = environment.iter().map(|(name, _)| name.to_string_lossy().into_owned());
    let is_known = |name: &str| VARIABLES.iter().any(|it| it.name == name);
    names.filter(|name| name.starts_with(OWN) && !is_known(name)).collect()
}
