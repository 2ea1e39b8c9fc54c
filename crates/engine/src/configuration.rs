//! `ssot.toml` and what the tree itself says about its boundaries.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ssot_facts::Index;
use ssot_model::{Boundary, Config, RepoPath};
use ssot_runtime::files;

use crate::EngineError;

/// The name of the configuration file at the root of a repository.
pub const CONFIG_FILE: &str = "ssot.toml";

/// Largest configuration file that is read, in bytes.
const LARGEST_CONFIG: u64 = 1024 * 1024;

/// Reads the configuration; a missing `ssot.toml` is an empty one, a missing file
/// that was asked for by name is an error.
pub(crate) fn load(root: &Path, file: Option<&Path>) -> Result<Config, EngineError> {
    let (path, required): (PathBuf, bool) = match file {
        Some(file) => (file.to_owned(), true),
        None => (root.join(CONFIG_FILE), false),
    };
    let text = match files::read_text(&path, LARGEST_CONFIG) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => {
            return Ok(Config::default());
        }
        Err(error) => {
            return Err(EngineError::config(format!(
                "{} cannot be read: {error}; name another file with --config",
                path.display()
            )));
        }
    };
    toml::from_str(&text)
        .map_err(|error| EngineError::config(format!("{}: {error}", path.display())))
}

/// Adds a boundary for every directory below the root that is packaged by itself
/// and is not declared already: a service or a library with its own build file.
pub(crate) fn detect_boundaries(root: &Path, index: &Index, config: &mut Config) {
    const BUILD_FILES: [&str; 4] = ["pyproject.toml", "setup.py", "setup.cfg", "Dockerfile"];
    let directories: BTreeSet<&str> =
        index.modules().flat_map(|(_, module)| ancestors(&module.path)).collect();
    let mut packaged: Vec<&str> = directories
        .into_iter()
        .filter(|directory| {
            BUILD_FILES.iter().any(|name| files::exists(&root.join(directory).join(name)))
        })
        .collect();
    packaged.retain(|directory| {
        let declared = config.boundary.iter().flat_map(|boundary| &boundary.paths);
        !declared.into_iter().any(|path| is_inside(directory, path) || is_inside(path, directory))
    });
    // One packaged directory is where the project lives; several are its parts.
    if packaged.len() > 1 {
        config.boundary.extend(packaged.into_iter().map(|directory| Boundary {
            name: directory.to_owned(),
            paths: vec![directory.to_owned()],
        }));
    }
}

fn is_inside(directory: &str, outer: &str) -> bool {
    let outer = outer.trim_end_matches('/');
    directory == outer || directory.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

/// The directories above a file, without the root.
fn ancestors(path: &RepoPath) -> impl Iterator<Item = &str> {
    path.as_str().match_indices('/').map(|(at, _)| &path.as_str()[..at])
}
