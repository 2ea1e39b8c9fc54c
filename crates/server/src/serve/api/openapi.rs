//! The API as a document.

use axum::Json;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::super::failure::ErrorBody;
use super::{BASE, Operation, operations};

/// Serves the document.
pub(super) async fn serve() -> Json<Value> {
    Json(document())
}

/// The document, made from the table that the router is made from.
fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = described(&operation, &mut generator);
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "ssot",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Every command carries a `command_id` that the client makes. The same \
                id with the same body brings the first answer back; with another body it is \
                refused. Events come over the WebSocket `/api/v1/stream` (protocol `ssot.v1`) or \
                as server-sent events.",
        },
        "servers": [{ "url": BASE }],
        "security": [{ "token": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "ssot_PORT" },
            },
        },
    })
}

fn described(operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let answer = (operation.answers)(generator);
    let error = generator.subschema_for::<ErrorBody>();
    let json_of = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let mut described = json!({
        "summary": operation.summary,
        "description": format!("Open to: {}.", operation.role),
        "responses": {
            operation.status.to_string(): {
                "description": "Done.", "content": json_of(answer.as_value()),
            },
            "4XX": { "description": "Not done, and why.", "content": json_of(error.as_value()) },
            "5XX": { "description": "Not done, and why.", "content": json_of(error.as_value()) },
        },
    });
    if let Some(takes) = operation.takes {
        let body = takes(generator);
        described["requestBody"] = json!({ "required": true, "content": json_of(body.as_value()) });
    }
    let mut parameters: Vec<Value> = in_path(operation.path);
    if let Some(asks) = operation.asks {
        parameters.extend(in_query(asks(generator).as_value(), generator));
    }
    if !parameters.is_empty() {
        described["parameters"] = Value::Array(parameters);
    }
    described
}

fn in_path(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    names.map(parameter).collect()
}

/// A query is described by the fields of an object.
fn in_query(schema: &Value, generator: &SchemaGenerator) -> Vec<Value> {
    let name = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next()).unwrap_or_default();
    let Some(object) = generator.definitions().get(name) else { return Vec::new() };
    let fields = object["properties"].as_object().cloned().unwrap_or_default();
    let parameter = |(name, schema): (String, Value)| json!({ "name": name, "in": "query", "required": false, "schema": schema });
    fields.into_iter().map(parameter).collect()
}

#[cfg(test)]
mod tests {
    use super::document;

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = document();
        let text = document.to_string();
        let mut references = 0;
        for part in text.split("\"$ref\":\"").skip(1) {
            let path = part.split('"').next().expect("a reference ends").trim_start_matches('#');
            assert!(document.pointer(path).is_some(), "{path}");
            references += 1;
        }
        assert!(references > 10, "{references}");
        assert_eq!(document["openapi"], "3.1.0");
    }
}
