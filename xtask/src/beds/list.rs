//! The pinned list of real projects.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::ssot::Counts;
use crate::sdist::Release;

/// The file of the list, relative to the workspace.
const LIST: &str = "xtask/beds/beds.toml";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    bed: Vec<Bed>,
}

/// One project.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Bed {
    /// The short name.
    pub(crate) name: String,
    package: String,
    /// The version.
    pub(crate) version: String,
    sha256: String,
    /// Whether `cargo xtask test` runs it.
    #[serde(default)]
    pub(crate) quick: bool,
    /// Whether it holds next to nothing to consolidate.
    #[serde(default)]
    pub(crate) control: bool,
    /// The groups of a control that may be violations.
    #[serde(default)]
    pub(crate) allowed: Vec<Allowed>,
    test: String,
    #[serde(default)]
    deselect: Vec<String>,
    /// Files to copy inside the tree before it is committed.
    #[serde(default)]
    pub(crate) copies: Vec<Copy>,
    /// Longest time of one execution of the tests, in seconds.
    pub(crate) timeout_seconds: u64,
    /// What the tests of the untouched tree gave.
    pub(crate) expect: Counts,
    /// Variables that the tests need.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
}

/// A group that may be reported in a control.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allowed {
    /// The group's name.
    pub(crate) name: String,
    /// Why the report is right.
    #[expect(dead_code, reason = "the reason is for the reader of the list")]
    why: String,
}

/// A file that the project's instructions say to copy.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Copy {
    /// The template.
    pub(crate) from: String,
    /// The file that the tests want.
    pub(crate) to: String,
}

impl Bed {
    /// What is downloaded.
    pub(crate) fn release(&self) -> Release {
        Release {
            package: self.package.clone(),
            version: self.version.clone(),
            sha256: self.sha256.clone(),
        }
    }

    /// The test command with the tests that are left out.
    pub(crate) fn test_command(&self) -> String {
        let left_out = self.deselect.iter().map(|test| format!(" --deselect={test}"));
        self.test.clone() + &left_out.collect::<String>()
    }

    /// The file with the exact versions of what the tests need.
    pub(crate) fn lock(&self, root: &Path) -> std::path::PathBuf {
        root.join(format!("xtask/beds/locks/{}.txt", self.name))
    }
}

/// The whole list, in its order.
pub(crate) fn all(root: &Path) -> Result<Vec<Bed>> {
    let text =
        std::fs::read_to_string(root.join(LIST)).with_context(|| format!("reading {LIST}"))?;
    let list: List = toml::from_str(&text).with_context(|| format!("in {LIST}"))?;
    Ok(list.bed)
}

/// The named beds; the quick ones when no name is given.
pub(crate) fn choose(beds: Vec<Bed>, names: &[String], every: bool) -> Result<Vec<Bed>> {
    if let Some(unknown) = names.iter().find(|name| beds.iter().all(|bed| bed.name != **name)) {
        let known: Vec<&str> = beds.iter().map(|bed| bed.name.as_str()).collect();
        bail!("there is no bed `{unknown}`; there are {}", known.join(", "));
    }
    let wanted =
        |bed: &Bed| every || if names.is_empty() { bed.quick } else { names.contains(&bed.name) };
    Ok(beds.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::{all, choose};
    use crate::workspace;

    #[test]
    fn every_bed_has_its_lock_and_a_whole_pin() {
        for bed in all(&workspace::root()).expect("the list is well formed") {
            assert!(bed.lock(&workspace::root()).is_file(), "{}", bed.name);
            assert_eq!(bed.release().sha256.len(), 64, "{}", bed.name);
            assert!(bed.expect.passed > 0, "{}", bed.name);
        }
    }

    #[test]
    fn names_choose_beds_and_no_name_the_quick_ones() {
        let chosen = |names: &[&str], every| -> Vec<String> {
            let names: Vec<String> = names.iter().map(ToString::to_string).collect();
            let beds = all(&workspace::root()).expect("the list is well formed");
            choose(beds, &names, every).map_or_else(
                |error| vec![error.to_string()],
                |beds| beds.into_iter().map(|bed| bed.name).collect(),
            )
        };
        assert_eq!(chosen(&[], false), ["boltons", "streamlink"]);
        assert_eq!(chosen(&["celery"], false), ["celery"]);
        assert_eq!(chosen(&[], true).len(), 8);
        assert!(chosen(&["x"], false)[0].starts_with("there is no bed `x`"));
    }
}
