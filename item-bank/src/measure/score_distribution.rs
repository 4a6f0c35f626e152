//! The distribution of the sum score, given ability or over a population.
//!
//! f_r(x) = Σ_k P_rk f_{r−1}(x − k), item after item (Lord & Wingersky 1984, eq. 1; for categories Thissen, Pommerich,
//! Billeaud & Williams 1995, eq. 3).

use super::Item;
use super::grid::Grid;

/// Probability of each sum score 0 ..= maximum at `theta`.
pub fn at(items: &[Item], theta: f64) -> Vec<f64> {
    let mut distribution = start(items);
    let mut top = 0;
    for item in items {
        match item {
            Item::Logistic { .. } => add_right_or_wrong(&mut distribution, top, item.curve(theta, 0).p, item.curve(theta, 1).p),
            _ => add(&mut distribution, top, &item.probabilities(theta)),
        }
        top += item.categories() - 1;
    }
    distribution
}

/// The same from plain probabilities of a right answer.
pub fn of_probabilities(right: &[f64]) -> Vec<f64> {
    let mut distribution = vec![0.0; right.len() + 1];
    distribution[0] = 1.0;
    right.iter().enumerate().for_each(|(top, p)| add_right_or_wrong(&mut distribution, top, 1.0 - p, *p));
    distribution
}

/// Probability of each sum score in the population of the grid's weights.
pub fn marginal(items: &[Item], grid: &Grid) -> Vec<f64> {
    let mut sum = vec![0.0; maximum(items) + 1];
    for (theta, weight) in grid.points.iter().zip(&grid.weights) {
        sum.iter_mut().zip(at(items, *theta)).for_each(|(sum, p)| *sum += weight * p);
    }
    sum
}

/// Probability of a sum score of at least `cut` at `theta`.
pub fn at_least(items: &[Item], theta: f64, cut: usize) -> f64 {
    at(items, theta).iter().skip(cut).sum()
}

pub fn maximum(items: &[Item]) -> usize {
    items.iter().map(|item| item.categories() - 1).sum()
}

fn start(items: &[Item]) -> Vec<f64> {
    let mut distribution = vec![0.0; maximum(items) + 1];
    distribution[0] = 1.0;
    distribution
}

fn add_right_or_wrong(distribution: &mut [f64], top: usize, wrong: f64, right: f64) {
    distribution[top + 1] = distribution[top] * right;
    for score in (1..=top).rev() {
        distribution[score] = distribution[score] * wrong + distribution[score - 1] * right;
    }
    distribution[0] *= wrong;
}

fn add(distribution: &mut [f64], top: usize, probabilities: &[f64]) {
    for score in (0..top + probabilities.len()).rev() {
        let sum = probabilities.iter().enumerate().filter(|(category, _)| *category <= score && score - category <= top);
        distribution[score] = sum.map(|(category, p)| p * distribution[score - category]).sum();
    }
}
