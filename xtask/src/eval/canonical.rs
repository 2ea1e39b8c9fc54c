//! How often the canonical choice agrees with what maintainers kept.
//!
//! `eval/canonical.jsonl` names commits of public repositories that deleted a copy and
//! sent its users to another definition. The question is put to the parent of each.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::labels;
use crate::shell::Run;

/// Where the list is, relative to the workspace.
const LIST: &str = "eval/canonical.jsonl";

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A folder of clones, bare or not, with their history: `owner+name`, `owner/name` or `name`.
    #[arg(long, value_name = "DIR")]
    clones: PathBuf,
    /// Prints the disagreements of the part that is not kept aside.
    #[arg(long)]
    show: bool,
    /// Writes the table to docs/eval.md.
    #[arg(long)]
    pub(super) record: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Named {
    path: String,
    definition: String,
}

#[derive(Debug, Deserialize)]
struct Consolidation {
    repository: String,
    parent: String,
    part: String,
    kind: String,
    kept: Named,
    removed: Vec<Named>,
}

#[derive(Debug, Serialize)]
struct Question {
    members: Vec<Named>,
}

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(default)]
    canonical: Vec<Named>,
}

#[derive(Debug, Default)]
struct Count {
    agreed: u32,
    asked: u32,
    unknown: u32,
}

/// Puts every question whose repository is at hand.
pub(super) fn measure(root: &Path, options: &Options) -> Result<String> {
    let text = std::fs::read_to_string(root.join(LIST)).context(LIST)?;
    let mut counts = [("test", Count::default()), ("train", Count::default())];
    for line in text.lines() {
        let consolidation: Consolidation = serde_json::from_str(line)?;
        let Some(clone) = clone(&options.clones, &consolidation.repository) else {
            eprintln!("{}: no clone, left out", consolidation.repository);
            continue;
        };
        let chosen = ask(&clone, &consolidation)?;
        let (_, count) = counts
            .iter_mut()
            .find(|(part, _)| *part == consolidation.part)
            .context("a part is `test` or `train`")?;
        match &chosen {
            None => count.unknown += 1,
            Some(chosen) => {
                count.asked += 1;
                count.agreed += u32::from(*chosen == consolidation.kept);
            }
        }
        let differs = chosen.as_ref().is_some_and(|chosen| *chosen != consolidation.kept);
        if options.show && differs && consolidation.part == "train" {
            let Consolidation { repository, parent, kind, kept, .. } = &consolidation;
            eprintln!("{repository} {parent} {kind}: {kept:?} was kept, not {chosen:?}");
        }
    }
    Ok(table(&counts))
}

fn clone(folder: &Path, repository: &str) -> Option<PathBuf> {
    let (owner, name) = repository.split_once('/')?;
    let places = [format!("{owner}+{name}"), repository.to_owned(), name.to_owned()];
    let inside = ["", "repo", ".git"];
    let of = |place: &String| inside.map(|inside| folder.join(place).join(inside));
    places.iter().flat_map(of).find(|place| place.join("objects").is_dir())
}

/// The definition that ssot would keep; none when it does not know them all.
fn ask(clone: &Path, consolidation: &Consolidation) -> Result<Option<Named>> {
    let tree = tempfile::tempdir()?;
    let archive = tree.path().join("tree.tar");
    Run::new("git")
        .arg("--git-dir")
        .arg(clone)
        .args(["archive", "--output"])
        .arg(&archive)
        .arg(&consolidation.parent)
        // A clone may lack other files, and no other is asked about.
        .args(["--", ":(glob)**/*.py"])
        .check()?;
    let sources = tree.path().join("tree");
    std::fs::create_dir(&sources)?;
    Run::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&sources).check()?;
    let members = [&consolidation.kept].into_iter().chain(&consolidation.removed);
    let question = Question { members: members.cloned().collect() };
    let answers: Vec<Answer> = labels::ask(&sources, &[&serde_json::to_string(&question)?])?;
    Ok(answers.into_iter().next().and_then(|answer| answer.canonical.into_iter().next()))
}

fn table(counts: &[(&str, Count)]) -> String {
    let mut text = String::from(
        "| part | consolidations | the same definition kept | | not facts |\n|---|--:|--:|--:|--:|\n",
    );
    for (part, Count { agreed, asked, unknown }) in counts {
        let share = 100.0 * f64::from(*agreed) / f64::from((*asked).max(1));
        let _ = writeln!(text, "| {part} | {asked} | {agreed} | {share:.0} % | {unknown} |");
    }
    text
}
