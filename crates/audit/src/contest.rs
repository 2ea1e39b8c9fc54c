//! The first candidate against the second, and what would turn the choice.

use ssot_model::audit::Contest;

use crate::{Candidate, Criterion};

/// Ways to turn the choice that are told.
const TURNS: usize = 3;
/// A weight that is larger than this times its usual value is nobody's choice.
const FAR: f64 = 20.0;

/// The contest among candidates, the best first; nothing when there is only one.
pub(crate) fn contest(candidates: &[Candidate]) -> Option<Contest> {
    let [best, second, ..] = candidates else { return None };
    let behind = best.points() - second.points();
    let pairs = || best.criteria.iter().zip(&second.criteria);
    let told = |(one, two): (&Criterion, &Criterion)| {
        format!("{}: {} against {}", one.name, one.figure, two.figure)
    };
    Some(Contest {
        runner_up: second.dotted.clone(),
        behind,
        ahead: pairs().filter(|(one, two)| one.points > two.points).map(told).collect(),
        against: pairs()
            .filter(|(one, two)| one.points < two.points)
            .map(|(one, two)| told((two, one)))
            .collect(),
        turns: turns(best, second, behind),
    })
}

/// The nearest weights with which the second would come first, and the entry that
/// outweighs all of them.
fn turns(best: &Candidate, second: &Candidate, behind: i64) -> Vec<String> {
    let mut found: Vec<(f64, String)> = best
        .criteria
        .iter()
        .zip(&second.criteria)
        .filter_map(|(one, two)| turning_weight(one, two, behind))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut told: Vec<String> = found.into_iter().take(TURNS).map(|(_, text)| text).collect();
    told.push(format!("`[[canonical]] definition = \"{}\"` in ssot.toml", second.dotted));
    told
}

/// The weight of a criterion with which the second candidate would come first, and how far
/// it is from today's; nothing when no weight would do.
fn turning_weight(one: &Criterion, two: &Criterion, behind: i64) -> Option<(f64, String)> {
    let weight = one.weight.filter(|weight| *weight > 0)?;
    let lead = one.points - two.points;
    if lead == 0 {
        return None;
    }
    // Points grow with the weight: without this criterion the first is ahead by the rest.
    let factor = (lead - behind) as f64 / lead as f64;
    if !(0.0..=FAR).contains(&factor) {
        return None;
    }
    // Strictly past the point at which both are equal.
    let exact = f64::from(weight) * factor;
    let turned = if lead > 0 { (exact - 1.0).ceil() } else { exact.floor() + 1.0 };
    if turned < 0.0 {
        return None;
    }
    let far = (factor - 1.0).abs();
    Some((far, format!("`{} = {turned}` in [canonical-weights], {weight} today", one.name)))
}

#[cfg(test)]
mod tests {
    use ssot_facts::{DefinitionId, ModuleId};

    use super::contest;
    use crate::{Candidate, Criterion};

    fn candidate(name: &str, points: [i64; 2]) -> Candidate {
        let criterion = |name, points: i64| Criterion {
            name,
            figure: points.to_string(),
            weight: Some(10),
            points,
        };
        Candidate {
            definition: DefinitionId { module: ModuleId(0), index: 0 },
            dotted: name.to_owned(),
            criteria: vec![criterion("reach", points[0]), criterion("place", points[1])],
            obstacles: Vec::new(),
            accepts: Vec::new(),
            breaks: Vec::new(),
        }
    }

    #[test]
    fn the_turning_weights_turn_the_choice() {
        let found = contest(&[candidate("a", [30, 0]), candidate("b", [10, 10])]).expect("two");
        assert_eq!((found.runner_up.as_str(), found.behind), ("b", 10));
        assert_eq!(found.ahead, ["reach: 30 against 10"]);
        assert_eq!(found.against, ["place: 10 against 0"]);
        // At 5 and at 20 both are equal; one step on, the second comes first.
        assert_eq!(
            found.turns,
            [
                "`reach = 4` in [canonical-weights], 10 today",
                "`place = 21` in [canonical-weights], 10 today",
                "`[[canonical]] definition = \"b\"` in ssot.toml",
            ]
        );
        assert!(contest(&[candidate("a", [1, 1])]).is_none());
    }
}
