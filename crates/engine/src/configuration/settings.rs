//! Every setting with its value, and where the value comes from.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};
use ssot_model::Config;
use ssot_rules::rule;
use toml::de::{DeTable, DeValue};

use super::{config_schema, parse, read, shape};
use crate::EngineError;

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Origin {
    /// Nobody says anything.
    Default,
    /// A file says so.
    File {
        /// The file, from the root of the repository where it lies below.
        path: String,
        /// The line, from one.
        line: u32,
    },
    /// A variable of the environment says so.
    Environment {
        /// Its name.
        variable: String,
    },
    /// The command line says so.
    Flag {
        /// The flag, with its dashes.
        flag: String,
    },
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// Its name as it is written in `ssot.toml`, `scan.min-lines`.
    pub name: String,
    /// What it takes, in words: `a whole number`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value; null when it is not set.
    pub value: Value,
    /// Its value where nobody says anything; null when it is not set then.
    pub default: Value,
    /// Where the value comes from.
    pub origin: Origin,
    /// What it is for.
    pub description: String,
}

/// Every setting of `ssot.toml`, or of a file in its place, in order of name. A file with a
/// mistake in it is an error that names its line.
pub fn settings(root: &Path, file: Option<&Path>) -> Result<Vec<Setting>, EngineError> {
    let (path, text) = read(root, file)?.unwrap_or_default();
    let config = parse(&path, &text)?.config;
    let schema = config_schema();
    let mut catalogue = Catalogue { root: &schema, path, lines: lines(&text), found: Vec::new() };
    let values = values(&config)?;
    catalogue.collect(&schema, &values, "");
    catalogue.found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(catalogue.found)
}

/// The values, with the level of every rule.
fn values(config: &Config) -> Result<Value, EngineError> {
    let mut values = serde_json::to_value(config).map_err(EngineError::internal)?;
    for rule in ssot_rules::RULES {
        let level = config.severity.get(rule.name).copied().unwrap_or(rule.level);
        values["severity"][rule.name] = json!(level);
    }
    Ok(values)
}

struct Catalogue<'a> {
    root: &'a Value,
    path: String,
    lines: BTreeMap<String, u32>,
    found: Vec<Setting>,
}

impl Catalogue<'_> {
    /// What is in a table with keys of its own is told one by one, everything else as a whole.
    fn collect(&mut self, schema: &Value, values: &Value, above: &str) {
        for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
            // The old name of `decision`.
            if above.is_empty() && key == "keep" {
                continue;
            }
            let name = shape::joined(above, key);
            let resolved = shape::resolved(self.root, inner);
            if resolved["properties"].is_object() {
                self.collect(resolved, &values[key], &name);
                continue;
            }
            let default = match rule(key).filter(|_| above == "severity") {
                Some(rule) => json!(rule.level),
                None => inner["default"].clone(),
            };
            let said = inner["description"].as_str().or(resolved["description"].as_str());
            self.found.push(Setting {
                kind: shape::expected(self.root, resolved),
                value: values[key].clone(),
                default,
                origin: self.origin(&name),
                description: said.unwrap_or_default().replace('\n', " "),
                name,
            });
        }
    }

    fn origin(&self, name: &str) -> Origin {
        match self.lines.get(name) {
            Some(line) => Origin::File { path: self.path.clone(), line: *line },
            None => Origin::Default,
        }
    }
}

/// The line of each key of a file, by its full name; a list of tables counts from its first.
fn lines(text: &str) -> BTreeMap<String, u32> {
    let (document, _) = DeTable::parse_recoverable(text);
    let mut lines = BTreeMap::new();
    note(text, document.get_ref(), "", &mut lines);
    if let Some(line) = lines.remove("keep") {
        lines.entry("decision".to_owned()).or_insert(line);
    }
    lines
}

fn note(text: &str, table: &DeTable<'_>, above: &str, lines: &mut BTreeMap<String, u32>) {
    for (key, value) in table {
        let name = shape::joined(above, key.get_ref());
        let before = text[..key.span().start].matches('\n').count();
        if let DeValue::Table(inner) = value.get_ref() {
            note(text, inner, &name, lines);
        }
        lines.insert(name, u32::try_from(before + 1).unwrap_or(u32::MAX));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the test writes a real file")]

    use serde_json::{Value, json};

    use super::{Origin, Setting, settings};

    fn of(text: &str) -> Vec<Setting> {
        let root = tempfile::tempdir().expect("a directory");
        std::fs::write(root.path().join("ssot.toml"), text).expect("written");
        settings(root.path(), None).expect("settings")
    }

    #[test]
    fn each_value_says_where_it_comes_from() {
        let text = "[scan]\nmin-lines = 7\n\n[severity]\nexact-clone = \"error\"\n\n\
                    [test]\ncommand = \"pytest\"\nenv = { A = \"b\" }\n\n\
                    [[keep]]\ngroup = \"a.B\"\nreason = \"r\"\n";
        let all = of(text);
        let of = |name: &str| {
            let found = all.iter().find(|it| it.name == name);
            found.unwrap_or_else(|| panic!("there is no {name}"))
        };
        for (name, value, line) in [
            ("scan.min-lines", json!(7), 2),
            ("severity.exact-clone", json!("error"), 5),
            ("test.command", json!("pytest"), 8),
            ("test.env", json!({ "A": "b" }), 9),
        ] {
            let origin = Origin::File { path: "ssot.toml".to_owned(), line };
            assert_eq!((&of(name).value, &of(name).origin), (&value, &origin), "{name}");
        }
        assert!(matches!(of("decision").origin, Origin::File { line: 11, .. }));
        assert_eq!(of("decision").value[0]["group"], "a.B");
        assert_eq!(of("test.timeout-seconds").value, json!(900));
        assert_eq!(of("test.timeout-seconds").origin, Origin::Default);
        assert_eq!(of("scan.min-lines").kind, "a whole number");
        assert_eq!(of("run.mode").kind, "one of careful, standard, aggressive");
    }

    #[test]
    fn where_nothing_is_said_every_value_is_the_default() {
        let all = of("");
        assert!(all.len() > 100, "{}", all.len());
        assert!(all.is_sorted_by_key(|it| &it.name));
        for setting in all {
            assert_eq!(setting.origin, Origin::Default, "{}", setting.name);
            assert!(!setting.description.is_empty(), "{}", setting.name);
            assert!(!setting.kind.is_empty(), "{}", setting.name);
            // What belongs to a table that is not there is not set.
            let is_in_no_table = ["agent.", "test."].iter().any(|it| setting.name.starts_with(it));
            let expected = if is_in_no_table { Value::Null } else { setting.default };
            assert_eq!(setting.value, expected, "{}", setting.name);
        }
    }
}
