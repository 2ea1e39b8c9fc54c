//! The functions of an owner, as they are declared.

use ssot_facts::Index;
use ssot_rewrite::{Substitution, Wanted};

/// A function and how it is called after its import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Callee {
    pub(super) wanted: Wanted,
    /// `get_env`, `current().get`.
    pub(super) expression: String,
}

impl Callee {
    /// Reads `app.env.get_env` or `app.env.current().get`.
    pub(super) fn parse(index: &Index, dotted: &str) -> Result<Self, String> {
        let (names, rest) = dotted.split_at(dotted.find('(').unwrap_or(dotted.len()));
        let cuts = || names.rmatch_indices('.').map(|(at, _)| (&names[..at], &names[at + 1..]));
        let known = cuts().find(|(module, _)| index.module_named(module).is_some());
        let missing = || format!("`{dotted}` is not in a module: write it with its module");
        let (module, path) = known.or_else(|| cuts().next()).ok_or_else(missing)?;
        let name = path.split('.').next().unwrap_or(path);
        let wanted = Wanted::name(module, name);
        Ok(Self { wanted, expression: format!("{path}{rest}") })
    }

    /// What fits a pattern becomes a call of the function; `{}` stands for it.
    pub(super) fn takes(&self, pattern: &str, call: &str) -> Result<Substitution, String> {
        let replacement = call.replace("{}", &self.expression);
        Substitution::new(pattern, &replacement, vec![self.wanted.clone()])
    }
}
