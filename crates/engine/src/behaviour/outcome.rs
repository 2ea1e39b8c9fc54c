//! One input on both sides: the same, different, or not to be compared.

use ssot_model::{Aspect, Obstacle};
use ssot_runtime::runner::CallOutcome;

/// Longest text of one side in a witness, in characters.
const SHOWN: usize = 240;
/// Characters shown before the first difference of long texts.
const BEFORE: usize = 60;

/// What the four calls with one input came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Compared {
    /// Both sides did the same.
    Same,
    /// They did not, first in this.
    Differ(Aspect),
    /// The calls say nothing.
    Dropped(Obstacle),
    /// One side could be watched to its end and the other could not.
    OneSided(Obstacle),
}

/// Two executions of one side.
pub(super) type Twice<'a> = [&'a CallOutcome; 2];

/// Compares what two executions of each side came to.
pub(super) fn compare(left: Twice<'_>, right: Twice<'_>) -> Compared {
    let obstacle = |twice: Twice<'_>| twice.iter().find_map(|outcome| outcome.obstacle);
    let steady = |twice: Twice<'_>| {
        twice[0].obstacle == twice[1].obstacle
            && (twice[0].obstacle.is_some() || difference(twice[0], twice[1]).is_none())
    };
    match (obstacle(left), obstacle(right)) {
        (Some(of_left), Some(of_right)) => Compared::Dropped(of_left.max(of_right)),
        (Some(it), None) | (None, Some(it)) => match it {
            Obstacle::Network | Obstacle::Processes | Obstacle::Files
                if steady(left) && steady(right) =>
            {
                Compared::Differ(Aspect::Effects)
            }
            Obstacle::Hangs | Obstacle::Exits | Obstacle::Memory => Compared::OneSided(it),
            it => Compared::Dropped(it),
        },
        (None, None) if steady(left) != steady(right) => {
            Compared::OneSided(Obstacle::Nondeterministic)
        }
        (None, None) if !steady(left) => Compared::Dropped(Obstacle::Nondeterministic),
        (None, None) => difference(left[0], right[0]).map_or(Compared::Same, Compared::Differ),
    }
}

/// The first aspect in which two calls that could be watched differ.
fn difference(left: &CallOutcome, right: &CallOutcome) -> Option<Aspect> {
    let aspects = [
        (Aspect::Exception, raised(left, right)),
        (Aspect::Result, left.result != right.result),
        (Aspect::Arguments, left.arguments != right.arguments),
        (Aspect::Calls, left.calls != right.calls),
        (Aspect::Output, left.output != right.output),
        (Aspect::Log, left.log != right.log),
        (Aspect::Effects, left.effects != right.effects),
    ];
    aspects.into_iter().find_map(|(aspect, differs)| differs.then_some(aspect))
}

/// Whether the exceptions differ. How the interpreter words that it refuses a value of a
/// wrong type depends on how the code is written, so the wording does not count there.
fn raised(left: &CallOutcome, right: &CallOutcome) -> bool {
    let kind = |outcome: &CallOutcome| outcome.exception.split('(').next().map(str::to_owned);
    if left.refused && right.refused {
        return kind(left) != kind(right);
    }
    left.exception != right.exception
}

/// Everything about an outcome that tells it from others.
pub(super) fn essence(outcome: &CallOutcome) -> impl Ord + use<> {
    let CallOutcome { exception, result, arguments, calls, output, log, effects, .. } =
        outcome.clone();
    (exception, result, arguments, calls, output, log, effects)
}

/// What both sides did, in words, about one aspect.
pub(super) fn in_words(
    aspect: Aspect,
    left: &CallOutcome,
    right: &CallOutcome,
) -> (String, String) {
    let both = |tell: &dyn Fn(&CallOutcome) -> String| (tell(left), tell(right));
    let (left, right) = match aspect {
        Aspect::Exception | Aspect::Result => both(&end),
        Aspect::Arguments => arguments(left, right),
        Aspect::Calls => lists("does", &left.calls, &right.calls),
        Aspect::Output => both(&|it| match it.output.concat() {
            text if text.is_empty() => "prints nothing".to_owned(),
            text => format!("prints {text:?}"),
        }),
        Aspect::Log => lists("logs", &left.log, &right.log),
        Aspect::Effects if left.obstacle.or(right.obstacle).is_some() => both(&effect),
        Aspect::Effects => lists("does", &left.effects, &right.effects),
    };
    around(&left, &right)
}

fn end(outcome: &CallOutcome) -> String {
    if !outcome.exception.is_empty() {
        format!("raises {}", outcome.exception)
    } else if outcome.result.starts_with("yields ") {
        outcome.result.clone()
    } else {
        format!("returns {}", outcome.result)
    }
}

fn effect(outcome: &CallOutcome) -> String {
    match outcome.obstacle {
        Some(_) => format!("asks for {}", outcome.because),
        None => end(outcome),
    }
}

/// The first argument that differs afterwards.
fn arguments(left: &CallOutcome, right: &CallOutcome) -> (String, String) {
    let differing = left
        .arguments
        .iter()
        .find(|(name, text)| right.arguments.get(*name) != Some(text))
        .map(|(name, _)| name.as_str());
    let name = differing.unwrap_or_default();
    let called = match name.parse::<u32>() {
        Ok(number) => format!("argument {number}"),
        Err(_) => format!("`{name}`"),
    };
    let tell = |outcome: &CallOutcome| {
        let text = outcome.arguments.get(name).map_or("missing", String::as_str);
        format!("leaves {called} as {text}")
    };
    (tell(left), tell(right))
}

/// The first entries in which two lists differ.
fn lists(verb: &str, left: &[String], right: &[String]) -> (String, String) {
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let tell = |list: &[String]| {
        let after = if same > 0 { format!("after {same} alike, ") } else { String::new() };
        match list.get(same) {
            Some(entry) => format!("{after}{verb} {entry}"),
            None => format!("{after}{verb} nothing{}", if same > 0 { " more" } else { "" }),
        }
    };
    (tell(left), tell(right))
}

/// Two texts, cut to the place where they begin to differ.
fn around(left: &str, right: &str) -> (String, String) {
    let same = left.chars().zip(right.chars()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| {
        let total = text.chars().count();
        if total <= SHOWN {
            return text.to_owned();
        }
        let verb: String = text.chars().take_while(|letter| *letter != ' ').collect();
        let start = same.saturating_sub(BEFORE);
        let shown: String = text.chars().skip(start).take(SHOWN).collect();
        let before = if start > 0 { format!("{verb} ... ") } else { String::new() };
        let after = if start + SHOWN < total { " ..." } else { "" };
        format!("{before}{shown}{after}")
    };
    (cut(left), cut(right))
}
