//! Prompts: how an agent is asked to work with the tools.

use rmcp::ErrorData;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};

/// A prompt with one argument.
struct Template {
    name: &'static str,
    description: &'static str,
    argument: &'static str,
    meaning: &'static str,
    /// `{}` stands for the argument.
    text: &'static str,
}

const TEMPLATES: &[Template] = &[
    Template {
        name: "write-without-duplicating",
        description: "Write something, using what is there already",
        argument: "task",
        meaning: "What is to be written",
        text: "{}\n\nBefore you write any class, function or constant for this, call \
            `find_existing` with the name and signature that it would get. When the answer is \
            `exists`, import the match. When it is `similar`, read the matches and say in one \
            sentence each why you use or do not use it. Where several definitions match, ask \
            `canonical_of` and use the canonical one. When you have written the code, call \
            `check_change` for each file and mend whatever it finds.",
    },
    Template {
        name: "consolidate-group",
        description: "Consolidate the definitions of one group by hand, losing nothing",
        argument: "group",
        meaning: "The group: its id, its name or a member",
        text: "Consolidate the group `{}`. Call `audit` for it. Keep the definition that the audit \
            names as canonical. Go through its ledger atom by atom: each atom that is open has to \
            be taken into the canonical definition, or be shown to have a counterpart there. Then \
            let the other members go, import the canonical one where they were used, and call \
            `check_change`. Run the tests before and after. Do not delete anything that the \
            ledger leaves open; report it instead.",
    },
    Template {
        name: "review-finding",
        description: "Judge whether a finding is right",
        argument: "finding",
        meaning: "The finding: its id, its name or a member",
        text: "Judge the finding `{}`. Call `explain_finding` for its evidence and the page of its \
            rule, and read each member. Say whether the members are one concept, with the facts \
            that decide it. If they are not, propose the `[[decision]]` entry for ssot.toml that \
            says so, with the reason in one sentence.",
    },
];

pub(super) fn list() -> Vec<Prompt> {
    let prompt = |it: &Template| {
        let argument =
            PromptArgument::new(it.argument).with_description(it.meaning).with_required(true);
        Prompt::new(it.name, Some(it.description), Some(vec![argument]))
    };
    TEMPLATES.iter().map(prompt).collect()
}

pub(super) fn get(name: &str, arguments: &JsonObject) -> Result<GetPromptResult, ErrorData> {
    let template = TEMPLATES.iter().find(|it| it.name == name).ok_or_else(|| {
        let names: Vec<&str> = TEMPLATES.iter().map(|it| it.name).collect();
        let said = format!("there is no prompt `{name}`; there are {}", names.join(", "));
        ErrorData::invalid_params(said, None)
    })?;
    let value = arguments.get(template.argument).and_then(|value| value.as_str());
    let value = value.ok_or_else(|| {
        let said = format!("`{name}` needs the argument `{}`", template.argument);
        ErrorData::invalid_params(said, None)
    })?;
    let text = template.text.replacen("{}", value, 1);
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(template.description))
}
