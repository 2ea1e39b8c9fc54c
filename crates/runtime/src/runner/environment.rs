//! The one environment in which repository code runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ssot_model::TestConfig;

use super::{Sources, scratch::Scratch};

/// Where programs are found besides the configured directories.
const SYSTEM_PATH: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/// The same for everybody, always.
const FIXED: [(&str, &str); 7] = [
    ("LANG", "C.UTF-8"),
    ("TZ", "UTC"),
    ("PYTHONHASHSEED", "0"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONNOUSERSITE", "1"),
    // Errors that are not decided by the terminal of whoever runs this.
    ("TERM", "dumb"),
    ("COLUMNS", "80"),
];

/// Parts of an interpreter's prefix that it needs.
const PREFIX_PARTS: [&str; 4] = ["bin", "lib", "lib64", "include"];

/// What the configuration says about this machine, resolved once.
#[derive(Debug)]
pub(super) struct Surroundings {
    /// Directories of programs, configured ones first.
    pub(super) path: Vec<PathBuf>,
    /// The interpreter that loads modules.
    pub(super) python: Option<PathBuf>,
    /// Directories that may be read besides the system's.
    pub(super) readable: Vec<PathBuf>,
}

impl Surroundings {
    pub(super) fn find(
        config: Option<&TestConfig>,
        checkout: &Path,
        first_word: Option<&String>,
    ) -> Self {
        let (configured, readable) =
            config.map_or((&[][..], &[][..]), |config| (&config.path[..], &config.readable[..]));
        let configured: Vec<PathBuf> = configured.iter().map(|path| checkout.join(path)).collect();
        let mut readable: BTreeSet<PathBuf> =
            readable.iter().map(|path| checkout.join(path)).collect();
        let path: Vec<PathBuf> =
            configured.iter().cloned().chain(SYSTEM_PATH.iter().map(PathBuf::from)).collect();
        let named = first_word.filter(|word| looks_like_python(word)).map(String::as_str);
        let python = find_program(named.unwrap_or("python3"), &path, checkout)
            .or_else(|| find_program("python3", &path, checkout));
        let beside = python.as_deref().and_then(Path::parent);
        for directory in configured.iter().map(PathBuf::as_path).chain(beside) {
            readable.extend(prefix_of(directory));
        }
        for program in ["python", "python3"] {
            for directory in &configured {
                let real = directory.join(program).canonicalize();
                readable.extend(real.ok().iter().filter_map(|p| p.parent()).flat_map(prefix_of));
            }
        }
        let real = python.as_ref().and_then(|python| python.canonicalize().ok());
        readable.extend(real.iter().filter_map(|p| p.parent()).flat_map(prefix_of));
        Self { path, python, readable: readable.into_iter().collect() }
    }

    /// The whole environment of a command in the tree at `root`.
    pub(super) fn variables(
        &self,
        config: Option<&TestConfig>,
        scratch: &Scratch,
        root: &Path,
        sources: Sources<'_>,
    ) -> BTreeMap<String, String> {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let mut env: BTreeMap<String, String> =
            FIXED.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        env.extend(config.iter().flat_map(|config| config.env.clone()));
        env.insert("PATH".to_owned(), joined(self.path.iter().map(|path| text(path)), ":"));
        for (name, directory) in [
            ("HOME", scratch.home()),
            ("TMPDIR", scratch.tmp()),
            ("SSOT_PROBE_RECORDS", scratch.records()),
        ] {
            env.insert(name.to_owned(), text(&directory));
        }
        // The tree under test comes before whatever is installed: an editable
        // installation would otherwise lead the tests to the original checkout.
        let own =
            [scratch.probe()].into_iter().chain(sources.import_roots.iter().map(|r| root.join(r)));
        let configured = env.get("PYTHONPATH").cloned().unwrap_or_default();
        let configured =
            configured.split(':').filter(|part| !part.is_empty()).map(|p| root.join(p));
        let search = joined(own.chain(configured).map(|p| trimmed(&text(&p))), ":");
        env.insert("PYTHONPATH".to_owned(), search);
        let after = |env: &BTreeMap<String, String>, name: &str, separator: &str, ours: &str| {
            let configured = env.get(name).map(String::as_str).filter(|text| !text.is_empty());
            joined(configured.into_iter().chain([ours]).map(str::to_owned), separator)
        };
        let plugins = after(&env, "PYTEST_PLUGINS", ",", "ssot_probe");
        env.insert("PYTEST_PLUGINS".to_owned(), plugins);
        // Elsewhere rather than off: options of the cache stay known to pytest.
        let cache = format!("-o cache_dir={}", text(&scratch.tmp().join("pytest-cache")));
        let ours = if super::pytest::is_configured(root) {
            cache
        } else {
            let (empty, root) = (text(&scratch.empty_pytest_configuration()), text(root));
            format!("{cache} -c {empty} --rootdir={root} --confcutdir={root}")
        };
        let options = after(&env, "PYTEST_ADDOPTS", " ", &ours);
        env.insert("PYTEST_ADDOPTS".to_owned(), options);
        env
    }
}

fn joined(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

/// Joining with the empty root leaves a slash, which would show in tracebacks.
fn trimmed(path: &str) -> String {
    path.trim_end_matches('/').to_owned()
}

fn looks_like_python(word: &str) -> bool {
    Path::new(word).file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
}

pub(super) fn find_program(name: &str, path: &[PathBuf], checkout: &Path) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(checkout.join(name)).filter(|program| program.is_file());
    }
    path.iter().map(|directory| directory.join(name)).find(|program| program.is_file())
}

/// What an interpreter in `bin` needs of its installation; nothing when there is none.
pub(super) fn prefix_of(bin: &Path) -> Vec<PathBuf> {
    let mut found = vec![bin.to_path_buf()];
    let Some(prefix) = bin.parent() else {
        return found;
    };
    let Ok(virtual_environment) = std::fs::read_to_string(prefix.join("pyvenv.cfg")) else {
        found.extend(PREFIX_PARTS.iter().map(|part| prefix.join(part)));
        return found;
    };
    found.push(prefix.to_path_buf());
    let home = virtual_environment.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| PathBuf::from(value.trim()))
    });
    // A virtual environment made from another one leads on; the links of the
    // interpreter itself are resolved by the caller.
    if let Some(base) = home.as_deref().and_then(Path::parent) {
        found.extend(PREFIX_PARTS.iter().map(|part| base.join(part)));
    }
    found
}
