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
        for ranked in &answer.canonical {
            let figures: Vec<String> = ranked
                .criteria
                .iter()
                .filter(|it| it.points != 0)
                .map(|it| format!("{} ({:+})", it.figure, it.points))
                .collect();
            let place = format!("{} in {}", ranked.named.definition, ranked.named.path);
            line(&mut text, &format!("  {:>6}  {place}", ranked.points));
            line(&mut text, &style::faint(&format!("          {}", figures.join(", "))));
        }
        if let Some(question) = &answer.question {
            line(&mut text, &format!("  {question}"));
        }
        for behaviour in &answer.behaviour {
            text.push_str(&super::behaviour::behaviour(behaviour));
        }
    }
    text
}
