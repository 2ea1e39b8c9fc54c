//! Reports as resources: what a client may show or attach without a call.

use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, RequestId, Resource, ResourceContents, ResourceTemplate};
use serde_json::json;
use ssot_engine::rules::{RULES, rule};

use super::face::Face;

const RUN: &str = "ssot://run";
const PLAN: &str = "ssot://plan";
const RULE: &str = "ssot://rule/";
const GROUP: &str = "ssot://group/";

/// Resources with an address of their own.
pub(super) fn list() -> Vec<Resource> {
    let pages = [
        (RUN, "run", "The report of the last run, rebuilt from its log"),
        (PLAN, "plan", "What `ssot run` would do for the commit that is checked out"),
    ];
    let page = |(uri, name, text): (&str, &str, &str)| {
        Resource::new(uri, name).with_description(text).with_mime_type("application/json")
    };
    let rule = |rule: &ssot_engine::rules::Rule| {
        Resource::new(format!("{RULE}{}", rule.name), rule.name)
            .with_description(rule.summary)
            .with_mime_type("text/markdown")
    };
    pages.into_iter().map(page).chain(RULES.iter().map(rule)).collect()
}

/// Resources whose address has a name in it.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let template = |uri: String, name: &str, text: &str, form: &str| {
        ResourceTemplate::new(uri, name).with_description(text).with_mime_type(form)
    };
    vec![
        template(format!("{RULE}{{name}}"), "rule", "The page of a rule", "text/markdown"),
        template(
            format!("{GROUP}{{id}}"),
            "group",
            "Everything known about a group, by its id, its name or a member",
            "application/json",
        ),
    ]
}

/// Reads one; those that are not pages of rules are answers of tools.
pub(super) async fn read(
    face: &Face,
    request: &RequestId,
    uri: &str,
) -> Result<ReadResourceResult, ErrorData> {
    if let Some(rule) = uri.strip_prefix(RULE).and_then(rule) {
        return Ok(ReadResourceResult::new(vec![contents(uri, rule.page, "text/markdown")]));
    }
    let (tool, arguments) = match (uri, uri.strip_prefix(GROUP)) {
        (RUN, _) => ("run_status", json!({})),
        (PLAN, _) => ("plan", json!({})),
        (_, Some(group)) => ("audit", json!({ "group": group })),
        _ => return Err(ErrorData::resource_not_found(format!("there is no `{uri}`"), None)),
    };
    let answer = face.call(request, tool, arguments).await;
    let value = answer.map_err(|error| ErrorData::resource_not_found(error.to_string(), None))?;
    Ok(ReadResourceResult::new(vec![contents(uri, &value.to_string(), "application/json")]))
}

fn contents(uri: &str, text: &str, form: &str) -> ResourceContents {
    ResourceContents::text(text, uri).with_mime_type(form)
}
