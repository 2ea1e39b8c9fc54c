//! Logistic regression with few weights: Newton's method, held down by a ridge.

/// Steps after which the weights no longer move.
const STEPS: usize = 40;
/// Keeps the equations solvable when a figure never varies.
const NUDGE: f64 = 1e-9;

/// A fitted model.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) bias: f64,
    pub(super) weights: Vec<f64>,
}

impl Model {
    /// The probability that the figures belong to a positive case.
    pub(super) fn probability(&self, figures: &[f64]) -> f64 {
        let pull = |(figure, weight): (&f64, &f64)| figure * weight;
        let odds = self.bias + figures.iter().zip(&self.weights).map(pull).sum::<f64>();
        1.0 / (1.0 + (-odds).exp())
    }
}

/// Fits weights that have the sign that is expected of each: a figure whose weight comes
/// out with the other sign says nothing that can be told, and is left out.
pub(super) fn fit(rows: &[(&[f64], bool)], expected: &[f64], ridge: f64) -> Model {
    let mut used: Vec<usize> = (0..expected.len()).collect();
    loop {
        let solution = newton(rows, &used, ridge);
        let contrary = used
            .iter()
            .zip(&solution[1..])
            .filter(|(at, weight)| **weight * expected[**at] < 0.0)
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
            .map(|(at, _)| *at);
        let Some(contrary) = contrary else {
            let mut weights = vec![0.0; expected.len()];
            for (at, weight) in used.iter().zip(&solution[1..]) {
                weights[*at] = *weight;
            }
            return Model { bias: solution[0], weights };
        };
        used.retain(|at| *at != contrary);
    }
}

/// The bias and the weights of the used figures.
fn newton(rows: &[(&[f64], bool)], used: &[usize], ridge: f64) -> Vec<f64> {
    let size = used.len() + 1;
    let mut solution = vec![0.0; size];
    for _ in 0..STEPS {
        let mut slope = vec![0.0; size];
        let mut curve = vec![vec![0.0; size]; size];
        for (figures, positive) in rows {
            let row: Vec<f64> =
                std::iter::once(1.0).chain(used.iter().map(|at| figures[*at])).collect();
            let odds: f64 = row.iter().zip(&solution).map(|(figure, weight)| figure * weight).sum();
            let probability = 1.0 / (1.0 + (-odds).exp());
            let error = probability - f64::from(u8::from(*positive));
            let spread = probability * (1.0 - probability);
            for at in 0..size {
                slope[at] += error * row[at];
                for other in 0..size {
                    curve[at][other] += spread * row[at] * row[other];
                }
            }
        }
        for at in 0..size {
            // The bias is free.
            let held = if at == 0 { 0.0 } else { ridge };
            slope[at] += held * solution[at];
            curve[at][at] += held + NUDGE;
        }
        for (weight, step) in solution.iter_mut().zip(solve(curve, slope)) {
            *weight -= step;
        }
    }
    solution
}

/// Solves linear equations whose matrix is positive definite.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for at in 0..size {
        let pivot = matrix[at].clone();
        for below in at + 1..size {
            let times = matrix[below][at] / pivot[at];
            for (cell, above) in matrix[below].iter_mut().zip(&pivot).skip(at) {
                *cell -= times * above;
            }
            right[below] -= times * right[at];
        }
    }
    for at in (0..size).rev() {
        let known: f64 = (at + 1..size).map(|other| matrix[at][other] * right[other]).sum();
        right[at] = (right[at] - known) / matrix[at][at];
    }
    right
}

#[cfg(test)]
mod tests {
    use super::{fit, solve};

    #[test]
    fn equations_are_solved() {
        let solution = solve(vec![vec![4.0, 1.0], vec![1.0, 3.0]], vec![1.0, 2.0]);
        assert!(
            (solution[0] - 1.0 / 11.0).abs() < 1e-12 && (solution[1] - 7.0 / 11.0).abs() < 1e-12
        );
    }

    #[test]
    fn what_tells_gets_a_weight_and_what_misleads_gets_none() {
        let rows: Vec<([f64; 2], bool)> = (0..40)
            .map(|at| {
                let positive = at % 2 == 0;
                let noise = at % 5 == 0;
                ([f64::from(u8::from(positive != noise)), f64::from(u8::from(!positive))], positive)
            })
            .collect();
        let rows: Vec<(&[f64], bool)> =
            rows.iter().map(|(it, positive)| (it.as_slice(), *positive)).collect();
        let model = fit(&rows, &[1.0, 1.0], 0.1);
        assert!(model.weights[0] > 1.0, "{model:?}");
        assert!(model.weights[1].abs() < f64::EPSILON, "{model:?}");
        assert!(model.probability(&[1.0, 0.0]) > 0.5);
        assert!(model.probability(&[0.0, 0.0]) < 0.5);
    }
}
