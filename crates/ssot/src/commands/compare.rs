//! `ssot compare`: what definitions are to each other.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use ssot_engine::behaviour::CallSource;
use ssot_engine::{Answer, Named, ScanOptions};
use ssot_model::{Behaviour, BehaviourVerdict, Verdict};

use crate::cli::{Format, Place};
use crate::exit::{Exit, Usage};
use crate::interrupt::{self, Waited};
use crate::{output, text};

/// What is compared.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    #[command(flatten)]
    place: Place,
    /// A definition as `path/to/file.py:Class.method`; at least two
    #[arg(long = "definition", short, value_name = "FILE:NAME")]
    definitions: Vec<String>,
    /// Read groups from standard input, one JSON object per line with `members`, each
    /// with `path` and `definition`
    #[arg(long, conflicts_with = "definitions")]
    stdin: bool,
    /// Call each of them beside the last one, in the sandbox, with recorded and made
    /// inputs, and say whether the last one could take its place
    #[arg(long)]
    behaviour: bool,
    /// Make all inputs, instead of recording calls while the repository's tests run
    #[arg(long, requires = "behaviour")]
    without_tests: bool,
    /// The configuration, instead of `ssot.toml` at the root
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// One line of standard input.
#[derive(serde::Deserialize)]
struct Group {
    members: Vec<Named>,
}

pub(crate) fn run(args: &CompareArgs) -> anyhow::Result<Exit> {
    let groups = if args.stdin { from_stdin()? } else { vec![from_arguments(&args.definitions)?] };
    let options = ScanOptions::of(args.place.path.clone(), args.config.clone());
    let Some(answers) = answers(args, &options, groups)? else {
        return Ok(Exit::Interrupted);
    };
    match args.format {
        Format::Text => output::result(&text::answers(&answers))?,
        Format::Json => output::json(&answers)?,
    }
    let violates = |answer: &Answer| answer.verdict.is_some_and(Verdict::is_violation);
    if let Some(missing) = answers.iter().flat_map(|answer| &answer.missing).next() {
        let said = format!("{} has no definition `{}`", missing.path, missing.definition);
        if !args.stdin {
            return Err(Usage(said).into());
        }
        output::note(args.place.quiet, &said);
    }
    let equal = |it: &Behaviour| it.verdict == BehaviourVerdict::Equal;
    // Asked for, the calls decide: equal ones are good news whatever the verdict.
    let clean = if args.behaviour {
        answers.iter().flat_map(|answer| &answer.behaviour).all(equal)
    } else {
        !answers.iter().any(violates)
    };
    Ok(Exit::clean_if(clean))
}

/// None when somebody interrupted.
fn answers(
    args: &CompareArgs,
    options: &ScanOptions,
    groups: Vec<Vec<Named>>,
) -> anyhow::Result<Option<Vec<Answer>>> {
    if !args.behaviour {
        return Ok(Some(ssot_engine::compare(options, groups)?));
    }
    let calls = if args.without_tests { CallSource::Made } else { CallSource::Recorded };
    match interrupt::wait(ssot_engine::compare_by_calls(options, groups, calls))? {
        Waited::Done(answers) => Ok(Some(answers)),
        Waited::Interrupted => Ok(None),
    }
}

fn from_arguments(definitions: &[String]) -> anyhow::Result<Vec<Named>> {
    if definitions.len() < 2 {
        return Err(Usage("name at least two definitions with -d FILE:NAME".to_owned()).into());
    }
    definitions
        .iter()
        .map(|text| match text.rsplit_once(':') {
            Some((path, definition)) => {
                Ok(Named { path: path.to_owned(), definition: definition.to_owned() })
            }
            None => Err(Usage(format!("`{text}` is not of the form FILE:NAME")).into()),
        })
        .collect()
}

fn from_stdin() -> anyhow::Result<Vec<Vec<Named>>> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| match serde_json::from_str::<Group>(line) {
            Ok(group) => Ok(group.members),
            Err(error) => Err(Usage(format!("line {number} of the input: {error}")).into()),
        })
        .collect()
}
