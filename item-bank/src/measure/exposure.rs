//! Exposure control: an item that everybody sees is soon known.
//!
//! Randomesque: draw from the best few (Kingsbury & Zara 1989). Sympson-Hetter: a chosen item is put with probability
//! K_i; K_i is found by simulation so that no item is put to more than the share `target` (Sympson & Hetter 1985).

use serde::{Deserialize, Serialize};

use super::cat::{self, Rules};
use super::random::Random;
use super::{Item, grid::Grid};

#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    #[default]
    Free,
    /// One of the best `n`, each as likely.
    Randomesque(usize),
    /// The probability with which each item of the bank is put once it is chosen.
    SympsonHetter(Vec<f64>),
}

/// What a simulation of tests found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExposureTable {
    /// The Sympson-Hetter parameter K of each item.
    pub k: Vec<f64>,
    /// The share of tests in which each item was put.
    pub rate: Vec<f64>,
}

/// Finds the Sympson-Hetter parameters for a bank under `rules` by `rounds` rounds of `persons` simulated standard
/// normal tests: K_i becomes target / (selections of i), where it is selected more often than `target`, else 1.
pub fn sympson_hetter(bank: &[Item], rules: &Rules, grid: &Grid, target: f64, persons: usize, rounds: usize, seed: u64) -> ExposureTable {
    let mut k = vec![1.0; bank.len()];
    let mut rate = vec![0.0; bank.len()];
    let mut random = Random::seeded(seed);
    for _ in 0..rounds {
        let mut selected = vec![0_usize; bank.len()];
        let mut put = vec![0_usize; bank.len()];
        let rules = Rules { exposure: Exposure::SympsonHetter(k.clone()), ..rules.clone() };
        let engine = cat::Engine::new(bank, rules, grid.clone());
        for person in 0..persons {
            let theta = random.normal();
            let own = seed.wrapping_add(1 + person as u64);
            let mut answers = Random::seeded(own ^ 0x5EED);
            let path = engine.run(own, |item| Some(answers.answer(&bank[item], theta)));
            path.items.iter().for_each(|item| put[*item] += 1);
            path.considered.iter().for_each(|item| selected[*item] += 1);
        }
        let share = |count: usize| count as f64 / persons as f64;
        rate = put.iter().map(|count| share(*count)).collect();
        k = selected.iter().map(|count| if share(*count) > target { target / share(*count) } else { 1.0 }).collect();
    }
    ExposureTable { k, rate }
}
