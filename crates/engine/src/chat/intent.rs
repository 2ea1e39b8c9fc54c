//! What somebody means, read from the words they write.

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// To know what can be asked.
    Help,
    /// To know how the repository stands.
    Overview,
    /// To read it again.
    Scan,
    /// To know about a concept, by name, dotted name or id.
    Concept(String),
    /// To know why something was chosen as canonical.
    Why(String),
    /// To know what a fix has not reached.
    MissedFixes,
    /// To know what a rule is about.
    Rule(String),
    /// To know what would be done.
    Plan,
    /// To have something done: a concept, or the whole plan when nothing is named.
    Run(Option<String>),
    /// To know how the latest run is going.
    Status,
    /// To approve what the latest run waits for.
    Approve,
    /// To stop the latest run.
    Cancel,
    /// To undo a package of the latest run, or all of it when none is named.
    RollBack(Option<String>),
}

/// Words that begin a question and say nothing about what is asked.
const FILLERS: [&str; 34] = [
    "a",
    "about",
    "all",
    "an",
    "and",
    "are",
    "can",
    "could",
    "do",
    "does",
    "for",
    "i",
    "in",
    "is",
    "it",
    "me",
    "my",
    "of",
    "on",
    "only",
    "our",
    "please",
    "project",
    "repository",
    "run",
    "the",
    "there",
    "this",
    "to",
    "us",
    "we",
    "what",
    "you",
    "concept",
];

/// Reads a message. What begins with no known word is a question about a concept.
pub fn intent(text: &str) -> Intent {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(['?', '!', '.', ',', ':', ';', '"', '\'', '`']))
        .filter(|word| !word.is_empty())
        .collect();
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let has = |word: &str| lower.iter().any(|it| it == word);
    let rest = |from: usize| named(&words, from);
    let Some(first) = lower.first() else { return Intent::Help };
    match first.as_str() {
        "help" | "hello" | "hi" | "commands" => Intent::Help,
        "scan" | "rescan" | "refresh" | "reload" => Intent::Scan,
        "how" if has("going") || has("run") => Intent::Status,
        "overview" | "health" | "summary" | "how" => Intent::Overview,
        "explain" | "rule" => rest(1).map_or(Intent::Help, Intent::Rule),
        "plan" => Intent::Plan,
        "run" | "consolidate" | "fix" | "start" | "execute" => Intent::Run(rest(1)),
        "status" | "progress" => Intent::Status,
        "approve" => Intent::Approve,
        "cancel" | "stop" | "abort" => Intent::Cancel,
        "undo" | "rollback" | "revert" => Intent::RollBack(rest(1)),
        "roll" if has("back") => Intent::RollBack(rest(2)),
        "why" => rest(1).map_or(Intent::Overview, Intent::Why),
        _ if has("missed") || has("unfixed") => Intent::MissedFixes,
        _ if has("would") && (has("change") || has("done")) || has("plan") => Intent::Plan,
        _ if has("worst") || has("state") || has("bad") => Intent::Overview,
        _ => rest(0).map_or(Intent::Overview, Intent::Concept),
    }
}

/// What is named after the first words: what looks like code when something does, otherwise
/// the words that say something.
fn named(words: &[&str], from: usize) -> Option<String> {
    let rest = words.get(from..).unwrap_or_default();
    let is_code = |word: &&&str| {
        let inner = word.get(1..).unwrap_or_default();
        word.contains(['_', '.', '/'])
            || word.starts_with("g-")
            || inner.contains(char::is_uppercase)
    };
    if let Some(code) = rest.iter().find(is_code) {
        return Some((*code).to_owned());
    }
    let telling: Vec<&str> = rest
        .iter()
        .copied()
        .filter(|word| !FILLERS.contains(&word.to_lowercase().as_str()))
        .collect();
    (!telling.is_empty()).then(|| telling.join(" "))
}

#[cfg(test)]
mod tests {
    use super::Intent::{
        Approve, Cancel, Concept, Help, MissedFixes, Overview, Plan, RollBack, Rule, Run, Scan,
        Status, Why,
    };
    use super::intent;

    #[test]
    fn messages_are_read() {
        let some = |text: &str| Some(text.to_owned());
        for (text, expected) in [
            ("", Help),
            ("help", Help),
            ("Scan again, please", Scan),
            ("What is the state of this project?", Overview),
            ("what is the worst concept?", Overview),
            ("tell me about slugify", Concept("tell slugify".into())),
            ("slugify", Concept("slugify".into())),
            ("Is there a `shop.text.slugify`?", Concept("shop.text.slugify".into())),
            ("what about OrderManager", Concept("OrderManager".into())),
            ("g-1a2b3c4d", Concept("g-1a2b3c4d".into())),
            ("Why is slugify in text canonical?", Why("slugify text canonical".into())),
            ("why g-1a2b3c4d", Why("g-1a2b3c4d".into())),
            ("explain exact-clone", Rule("exact-clone".into())),
            ("plan", Plan),
            ("What would change?", Plan),
            ("show me the plan", Plan),
            ("run", Run(None)),
            ("run the plan", Run(some("plan"))),
            ("consolidate round_money", Run(some("round_money"))),
            ("How is the run going?", Status),
            ("status", Status),
            ("which fixes were missed?", MissedFixes),
            ("approve it", Approve),
            ("stop", Cancel),
            ("roll back p03-slugify", RollBack(some("p03-slugify"))),
            ("rollback", RollBack(None)),
        ] {
            assert_eq!(intent(text), expected, "{text}");
        }
    }
}
