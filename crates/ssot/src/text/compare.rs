//! Answers about named definitions, for people.

use ssot_engine::Answer;

use super::scan::{evidence, line};
use super::{style, verdicts};

/// One paragraph per group.
pub(crate) fn answers(answers: &[Answer]) -> String {
    let mut text = String::new();
    for answer in answers {
        let verdict = match answer.verdict {
            Some(verdict) => format!(
                "{}  {} % sure: {}",
                verdicts::cell(verdict),
                answer.confidence,
                verdicts::meaning(verdict)
            ),
            None => "not there".to_owned(),
        };
        line(&mut text, &verdict);
        for member in &answer.members {
            line(&mut text, &format!("  {} in {}", style::strong(&member.definition), member.path));
        }
        for fact in &answer.evidence {
            line(&mut text, &style::faint(&format!("  {}", evidence(fact))));
        }
        if let Some(question) = &answer.question {
            line(&mut text, &format!("  {question}"));
        }
    }
    text
}
