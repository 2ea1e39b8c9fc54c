//! `ssot init`: everything a repository needs so that the next duplicate is stopped.

mod hook;
mod templates;

use std::path::{Path, PathBuf};

use ssot_model::Config;
use ssot_runtime::files;
use ssot_runtime::git::Repository;

use crate::survey::ScanOptions;
use crate::triage::Survey;
use crate::{
    Accepting, BASELINE_FILE, CONFIG_FILE, EngineError, config_schema, configuration, ratchet,
};

/// Largest file of the user's that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

const HOOK_FILE: &str = ".pre-commit-config.yaml";
const WORKFLOW_FILE: &str = ".github/workflows/ssot.yml";
const GITLAB_FILE: &str = ".gitlab-ci.yml";
const SCHEMA_FILE: &str = ".ssot/ssot.schema.json";

/// The reason of the findings that were there before the ratchet.
const FIRST_REASON: &str = "there when the ratchet began";

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was made, or made anew.
    Written,
    /// Our part was added to what was there.
    Added,
    /// It was there and stays as it is.
    Kept,
    /// It was there and only a person can add our part: see the snippet.
    Yours,
}

/// One file of a repository that was set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitFile {
    /// Relative to the root.
    pub path: &'static str,
    /// What became of it.
    pub fate: Fate,
    /// What a person should add by hand.
    pub snippet: Option<String>,
}

/// What `ssot init` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitReport {
    /// The root of the repository.
    pub root: PathBuf,
    /// The files, in the order in which they were dealt with.
    pub files: Vec<InitFile>,
    /// Findings in the baseline.
    pub accepted: usize,
    /// Boundaries that the tree shows.
    pub boundaries: usize,
}

/// Sets a repository up. Files that are there stay as they are unless `force` is
/// given; the hook is added to an existing configuration where that is safe.
pub fn init(path: &Path, force: bool) -> Result<InitReport, EngineError> {
    if !files::exists(path) {
        return Err(EngineError::user(format!("{} does not exist", path.display())));
    }
    let repository = Repository::open(path).ok();
    let root = repository.as_ref().map_or(path, Repository::root).to_owned();
    let branch = repository.and_then(|it| it.current_branch().ok().flatten());
    let setup = Setup { root: &root, force };
    let mut done = Vec::new();

    setup.write(SCHEMA_FILE, &schema_text()?)?;
    let config = Survey::take(&root, Config::default(), None)?.config;
    done.push(setup.file(CONFIG_FILE, &templates::config(&config.boundary))?);
    // A broken file of the user's is their next step, before anything rests on it.
    configuration::load(&root, None)?;
    let (baseline, accepted) = setup.baseline()?;
    done.push(baseline);
    done.push(setup.hook()?);
    let workflow = templates::workflow(branch.as_deref().unwrap_or("main"));
    done.push(setup.file(WORKFLOW_FILE, &workflow)?);
    if setup.has(GITLAB_FILE) {
        let snippet = Some(templates::GITLAB.to_owned());
        done.push(InitFile { path: GITLAB_FILE, fate: Fate::Yours, snippet });
    }
    Ok(InitReport { files: done, accepted, boundaries: config.boundary.len(), root })
}

fn schema_text() -> Result<String, EngineError> {
    Ok(serde_json::to_string_pretty(&config_schema()).map_err(EngineError::internal)? + "\n")
}

struct Setup<'a> {
    root: &'a Path,
    force: bool,
}

impl Setup<'_> {
    fn has(&self, path: &str) -> bool {
        files::exists(&self.root.join(path))
    }

    fn write(&self, path: &str, text: &str) -> Result<(), EngineError> {
        files::prepare_state_dir(self.root)
            .and_then(|_| files::write_text(&self.root.join(path), text))
            .map_err(|error| EngineError::user(format!("{path} cannot be written: {error}")))
    }

    /// Writes a file unless it is there.
    fn file(&self, path: &'static str, text: &str) -> Result<InitFile, EngineError> {
        if self.has(path) && !self.force {
            return Ok(InitFile { path, fate: Fate::Kept, snippet: None });
        }
        self.write(path, text)?;
        Ok(InitFile { path, fate: Fate::Written, snippet: None })
    }

    /// Accepts what is there, and says how much that is.
    fn baseline(&self) -> Result<(InitFile, usize), EngineError> {
        let path = BASELINE_FILE;
        if self.has(path) && !self.force {
            let known = ratchet::store::load(self.root)?.unwrap_or_default().entries.len();
            return Ok((InitFile { path, fate: Fate::Kept, snippet: None }, known));
        }
        let options = ScanOptions {
            root: self.root.to_owned(),
            config: None,
            cache: true,
            rules: Vec::new(),
        };
        let accepting = Accepting { reason: FIRST_REASON.to_owned(), by: None };
        ratchet::accept(&options, &accepting)?;
        let known = ratchet::store::load(self.root)?.unwrap_or_default().entries.len();
        Ok((InitFile { path, fate: Fate::Written, snippet: None }, known))
    }

    /// Adds the hook; a configuration of the user's is never replaced.
    fn hook(&self) -> Result<InitFile, EngineError> {
        let path = HOOK_FILE;
        if !self.has(path) {
            self.write(path, &hook::fresh())?;
            return Ok(InitFile { path, fate: Fate::Written, snippet: None });
        }
        let text = files::read_text(&self.root.join(path), LARGEST)
            .map_err(|error| EngineError::user(format!("{path} cannot be read: {error}")))?;
        if hook::is_there(&text) {
            return Ok(InitFile { path, fate: Fate::Kept, snippet: None });
        }
        let Some(merged) = hook::merged(&text) else {
            let snippet = Some(hook::entry(""));
            return Ok(InitFile { path, fate: Fate::Yours, snippet });
        };
        self.write(path, &merged)?;
        Ok(InitFile { path, fate: Fate::Added, snippet: None })
    }
}
