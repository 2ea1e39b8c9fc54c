//! What users outside of the repository rely on, and what becomes of names that move.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What users outside of the repository import: a package that breaks it does not land.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ApiConfig {
    /// Dotted names of definitions, values and methods; `*` stands for any letters. What has
    /// a part that begins with `_` belongs to it only when it is written out.
    pub public: Vec<String>,
}

/// What stays where a name has moved away from: a module `__getattr__` that warns and hands
/// on. Without `remove-after` nothing but a re-export stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ShimConfig {
    /// How long old names are there: `90 days` after the plan was made, or the last day,
    /// `YYYY-MM-DD`.
    pub remove_after: Option<String>,
    /// Dotted names that get a shim although they are not in `api.public`; `*` stands for
    /// any letters.
    pub names: Vec<String>,
}

impl ShimConfig {
    /// The last day on which a name that moves today is there; none when there are no shims.
    /// An error says how it is written.
    pub fn last_day(&self, today: &str) -> Result<Option<String>, String> {
        let Some(text) = &self.remove_after else { return Ok(None) };
        if crate::date::is_day(text) {
            return Ok(Some(text.clone()));
        }
        let days = text.strip_suffix("days").or(text.strip_suffix("day"));
        let days = days.and_then(|it| it.trim().parse::<u32>().ok()).filter(|it| *it <= 36_500);
        let wrong = || format!("`{text}` is neither a date nor a number of days: \"90 days\"");
        Ok(crate::date::day_after(today, days.ok_or_else(wrong)?))
    }
}

/// A name that two things share, of which one gets another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// Dotted name of the definition today.
    #[schemars(length(min = 1))]
    pub definition: String,
    /// Its own name from now on, without the module.
    #[schemars(length(min = 1))]
    pub to: String,
    /// Why.
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// A constant that a text is to get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The text.
    #[schemars(length(min = 1))]
    pub text: String,
    /// Dotted name of the constant, in a module that is there.
    #[schemars(length(min = 1))]
    pub definition: String,
}

#[cfg(test)]
mod tests {
    use super::ShimConfig;

    #[test]
    fn the_last_day_is_a_date_or_counted_from_today() {
        for (text, expected) in [
            ("90 days", Ok(Some("2027-02-28"))),
            ("1 day", Ok(Some("2026-12-01"))),
            ("2030-01-31", Ok(Some("2030-01-31"))),
            ("2030-02-31", Err(())),
            ("soon", Err(())),
            ("-3 days", Err(())),
        ] {
            let config = ShimConfig { remove_after: Some(text.to_owned()), names: Vec::new() };
            let found = config.last_day("2026-11-30");
            let found = found.as_ref().map(|it| it.as_deref()).map_err(|_| ());
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(ShimConfig::default().last_day("2026-11-30"), Ok(None));
    }
}
