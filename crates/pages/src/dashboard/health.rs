//! One figure for the health of a code base, and how it is made.

use ssot_model::{Finding, ScanReport, Verdict, covered};

use crate::summary::extent;

/// Points for each percent of the lines that belong to a concept with several sources of
/// truth, and the most that they cost.
const DUPLICATED: (f64, f64) = (4.0, 60.0);
/// Points for each place in 10,000 lines that breaks a rule.
const BROKEN: (f64, f64) = (1.0, 25.0);
/// Points for each open question in 1,000 definitions.
const OPEN: (f64, f64) = (1.0, 15.0);

/// How healthy a code base is, from 0 to 100.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// 100 less what the parts cost.
    pub score: u8,
    /// What it is made of.
    pub parts: Vec<Part>,
}

/// What one thing costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it is.
    pub name: &'static str,
    /// The figure it rests on.
    pub figure: String,
    /// How the figure becomes points.
    pub rule: String,
    /// The points it costs.
    pub cost: f64,
    /// The most it can cost.
    pub most: f64,
}

impl Health {
    /// The health that a scan shows.
    pub fn of(report: &ScanReport) -> Self {
        let concepts = report.violations().filter(|finding| finding.verdict.is_some());
        let twice = covered(concepts.flat_map(|finding| &finding.members));
        let twice: u64 = twice.into_values().map(u64::from).sum();
        let broken: Vec<&Finding> =
            report.violations().filter(|finding| finding.verdict.is_none()).collect();
        let is_open = |it: &&Finding| it.verdict == Some(Verdict::Unsure) && it.accepted.is_none();
        let open = report.findings.iter().filter(is_open).count();
        let share = twice as f64 * 100.0 / report.lines.max(1) as f64;
        let broken = extent(&broken).0 as f64 * 10_000.0 / report.lines.max(1) as f64;
        let open = open as f64 * 1000.0 / report.definitions.max(1) as f64;
        let part = |name, figure: String, unit: &str, value: f64, (points, most): (f64, f64)| {
            let said = if points > 1.0 { format!("{points} points") } else { "1 point".to_owned() };
            let rule = format!("{said} for each {unit}, at most {most}");
            Part { name, figure, rule, cost: (value * points).min(most), most }
        };
        let parts = vec![
            part(
                "Lines in concepts with several sources of truth",
                format!("{share:.1} %"),
                "percent of all lines",
                share,
                DUPLICATED,
            ),
            part(
                "Places that break a rule",
                format!("{broken:.1} in 10,000 lines"),
                "place in 10,000 lines",
                broken,
                BROKEN,
            ),
            part(
                "Open questions",
                format!("{open:.1} in 1,000 definitions"),
                "question in 1,000 definitions",
                open,
                OPEN,
            ),
        ];
        let cost: f64 = parts.iter().map(|part| part.cost).sum();
        #[expect(clippy::cast_sign_loss, reason = "it is clamped to 0 and more")]
        let score = (100.0 - cost).round().clamp(0.0, 100.0) as u8;
        Self { score, parts }
    }

    /// The word for the score.
    pub fn word(&self) -> &'static str {
        match self.score {
            90.. => "healthy",
            70..90 => "fair",
            50..70 => "strained",
            _ => "unwell",
        }
    }

    /// The ring that shows the score, a drawing of 120 by 120.
    pub(super) fn ring(&self) -> String {
        ring(self.score, self.word())
    }
}

/// The score as a ring.
pub(super) fn ring(score: u8, word: &str) -> String {
    /// Length of the circle with the radius 52.
    const AROUND: f64 = 326.73;
    let filled = f64::from(score) * AROUND / 100.0;
    format!(
        "<svg class=\"ring {word}\" viewBox=\"0 0 120 120\" role=\"img\" \
         aria-label=\"Health {score} of 100: {word}\">\
         <circle class=\"rest\" cx=\"60\" cy=\"60\" r=\"52\" pathLength=\"{AROUND}\"/>\
         <circle class=\"full\" cx=\"60\" cy=\"60\" r=\"52\" transform=\"rotate(-90 60 60)\" \
         stroke-dasharray=\"{filled:.2} {AROUND}\"/>\
         <text x=\"60\" y=\"66\" text-anchor=\"middle\">{score}</text>\
         <text class=\"of\" x=\"60\" y=\"84\" text-anchor=\"middle\">of 100</text></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::Health;
    use crate::sample::report;

    #[test]
    fn the_score_is_what_the_parts_leave() {
        let mut report = report();
        let health = Health::of(&report);
        let cost: f64 = health.parts.iter().map(|it| it.cost).sum();
        assert!((f64::from(health.score) - (100.0 - cost)).abs() <= 0.5);
        report.findings.clear();
        assert_eq!(Health::of(&report).score, 100);
        report.lines = 0;
        assert_eq!(Health::of(&report).word(), "healthy");
    }
}
