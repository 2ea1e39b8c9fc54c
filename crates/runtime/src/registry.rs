//! Named things that are decided at boot and never after.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Two things were to have one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is registered twice; every name stands for one thing")]
pub struct DuplicateKey(pub String);

/// Things by their names. It is filled once by [`Registration`] and frozen: looking
/// something up takes no lock, and clones share what they hold.
///
/// ```
/// use ssot_runtime::registry::{Registration, UniversalRegistry};
///
/// let registry: UniversalRegistry<fn() -> String> =
///     Registration::new().with("greeting", (|| "hello".to_owned()) as fn() -> String)?.freeze();
/// assert_eq!(registry.get("greeting").map(|make| make()), Some("hello".to_owned()));
/// assert!(registry.get("farewell").is_none());
/// # Ok::<(), ssot_runtime::registry::DuplicateKey>(())
/// ```
#[derive(Debug)]
pub struct UniversalRegistry<T>(Arc<BTreeMap<String, T>>);

impl<T> Clone for UniversalRegistry<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> UniversalRegistry<T> {
    /// The thing of a name.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.get(key)
    }

    /// Every name with its thing, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

/// A registry that is being filled.
#[derive(Debug)]
pub struct Registration<T>(BTreeMap<String, T>);

impl<T> Registration<T> {
    /// Nothing yet.
    #[expect(clippy::new_without_default, reason = "a registry is begun on purpose")]
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a thing; a name that is taken is an error, whatever stands behind it.
    pub fn with(mut self, key: impl Into<String>, value: T) -> Result<Self, DuplicateKey> {
        let key = key.into();
        if self.0.contains_key(&key) {
            return Err(DuplicateKey(key));
        }
        self.0.insert(key, value);
        Ok(self)
    }

    /// What there is from now on.
    pub fn freeze(self) -> UniversalRegistry<T> {
        UniversalRegistry(Arc::new(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{DuplicateKey, Registration};

    #[test]
    fn a_name_stands_for_one_thing() {
        let first =
            Registration::new().with("a", 1).and_then(|it| it.with("b", 2)).expect("two names");
        let registry = first.freeze();
        assert_eq!(registry.iter().collect::<Vec<_>>(), [("a", &1), ("b", &2)]);
        assert_eq!(registry.clone().get("b"), Some(&2));
        let twice = Registration::new().with("a", 1).and_then(|it| it.with("a", 1));
        assert_eq!(twice.map(|_| ()), Err(DuplicateKey("a".to_owned())));
    }
}
