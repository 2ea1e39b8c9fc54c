//! The process environment, read once at boot.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The variable with which a user asks for output without colours.
pub const NO_COLOR: &str = "NO_COLOR";

/// The variables as they were when the process began; they never change after.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Environment(Arc<BTreeMap<OsString, OsString>>);

/// Values may be secrets, so only names are shown.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment {
    /// Reads the environment of this process. Called once, by `main`.
    pub fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable, when it is set and UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_os(name)?.to_str()
    }

    /// The value of a variable as it is.
    pub fn get_os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Whether a variable is set to something, as `NO_COLOR` and `CI` are meant.
    pub fn is_set(&self, name: &str) -> bool {
        self.get_os(name).is_some_and(|value| !value.is_empty())
    }

    /// The user's directory.
    pub fn home(&self) -> Option<&Path> {
        self.get_os("HOME").map(Path::new).filter(|path| path.is_absolute())
    }

    /// Whether the user asked for output without colours.
    pub fn no_color(&self) -> bool {
        self.is_set(NO_COLOR)
    }

    /// The directories of `PATH` that are absolute, in order. Relative ones would
    /// depend on where the process stands.
    pub fn search_path(&self) -> Vec<PathBuf> {
        let value = self.get_os("PATH").unwrap_or_default();
        std::env::split_paths(value).filter(|path| path.is_absolute()).collect()
    }

    /// All variables in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let pairs = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Arc::new(pairs.collect()))
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    use std::path::{Path, PathBuf};

    use super::Environment;

    #[test]
    fn lookups_tell_unset_empty_and_foreign_values_apart() {
        let environment: Environment = [
            ("HOME", OsString::from("/home/ada")),
            ("NO_COLOR", OsString::new()),
            ("PATH", OsString::from("/bin:here::/usr/bin")),
            ("LATIN", OsString::from_vec(vec![0xe9])),
        ]
        .into_iter()
        .collect();
        assert_eq!(environment.home(), Some(Path::new("/home/ada")));
        assert!(!environment.no_color(), "an empty value does not count");
        assert_eq!(environment.search_path(), ["/bin", "/usr/bin"].map(PathBuf::from));
        assert_eq!((environment.get("LATIN"), environment.is_set("LATIN")), (None, true));
        assert_eq!(environment.get("NONE"), None);
        assert_eq!(environment.iter().count(), 4);
    }

    #[test]
    fn values_are_not_shown() {
        let environment: Environment = [("TOKEN", "secret")].into_iter().collect();
        assert_eq!(format!("{environment:?}"), r#"{"TOKEN"}"#);
    }

    #[test]
    fn a_relative_home_is_none() {
        let environment: Environment = [("HOME", "somewhere")].into_iter().collect();
        assert_eq!(environment.home(), None);
    }

    #[test]
    fn the_process_has_an_environment() {
        assert!(Environment::of_process().get_os("PATH").is_some());
    }
}
