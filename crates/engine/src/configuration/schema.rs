//! The shape of `ssot.toml` as a JSON schema, for editors and for our own checks.

use serde_json::{Map, Value, json};
use ssot_model::{Config, Level};
use ssot_rules::RULES;

/// The schema of the configuration file, JSON Schema 2020-12.
///
/// It comes from the types; what only this crate knows, the names of the rules, is
/// added. `format` is `date`, `glob` or `rule` where a text must be one.
pub fn config_schema() -> Value {
    let mut schema = schemars::schema_for!(Config).to_value();
    schema["title"] = json!("ssot.toml");
    let levels = schemars::schema_for!(Level).to_value();
    // An old name that is still read.
    schema["properties"]["keep"] = schema["properties"]["decision"].clone();
    let rules: Map<String, Value> = RULES
        .iter()
        .map(|rule| {
            (rule.name.to_owned(), json!({"description": rule.summary, "oneOf": levels["oneOf"]}))
        })
        .collect();
    let severity = &mut schema["properties"]["severity"];
    severity["properties"] = Value::Object(rules);
    severity["additionalProperties"] = json!(false);
    schema
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the committed schema is compared")]
mod tests {
    use super::config_schema;

    #[test]
    fn the_committed_schema_is_up_to_date() {
        let path =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ssot.schema.json");
        let mut fresh = serde_json::to_string_pretty(&config_schema()).expect("it is a value");
        fresh.push('\n');
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&path, &fresh).expect("docs can be written");
        }
        let committed = std::fs::read_to_string(&path).expect("docs/ssot.schema.json is there");
        assert_eq!(committed, fresh, "run the test with UPDATE_SCHEMA=1");
    }
}
