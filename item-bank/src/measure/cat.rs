//! Adaptive tests: from a start value through items to a stop.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::content::ContentBalance;
use super::estimate::{Information, Method, estimate};
use super::exposure::Exposure;
use super::grid::{Estimate, Grid, Table, normalise};
use super::pass::Decision;
use super::random::Random;
use super::select::{Criterion, VarianceTable, Weighted, fisher, kullback_leibler, most_informative};
use super::{Item, Response};

/// Which estimate steers the test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Estimator {
    #[default]
    Eap,
    Map,
    /// The MLE; while it does not exist the EAP stands in.
    Mle,
    Wle,
}

/// Everything that steers an adaptive test.
#[derive(Clone, Debug)]
pub struct Rules {
    pub start: f64,
    pub criterion: Criterion,
    pub estimator: Estimator,
    /// Stop when the standard error is at most this.
    pub stop_se: Option<f64>,
    pub min_items: usize,
    pub max_items: usize,
    pub content: Option<ContentBalance>,
    pub exposure: Exposure,
    /// Stop when every pass probability is decided.
    pub decision: Option<Decision>,
    /// Pairs of items of which one gives the other away: who has met the one does not meet the other.
    pub enemies: Vec<(usize, usize)>,
}

impl Default for Rules {
    /// EAP, maximum information, start at 0, at most 20 items.
    fn default() -> Self {
        Self {
            start: 0.0,
            criterion: Criterion::Mfi,
            estimator: Estimator::Eap,
            stop_se: None,
            min_items: 0,
            max_items: 20,
            content: None,
            exposure: Exposure::Free,
            decision: None,
            enemies: Vec::new(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// The standard error is small enough.
    Precision,
    /// The pass probability is decided.
    Decision,
    /// The test is long enough.
    Length,
    /// No item is left.
    Exhausted,
}

/// A whole test. Items are indices into the bank.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Path {
    pub items: Vec<usize>,
    pub responses: Vec<u8>,
    /// The estimate after each answer.
    pub estimates: Vec<Estimate>,
    pub stop: Option<Stop>,
    /// Every item that was chosen, also those that exposure control then withheld.
    pub considered: Vec<usize>,
}

/// What comes after the answers so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Item(usize),
    Stop(Stop),
}

/// A bank made ready for many tests under the same rules.
pub struct Engine<'a> {
    bank: Cow<'a, [Item]>,
    rules: Rules,
    table: Table,
    variances: Option<VarianceTable>,
}

/// A test in progress.
struct State {
    used: Vec<bool>,
    items: Vec<usize>,
    responses: Vec<u8>,
    log_posterior: Vec<f64>,
    estimate: Estimate,
    random: Random,
    considered: Vec<usize>,
}

impl<'a> Engine<'a> {
    /// `bank` may be borrowed for some tests, or owned by an engine that is kept.
    pub fn new(bank: impl Into<Cow<'a, [Item]>>, rules: Rules, grid: Grid) -> Self {
        let bank = bank.into();
        let variances = (rules.criterion == Criterion::Mepv).then(|| VarianceTable::new(&bank, grid.clone()));
        Self { table: Table::new(&bank, grid), bank, variances, rules }
    }

    /// The posterior weights on the grid after these answers, summing to 1.
    pub fn posterior(&self, answered: &[(usize, u8)]) -> Vec<f64> {
        let mut log = self.table.log_prior().to_vec();
        answered.iter().for_each(|(item, category)| self.table.add(&mut log, *item, *category));
        normalise(&mut log);
        log
    }

    pub fn grid(&self) -> &Grid {
        &self.table.grid
    }

    pub fn bank(&self) -> &[Item] {
        &self.bank
    }

    /// Runs a test. `answer` gives the answer to an item, or nothing where the item cannot be put.
    pub fn run(&self, seed: u64, mut answer: impl FnMut(usize) -> Option<u8>) -> Path {
        let mut state = self.start(seed);
        let mut path = Path::default();
        loop {
            match self.decide(&mut state) {
                Next::Stop(stop) => {
                    path.stop = Some(stop);
                    path.items = state.items;
                    path.responses = state.responses;
                    path.considered = state.considered;
                    return path;
                }
                Next::Item(item) => match answer(item) {
                    None => state.used[item] = true,
                    Some(category) => {
                        self.take(&mut state, item, category);
                        path.estimates.push(state.estimate);
                    }
                },
            }
        }
    }

    /// What comes after these answers: the same answers and seed always give the same item, so that a test resumes
    /// after a crash where it was.
    pub fn next(&self, seed: u64, answered: &[(usize, u8)]) -> (Next, Estimate) {
        let mut state = self.start(seed);
        for (item, category) in answered {
            // The draws of exposure control are made again, so that the stream of random numbers stands where it stood.
            let _ = self.decide(&mut state);
            self.take(&mut state, *item, *category);
        }
        let next = self.decide(&mut state);
        (next, state.estimate)
    }

    fn start(&self, seed: u64) -> State {
        State {
            used: vec![false; self.bank.len()],
            items: Vec::new(),
            responses: Vec::new(),
            log_posterior: self.table.log_prior().to_vec(),
            estimate: Estimate { theta: self.rules.start, se: f64::INFINITY },
            random: Random::seeded(seed),
            considered: Vec::new(),
        }
    }

    fn take(&self, state: &mut State, item: usize, category: u8) {
        state.used[item] = true;
        for (one, other) in &self.rules.enemies {
            state.used[*other] |= *one == item;
            state.used[*one] |= *other == item;
        }
        state.items.push(item);
        state.responses.push(category);
        self.table.add(&mut state.log_posterior, item, category);
        let eap = || {
            let mut log = state.log_posterior.clone();
            self.table.eap_of(&mut log)
        };
        let method = match self.rules.estimator {
            Estimator::Eap => {
                state.estimate = eap();
                return;
            }
            Estimator::Map => Method::MAP,
            Estimator::Mle => Method::Mle,
            Estimator::Wle => Method::Wle,
        };
        let put: Vec<Item> = state.items.iter().map(|item| self.bank[*item].clone()).collect();
        let answers: Vec<Response> = state.responses.iter().map(|category| Some(*category)).collect();
        state.estimate = estimate(&put, &answers, method, Information::Expected).unwrap_or_else(eap);
    }

    fn decide(&self, state: &mut State) -> Next {
        let rules = &self.rules;
        let length = state.items.len();
        if length >= rules.min_items && length > 0 {
            if rules.stop_se.is_some_and(|limit| state.estimate.se <= limit) {
                return Next::Stop(Stop::Precision);
            }
            if let Some(decision) = &rules.decision {
                let mut posterior = state.log_posterior.clone();
                normalise(&mut posterior);
                if decision.is_clear(&posterior) {
                    return Next::Stop(Stop::Decision);
                }
            }
        }
        if length >= rules.max_items {
            return Next::Stop(Stop::Length);
        }
        self.select(state).map_or(Next::Stop(Stop::Exhausted), Next::Item)
    }

    fn select(&self, state: &mut State) -> Option<usize> {
        let area = match &self.rules.content {
            Some(balance) => Some((balance, balance.next_area(&state.items, |item| !state.used[item])?)),
            None => None,
        };
        let used = &state.used;
        let open = |item: usize| !used[item] && area.is_none_or(|(balance, area)| balance.areas[item] == area);
        let theta = state.estimate.theta;
        if self.rules.exposure == Exposure::Free && self.rules.criterion == Criterion::Mfi {
            let best = most_informative(&self.bank, theta, open).map(|(item, _)| item);
            state.considered.extend(best);
            return best;
        }
        let values = self.values(state);
        let mut ranked: Vec<usize> = (0..self.bank.len()).filter(|item| open(*item)).collect();
        // Stable, so that the first of equals stays first.
        ranked.sort_by(|left, right| values[*right].total_cmp(&values[*left]));
        let chosen = match &self.rules.exposure {
            Exposure::Free => ranked.first().copied(),
            Exposure::Randomesque(n) => {
                let pool = ranked.len().min((*n).max(1));
                if pool == 0 { None } else { ranked.get(state.random.below(pool)).copied() }
            }
            Exposure::SympsonHetter(k) => {
                let mut chosen = ranked.last().copied();
                for item in &ranked {
                    state.considered.push(*item);
                    if state.random.uniform() < k.get(*item).copied().unwrap_or(1.0) {
                        chosen = Some(*item);
                        break;
                    }
                    // Withheld for the rest of this test, as Sympson and Hetter have it.
                    state.used[*item] = true;
                }
                return chosen;
            }
        };
        state.considered.extend(chosen);
        chosen
    }

    /// The value of every item of the bank, larger is better.
    fn values(&self, state: &State) -> Vec<f64> {
        let theta = state.estimate.theta;
        let mut posterior = state.log_posterior.clone();
        match (self.rules.criterion, &self.variances) {
            (Criterion::Mepv, Some(table)) => {
                normalise(&mut posterior);
                let weighted = Weighted::new(table, &posterior);
                (0..self.bank.len()).map(|item| -table.expected_variance(item, &weighted)).collect()
            }
            (Criterion::Kl | Criterion::Klp, _) => {
                if self.rules.criterion == Criterion::Kl {
                    posterior.iter_mut().zip(self.table.log_prior()).for_each(|(log, prior)| *log -= prior);
                }
                normalise(&mut posterior);
                self.bank.iter().map(|item| kullback_leibler(item, &self.table.grid.points, &posterior, theta)).collect()
            }
            _ => fisher(&self.bank, theta),
        }
    }
}
