//! How surely a form decides at its cuts: accuracy, the share decided rightly, and consistency, the share decided the same twice.

use item_bank::measure::grid::{Grid, Rule};
use item_bank::measure::{Item, Response, classical};
use item_bank::standard::beta_binomial::{classify, effective_test_length, fit_two_parameters};
use item_bank::standard::classification::{Decision, lee, rudner};
use serde::Serialize;
use utoipa::ToSchema;

use crate::psychometrics::settings::Few;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Classification {
    pub highest: usize,
    pub attempts: usize,
    /// Whether the candidates are those who sat the form; else they are taken as standard normal.
    pub observed: bool,
    /// Whether every parameter rests on more than the level of its question.
    pub calibrated: bool,
    pub cuts: Vec<CutClassification>,
    /// All cuts at once, by Lee and by Rudner.
    pub all_lee: Option<Shares>,
    pub all_rudner: Option<Shares>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CutClassification {
    pub level: String,
    /// The score that passes.
    pub score: usize,
    /// From the score distribution given ability (Lee 2010).
    pub lee: Option<Shares>,
    /// From estimates and their errors (Rudner 2005).
    pub rudner: Option<Shares>,
    /// From the scores alone (Livingston & Lewis 1995).
    pub livingston_lewis: Option<Shares>,
    pub kappa: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Shares {
    pub accuracy: f64,
    pub consistency: f64,
}

impl From<Decision> for Shares {
    fn from(decision: Decision) -> Self {
        Self { accuracy: decision.accuracy, consistency: decision.consistency }
    }
}

/// Classifies at rising cuts, each a level and the score that passes. `curves` are the questions' where all have parameters.
pub fn classification(
    persons: &[Vec<Response>],
    curves: Option<&(Vec<Item>, bool)>,
    cuts: &[(String, usize)],
    highest: usize,
    few: Few,
) -> Classification {
    let observed = persons.len() >= few.fit;
    let scores: Vec<usize> = cuts.iter().map(|(_, score)| *score).collect();
    let by_curves = curves.filter(|(curves, _)| item_bank::measure::score_distribution::maximum(curves) == highest);
    let found = by_curves.map(|(curves, _)| {
        let prior = Grid::default();
        let estimates: Vec<_> = if observed { persons.iter().map(|person| prior.eap(curves, person)).collect() } else { Vec::new() };
        let (mean, sd) = population(&estimates);
        let grid = Grid::normal_with(81, mean - 5.0 * sd, mean + 5.0 * sd, Rule::Trapezoid, mean, sd);
        let lee = lee(curves, &grid.points, &grid.weights, &scores);
        let thetas: Vec<f64> = scores.iter().map(|score| ability_of(curves, *score as f64)).collect();
        let rudner = observed.then(|| {
            let (theta, se): (Vec<f64>, Vec<f64>) = estimates.iter().map(|estimate| (estimate.theta, estimate.se)).unzip();
            rudner(&theta, &se, &vec![1.0; theta.len()], &thetas)
        });
        (lee, rudner)
    });
    let by_scores = livingston_lewis(persons, &scores, highest, few);
    let cut = |(place, (level, score)): (usize, &(String, usize))| {
        let found = found.as_ref();
        let scores = by_scores.as_ref().and_then(|all| all.get(place).copied());
        CutClassification {
            level: level.clone(),
            score: *score,
            lee: found.and_then(|(lee, _)| lee.cuts.get(place).copied()).map(Shares::from),
            rudner: found.and_then(|(_, rudner)| rudner.as_ref()?.cuts.get(place).copied()).map(Shares::from),
            livingston_lewis: scores.map(|(shares, _)| shares),
            kappa: scores.map(|(_, kappa)| kappa),
        }
    };
    Classification {
        highest,
        attempts: persons.len(),
        observed,
        calibrated: curves.is_some_and(|(_, calibrated)| *calibrated),
        cuts: cuts.iter().enumerate().map(cut).collect(),
        all_lee: found.as_ref().map(|(lee, _)| lee.simultaneous.into()),
        all_rudner: found.and_then(|(_, rudner)| rudner).map(|rudner| rudner.simultaneous.into()),
    }
}

/// Mean and spread of the population, from the estimates and their errors together; standard normal without any.
fn population(estimates: &[item_bank::measure::grid::Estimate]) -> (f64, f64) {
    let n = estimates.len() as f64;
    if n < 2.0 {
        return (0.0, 1.0);
    }
    let mean = estimates.iter().map(|estimate| estimate.theta).sum::<f64>() / n;
    let variance = estimates.iter().map(|estimate| (estimate.theta - mean).powi(2) + estimate.se.powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt().max(0.1))
}

/// The ability whose expected score this is.
fn ability_of(curves: &[Item], score: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        let expected: f64 = curves.iter().map(|curve| curve.expected_score(middle)).sum();
        if expected < score { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

fn livingston_lewis(persons: &[Vec<Response>], scores: &[usize], highest: usize, few: Few) -> Option<Vec<(Shares, f64)>> {
    if persons.len() < few.correlations || highest == 0 {
        return None;
    }
    let found = classical::analyse(persons)?;
    let alpha = found.alpha.filter(|alpha| (0.0..1.0).contains(alpha))?;
    let length = effective_test_length(found.total_mean, found.total_sd.powi(2), 0.0, highest as f64, alpha).round();
    if length.is_nan() || length < 2.0 {
        return None;
    }
    let total = |person: &Vec<Response>| person.iter().flatten().map(|x| f64::from(*x)).sum::<f64>();
    let proportions: Vec<f64> = persons.iter().map(|person| total(person) / highest as f64).collect();
    let true_scores = fit_two_parameters(&proportions, length)?;
    let one = |score: &usize| {
        let share = *score as f64 / highest as f64;
        let found = classify(&true_scores, length as usize, (share * length).round() as usize, share, 0.0);
        (Shares { accuracy: found.accuracy, consistency: found.consistency }, found.kappa)
    };
    Some(scores.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use item_bank::measure::random::Random;

    #[test]
    fn three_ways_to_see_how_surely_a_form_decides_agree_roughly() {
        let curves: Vec<Item> = (0..30).map(|i| Item::rasch(-1.5 + 0.1 * f64::from(i))).collect();
        let mut random = Random::seeded(7);
        let persons: Vec<Vec<Response>> = (0..600)
            .map(|_| {
                let theta = random.normal();
                curves.iter().map(|item| Some(random.answer(item, theta))).collect()
            })
            .collect();
        let few = Few { answers: 30, correlations: 50, fit: 200, group: 25, small_group: 150, fewest_a_point: 5 };
        let cuts = [("A1".to_owned(), 10), ("A2".to_owned(), 18)];
        let found = classification(&persons, Some(&(curves.clone(), true)), &cuts, 30, few);
        for cut in &found.cuts {
            let (lee, rudner, scores) = (cut.lee.unwrap(), cut.rudner.unwrap(), cut.livingston_lewis.unwrap());
            assert!((lee.accuracy - scores.accuracy).abs() < 0.04, "{cut:?}");
            assert!((lee.accuracy - rudner.accuracy).abs() < 0.06, "{cut:?}");
            assert!(lee.consistency < lee.accuracy && (0.8..1.0).contains(&lee.accuracy), "{cut:?}");
        }
        let sparse = classification(&persons[..20], None, &cuts, 30, few);
        assert!(sparse.cuts.iter().all(|cut| cut.lee.is_none() && cut.livingston_lewis.is_none()));
    }
}
