//! Conditional maximum likelihood for the Rasch and the partial credit model (Andersen 1972; Fischer & Molenaar 1995).
//!
//! Given the sum score the answers do not depend on ability. With ε_jk = exp(−Σ_{v≤k} δ_jv) the conditional likelihood of
//! a person with score r is Π ε_{j x_j} / γ_r, γ the symmetric functions of the items that the person was put. The scale
//! is fixed by cumulated difficulties that sum to zero over all items and categories, as the R package eRm has it; for the
//! Rasch model that is difficulties that sum to zero. Standard errors are those of the parameters so normed.

use super::super::numeric::linear::Matrix;
use super::{Answers, CalibrationError, MISSING, Model};

#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Conditional {
    /// Step difficulties of each item, one for the Rasch model.
    pub steps: Vec<Vec<f64>>,
    pub se: Vec<Vec<f64>>,
    pub log_likelihood: f64,
    pub iterations: usize,
}

/// Persons who were put the same items: how many have each score.
struct Group {
    items: Vec<usize>,
    scores: Vec<f64>,
}

struct Conditioning {
    /// Where the parameters (cumulated difficulties) of each item begin; one for each category above 0.
    starts: Vec<usize>,
    categories: Vec<usize>,
    size: usize,
    groups: Vec<Group>,
    observed: Vec<f64>,
}

/// Estimates by conditional maximum likelihood; answers of two categories give the Rasch model.
pub fn calibrate(answers: &Answers) -> Result<Conditional, CalibrationError> {
    let counts = answers.checked(Model::Pcm)?;
    let problem = Conditioning::new(answers, &counts);
    // The parameters are β_jk = Σ_{v≤k} δ_jv; one direction, the shift of ability, is not determined and is fenced off.
    let shift: Vec<f64> = (0..problem.categories.len()).flat_map(|item| (1..problem.categories[item]).map(|k| k as f64)).collect();
    let norm: f64 = shift.iter().map(|k| k * k).sum();
    let mut beta = vec![0.0; problem.size];
    let (mut log_likelihood, mut gradient, mut information) = problem.evaluate(&beta);
    let fenced = |information: &Matrix| {
        let mut fenced = information.clone();
        let scale = (0..fenced.size).map(|i| fenced.at(i, i)).sum::<f64>() / norm;
        for i in 0..fenced.size {
            (0..fenced.size).for_each(|j| fenced.add(i, j, scale * shift[i] * shift[j]));
        }
        fenced
    };
    let mut iterations = 0;
    for _ in 0..200 {
        iterations += 1;
        let step = fenced(&information).solve(&gradient).ok_or(CalibrationError::Singular)?;
        let mut by = 1.0;
        loop {
            let moved: Vec<f64> = beta.iter().zip(&step).map(|(beta, step)| beta + by * step).collect();
            let next = problem.evaluate(&moved);
            if next.0 >= log_likelihood - 1e-9 * log_likelihood.abs() || by < 1e-4 {
                beta = moved;
                (log_likelihood, gradient, information) = next;
                break;
            }
            by *= 0.5;
        }
        if step.iter().all(|step| (by * step).abs() < 1e-11) {
            break;
        }
    }
    let inverse = fenced(&information).inverse().ok_or(CalibrationError::Singular)?;
    Ok(problem.report(&beta, &inverse, log_likelihood, iterations))
}

impl Conditioning {
    fn new(answers: &Answers, counts: &[Vec<f64>]) -> Self {
        let categories: Vec<usize> = counts.iter().map(Vec::len).collect();
        let mut size = 0;
        let starts = categories.iter().map(|count| {
            size += count - 1;
            size - (count - 1)
        });
        let starts: Vec<usize> = starts.collect();
        let mut groups: Vec<Group> = Vec::new();
        let mut observed = vec![0.0; size];
        for (person, weight) in answers.persons() {
            let items: Vec<usize> = (0..person.len()).filter(|item| person[*item] != MISSING).collect();
            let score: usize = items.iter().map(|item| usize::from(person[*item])).sum();
            let top: usize = items.iter().map(|item| categories[*item] - 1).sum();
            // All or nothing right is certain given the score, and says nothing.
            if score == 0 || score == top {
                continue;
            }
            items
                .iter()
                .filter(|item| person[**item] > 0)
                .for_each(|item| observed[starts[*item] + usize::from(person[*item]) - 1] += weight);
            let place = groups.iter().position(|group| group.items == items).unwrap_or_else(|| {
                groups.push(Group { items, scores: vec![0.0; top + 1] });
                groups.len() - 1
            });
            groups[place].scores[score] += weight;
        }
        Self { starts, categories, size, groups, observed }
    }

    /// exp(−β) of each category of an item, category 0 first.
    fn epsilon(&self, item: usize, beta: &[f64]) -> Vec<f64> {
        let own = &beta[self.starts[item]..self.starts[item] + self.categories[item] - 1];
        std::iter::once(1.0).chain(own.iter().map(|beta| (-beta).exp())).collect()
    }

    /// Log likelihood, and its gradient and information in β.
    fn evaluate(&self, beta: &[f64]) -> (f64, Vec<f64>, Matrix) {
        let mut log_likelihood: f64 = -self.observed.iter().zip(beta).map(|(count, beta)| count * beta).sum::<f64>();
        let mut gradient: Vec<f64> = self.observed.iter().map(|count| -count).collect();
        let mut information = Matrix::zeros(self.size);
        for group in &self.groups {
            let epsilons: Vec<Vec<f64>> = group.items.iter().map(|item| self.epsilon(*item, beta)).collect();
            let gamma = symmetric(&epsilons, &[]);
            let top = gamma.len();
            let counted = |score: usize| group.scores[score] > 0.0;
            let of =
                |list: &[f64], score: usize, less: usize| if score >= less { list.get(score - less).copied().unwrap_or(0.0) } else { 0.0 };
            (0..top).filter(|score| counted(*score)).for_each(|score| log_likelihood -= group.scores[score] * gamma[score].ln());
            // The probability of each category given each score.
            let mut chances: Vec<Vec<f64>> = Vec::new();
            let mut places: Vec<usize> = Vec::new();
            for (j, epsilon) in epsilons.iter().enumerate() {
                let without = symmetric(&epsilons, &[j]);
                for (k, e) in epsilon.iter().enumerate().skip(1) {
                    chances.push((0..top).map(|score| e * of(&without, score, k) / gamma[score]).collect());
                    places.push(self.starts[group.items[j]] + k - 1);
                }
            }
            for (chance, place) in chances.iter().zip(&places) {
                gradient[*place] += group.scores.iter().zip(chance).map(|(count, chance)| count * chance).sum::<f64>();
            }
            for (m, (left, at)) in chances.iter().zip(&places).enumerate() {
                for (n, (right, other)) in chances.iter().zip(&places).enumerate() {
                    let product: f64 = (0..top).map(|score| group.scores[score] * left[score] * right[score]).sum();
                    let same = if m == n { (0..top).map(|score| group.scores[score] * left[score]).sum() } else { 0.0 };
                    information.add(*at, *other, same - product);
                }
            }
            for j in 0..epsilons.len() {
                for l in 0..j {
                    let without = symmetric(&epsilons, &[j, l]);
                    for (k, e) in epsilons[j].iter().enumerate().skip(1) {
                        for (m, f) in epsilons[l].iter().enumerate().skip(1) {
                            let both: f64 = (0..top)
                                .filter(|score| counted(*score))
                                .map(|score| group.scores[score] * e * f * of(&without, score, k + m) / gamma[score])
                                .sum();
                            let (one, two) = (self.starts[group.items[j]] + k - 1, self.starts[group.items[l]] + m - 1);
                            information.add(one, two, both);
                            information.add(two, one, both);
                        }
                    }
                }
            }
        }
        (log_likelihood, gradient, information)
    }

    fn report(&self, beta: &[f64], inverse: &Matrix, log_likelihood: f64, iterations: usize) -> Conditional {
        // From cumulated to single steps, then centred: each row of `contrast` makes one step of β.
        let mut contrast: Vec<Vec<f64>> = Vec::with_capacity(self.size);
        for item in 0..self.categories.len() {
            for k in 0..self.categories[item] - 1 {
                let mut row = vec![0.0; self.size];
                row[self.starts[item] + k] = 1.0;
                if k > 0 {
                    row[self.starts[item] + k - 1] = -1.0;
                }
                contrast.push(row);
            }
        }
        // A shift of every step by t moves the sum of the cumulated difficulties by t times the sum of the categories.
        let categories: usize = self.categories.iter().map(|count| count * (count - 1) / 2).sum();
        contrast.iter_mut().flatten().for_each(|value| *value -= 1.0 / categories as f64);
        let value = |row: &[f64]| -> f64 { row.iter().zip(beta).map(|(weight, beta)| weight * beta).sum() };
        let error = |row: &[f64]| -> f64 {
            let variance: f64 = (0..self.size)
                .filter(|i| row[*i] != 0.0)
                .map(|i| row[i] * (0..self.size).map(|j| inverse.at(i, j) * row[j]).sum::<f64>())
                .sum();
            variance.max(0.0).sqrt()
        };
        let rows = |item: usize| &contrast[self.starts[item]..self.starts[item] + self.categories[item] - 1];
        let steps = (0..self.categories.len()).map(|item| rows(item).iter().map(|row| value(row)).collect()).collect();
        let se = (0..self.categories.len()).map(|item| rows(item).iter().map(|row| error(row)).collect()).collect();
        Conditional { steps, se, log_likelihood, iterations }
    }
}

/// The symmetric functions of all items but some: γ_r is the sum over all ways to reach the score r.
fn symmetric(epsilons: &[Vec<f64>], without: &[usize]) -> Vec<f64> {
    let mut gamma = vec![1.0];
    for (item, epsilon) in epsilons.iter().enumerate() {
        if without.contains(&item) {
            continue;
        }
        let mut next = vec![0.0; gamma.len() + epsilon.len() - 1];
        for (score, ways) in gamma.iter().enumerate() {
            epsilon.iter().enumerate().for_each(|(k, e)| next[score + k] += ways * e);
        }
        gamma = next;
    }
    gamma
}
