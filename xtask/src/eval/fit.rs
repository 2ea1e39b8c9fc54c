//! The weights of the judge's likenesses, fitted on the labels.
//!
//! What the code states outright is taken as the judge answers it. Where likenesses
//! decide, one project after the other is left out: weights come from the rest, and the
//! verdicts about that project are what the table counts, at the thresholds as they
//! stand. So it tells what to expect of a project that nobody has seen. Thresholds are
//! proposed on the same left-out probabilities. The `test` part is never read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde::Deserialize;
use ssot_rules::{Likeness, SCALES, Scale};

use super::labels::{self, Count, Trees};
use super::logistic::{self, Model};

/// The part that is fitted on.
const PART: &str = "train";
/// The mark that likenesses decided.
const DECIDED: &str = "overlap";
/// The mark that the code keeps apart what is alike.
const APART: &str = "apart";
/// Smallest set of answers that a threshold may rest on.
const FEWEST: usize = 8;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    trees: Trees,
    /// Share of right answers that a threshold aims at.
    #[arg(long, default_value_t = 0.95)]
    precision: f64,
    /// How much weights are held down.
    #[arg(long, default_value_t = 1.0)]
    ridge: f64,
    /// Names the wrong answers about projects that were left out.
    #[arg(long)]
    show: bool,
    /// Writes the table to docs/eval.md.
    #[arg(long)]
    pub(super) record: bool,
}

#[derive(Debug, Deserialize)]
struct Answer {
    verdict: Option<String>,
    evidence: Vec<Sign>,
    likeness: Option<Likeness>,
}

#[derive(Debug, Deserialize)]
struct Sign {
    signal: String,
}

/// A labelled group and what the judge answered.
struct Case {
    project: String,
    category: String,
    label: String,
    line: String,
    answer: String,
    /// The scale and its figures, where likenesses decided.
    scored: Option<(usize, Vec<f64>)>,
    /// The code keeps them apart: however alike, they are not called variants.
    apart: bool,
}

/// Weights and thresholds of one scale.
struct Fitted {
    model: Model,
    one_concept: f64,
    two_concepts: f64,
}

impl Fitted {
    fn verdict(&self, figures: &[f64]) -> &'static str {
        let probability = self.model.probability(figures);
        if probability >= self.one_concept {
            "variant"
        } else if probability <= self.two_concepts {
            "homonym"
        } else {
            "unsure"
        }
    }
}

/// Fits, and says how the verdicts on projects that were left out compare: the table, and
/// the weights that all projects together give.
pub(super) fn fit(root: &Path, options: &Options) -> Result<(String, String)> {
    let cases = cases(root, options)?;
    let mut table = Table::default();
    let projects: BTreeSet<&str> = cases.iter().map(|case| case.project.as_str()).collect();
    for project in projects {
        let rest: Vec<&Case> = cases.iter().filter(|case| case.project != project).collect();
        let fitted: Vec<Fitted> =
            (0..SCALES.len()).map(|at| as_it_stands(&rest, at, options)).collect();
        for case in cases.iter().filter(|case| case.project == project) {
            let found = match &case.scored {
                Some((at, figures)) => match fitted[*at].verdict(figures) {
                    "variant" if case.apart => "unsure",
                    verdict => verdict,
                },
                None => &case.answer,
            };
            table.add(case, found);
            if options.show && found != "unsure" && found != case.label {
                eprintln!("{found} instead of {}: {}", case.label, case.line);
            }
        }
    }
    let all: Vec<&Case> = cases.iter().collect();
    let mut weights = String::new();
    for (at, shape) in SCALES.iter().enumerate() {
        tell(&mut weights, shape, &scale(&all, at, options));
    }
    Ok((table.render(), weights))
}

fn cases(root: &Path, options: &Options) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (project, labels) in labels::read(root, Some(PART))? {
        let Some(tree) = options.trees.of(&project) else {
            eprintln!("{project}: no sources, {} groups left out", labels.len());
            continue;
        };
        let lines: Vec<&str> = labels.iter().map(|label| label.line.as_str()).collect();
        let answers = labels::ask::<Answer>(&tree, &lines)?;
        for (label, answer) in labels.into_iter().zip(answers) {
            let Some(verdict) = answer.verdict else { continue };
            let is_scored = answer.evidence.first().is_some_and(|it| it.signal == DECIDED);
            let at = at(&label.category);
            let apart = answer.evidence.iter().any(|it| it.signal == APART);
            let figures = answer.likeness.as_ref().map(|it| SCALES[at].figures(it));
            cases.push(Case {
                project: project.clone(),
                category: label.category,
                label: label.verdict,
                line: label.line,
                answer: verdict,
                scored: figures.filter(|_| is_scored).map(|figures| (at, figures)),
                apart,
            });
        }
    }
    Ok(cases)
}

/// The scale of a category.
fn at(category: &str) -> usize {
    let name = match category {
        "behaviour-class" => "behaviour",
        "data-class" => "data",
        _ => "function",
    };
    SCALES.iter().position(|scale| scale.name == name).unwrap_or_default()
}

/// The rows of one scale.
fn of_scale<'a>(cases: &[&'a Case], at: usize) -> Vec<(&'a Case, &'a [f64])> {
    let figures = |case: &&'a Case| match &case.scored {
        Some((it, figures)) if *it == at => Some((*case, figures.as_slice())),
        _ => None,
    };
    cases.iter().filter_map(figures).collect()
}

/// The weights that cases of all projects but one give.
fn model(rows: &[(&Case, &[f64])], at: usize, without: Option<&str>, ridge: f64) -> Model {
    let rows: Vec<(&[f64], bool)> = rows
        .iter()
        .filter(|(case, _)| without != Some(case.project.as_str()))
        .map(|(case, figures)| (*figures, labels::violates(&case.label)))
        .collect();
    logistic::fit(&rows, &SCALES[at].weights(), ridge)
}

/// Fits one scale at the thresholds of today.
fn as_it_stands(cases: &[&Case], at: usize, options: &Options) -> Fitted {
    let Scale { one_concept, two_concepts, .. } = *SCALES[at];
    Fitted {
        model: model(&of_scale(cases, at), at, None, options.ridge),
        one_concept,
        two_concepts,
    }
}

/// Fits one scale. Thresholds are chosen on probabilities of projects that were left
/// out in turn.
fn scale(cases: &[&Case], at: usize, options: &Options) -> Fitted {
    let rows = of_scale(cases, at);
    let mut models: BTreeMap<&str, Model> = BTreeMap::new();
    let mut scored: Vec<(f64, &str)> = rows
        .iter()
        .filter(|(case, _)| !case.apart)
        .map(|(case, figures)| {
            let project = case.project.as_str();
            let model = models
                .entry(project)
                .or_insert_with(|| model(&rows, at, Some(project), options.ridge));
            (model.probability(figures), case.label.as_str())
        })
        .collect();
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    let two_concepts = threshold(scored.iter(), options.precision, |label| label == "homonym");
    let one_concept = threshold(scored.iter().rev(), options.precision, labels::violates);
    Fitted {
        model: model(&rows, at, None, options.ridge),
        one_concept: one_concept.unwrap_or(1.0),
        two_concepts: two_concepts.unwrap_or(0.0),
    }
}

/// The probability of the last answer, from the surest on, up to which the share of
/// right ones is as wanted.
fn threshold<'a>(
    scored: impl Iterator<Item = &'a (f64, &'a str)>,
    precision: f64,
    is_right: impl Fn(&str) -> bool,
) -> Option<f64> {
    let mut right = 0_usize;
    let mut last = None;
    for (count, (probability, label)) in (1_usize..).zip(scored) {
        right += usize::from(is_right(label));
        if count >= FEWEST && right as f64 >= precision * count as f64 {
            last = Some(*probability);
        }
    }
    last
}

/// The constants as `relation/score.rs` writes them.
fn tell(text: &mut String, scale: &Scale, fitted: &Fitted) {
    let _ = writeln!(
        text,
        "\n{}: bias {:.2}, one concept from {:.2}, two concepts up to {:.2}",
        scale.name, fitted.model.bias, fitted.one_concept, fitted.two_concepts
    );
    for ((now, then), words) in fitted.model.weights.iter().zip(scale.weights()).zip(scale.words())
    {
        let _ = writeln!(text, "  {now:5.2} (was {then:5.2})  {words}");
    }
}

/// What was counted, by what one may ask.
#[derive(Default)]
struct Table {
    rows: BTreeMap<(&'static str, String), Count>,
}

impl Table {
    fn add(&mut self, case: &Case, found: &str) {
        let class = case.category == "behaviour-class";
        let keys = [
            ("all", String::new()),
            ("bar", if class { "behaviour classes" } else { "the rest" }.to_owned()),
            ("category", case.category.clone()),
            ("label", case.label.clone()),
            ("answer", found.to_owned()),
            ("project", case.project.clone()),
        ];
        for key in keys {
            self.rows.entry(key).or_default().add(&case.label, found);
        }
    }

    fn render(&self) -> String {
        let mut text = String::from(
            "| | | groups | unsure | exact verdict of the answered | duplicate or not |\n\
             |---|---|--:|--:|--:|--:|\n",
        );
        for ((kind, name), count) in &self.rows {
            let answered = count.groups - count.unsure;
            let _ = writeln!(
                text,
                "| {kind} | {name} | {} | {} | {} | {} |",
                count.groups,
                labels::share(count.unsure, count.groups),
                labels::share(count.exact, answered),
                labels::share(count.same_side, answered),
            );
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::threshold;

    #[test]
    fn a_threshold_stops_where_the_answers_stop_being_right() {
        let mut scored: Vec<(f64, &str)> =
            (0..9).map(|at| (f64::from(at) / 20.0, "homonym")).collect();
        scored.push((0.5, "variant"));
        scored.push((0.6, "variant"));
        let is_right = |label: &str| label == "homonym";
        assert_eq!(threshold(scored.iter(), 0.95, is_right), Some(0.4));
        assert_eq!(threshold(scored.iter(), 0.9, is_right), Some(0.5));
        assert_eq!(threshold(scored[9..].iter(), 0.9, is_right), None);
    }
}
