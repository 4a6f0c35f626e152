//! SIBTEST (Shealy & Stout 1993): the weighted difference between the groups on the item, at true scores that are matched by a
//! regression correction on the rest of the test.

use serde::Serialize;

use super::super::classical;
use super::super::numeric::special::chi_square_upper;
use super::Grouped;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Sibtest {
    /// Positive favours the reference group.
    pub beta: f64,
    pub se: f64,
    pub chisq: f64,
    pub p: f64,
}

/// One group at one level of the rest score.
#[derive(Clone, Copy, Default)]
struct Cell {
    n: f64,
    mean: f64,
    variance: f64,
    true_score: f64,
}

/// A level of the rest score counts when each group has more than `minimum` persons there (5 is customary) and answers vary
/// in both; the lowest and the highest score never count, as the slope there has no neighbour. `None` where no level is left.
pub fn sibtest(data: &Grouped, item: usize, matching: &[bool], minimum: usize) -> Option<Sibtest> {
    let rest: Vec<usize> = (0..data.items()).filter(|other| *other != item && matching[*other]).collect();
    let cells = [group_cells(data, item, &rest, 0)?, group_cells(data, item, &rest, 1)?];
    let seen: Vec<usize> = (0..=rest.len()).filter(|score| cells[0][*score].n + cells[1][*score].n > 0.0).collect();
    let enough = |cell: &Cell| cell.n > minimum as f64 && cell.variance > 0.0;
    let inner = 1..seen.len().saturating_sub(1);
    let places: Vec<usize> = inner.filter(|place| enough(&cells[0][seen[*place]]) && enough(&cells[1][seen[*place]])).collect();
    let corrected = |place: usize, group: usize| {
        let own = &cells[group];
        let (left, level, right) = (seen[place - 1], seen[place], seen[place + 1]);
        let slope = (own[right].mean - own[left].mean) / (own[right].true_score - own[left].true_score);
        let target = 0.5 * (cells[0][level].true_score + cells[1][level].true_score);
        own[level].mean + slope * (target - own[level].true_score)
    };
    let weight = |place: usize| cells[0][seen[place]].n + cells[1][seen[place]].n;
    let total: f64 = places.iter().map(|place| weight(*place)).sum();
    let beta: f64 = places.iter().map(|place| weight(*place) / total * (corrected(*place, 0) - corrected(*place, 1))).sum();
    let variance: f64 = places
        .iter()
        .map(|place| {
            let [reference, focal] = [cells[0][seen[*place]], cells[1][seen[*place]]];
            (weight(*place) / total).powi(2) * (reference.variance / reference.n + focal.variance / focal.n)
        })
        .sum();
    let chisq = beta * beta / variance;
    (!places.is_empty()).then(|| Sibtest { beta, se: variance.sqrt(), chisq, p: chi_square_upper(chisq, 1.0) })
}

fn group_cells(data: &Grouped, item: usize, rest: &[usize], group: usize) -> Option<Vec<Cell>> {
    let persons: Vec<&Vec<u8>> =
        data.persons.iter().zip(&data.groups).filter(|(_, own)| **own == group).map(|(person, _)| person).collect();
    let matched: Vec<Vec<super::super::Response>> =
        persons.iter().map(|person| rest.iter().map(|other| Some(person[*other])).collect()).collect();
    let analysis = classical::analyse(&matched)?;
    let alpha = analysis.alpha?;
    let mut answers: Vec<Vec<f64>> = vec![Vec::new(); rest.len() + 1];
    for (person, matched) in persons.iter().zip(&matched) {
        let score: usize = matched.iter().flatten().map(|x| usize::from(*x)).sum();
        answers[score].push(f64::from(person[item]));
    }
    let cell = |(score, answers): (usize, &Vec<f64>)| Cell {
        n: answers.len() as f64,
        mean: if answers.is_empty() { 0.0 } else { classical::mean(answers) },
        variance: if answers.len() < 2 { 0.0 } else { classical::covariance(answers, answers) },
        // Kelley's estimate of the true score, as a share.
        true_score: (analysis.total_mean + alpha * (score as f64 - analysis.total_mean)) / rest.len() as f64,
    };
    Some(answers.iter().enumerate().map(cell).collect())
}
