//! Assembling parallel forms from a bank by mixed-integer programming.
//!
//! Forms are taken one by one, each beside a shadow test that holds what the later forms will need, so that the first does not eat the best of the bank
//! (the big-shadow-test method: van der Linden & Adema 1998; van der Linden 2005, chapter 6). Where that leaves room for something better, all forms are
//! put in one model that starts from what was found. How far the result can be from the best is known at the end: no assembly does better than the best
//! sum of all forms, which is a smaller model, nor than what is left of the search tree.

use std::ops::ControlFlow;

use super::blueprint::{Aim, Bank, Blueprint, Fault};
use super::conflict::{Conflict, conflicts};
use super::model::{Block, Goal, Halt, Model, Solved, Watch};
use super::pool::{Pool, pool};

/// How many nodes of search trees may be looked at. Counts rather than seconds, so that the same question has the same answer on any machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    pub nodes_each: u64,
    pub nodes_together: u64,
}

impl Default for Effort {
    fn default() -> Self {
        Self { nodes_each: 1_200, nodes_together: 4_000 }
    }
}

/// Where the search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub step: usize,
    pub steps: usize,
    /// Nodes looked at in this step.
    pub nodes: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Assembly {
    /// Places in the bank, rising, form by form.
    pub forms: Vec<Vec<usize>>,
    /// Information at the points of the target, form by form.
    pub information: Vec<Vec<f64>>,
    pub quality: Option<Quality>,
    pub nodes: u64,
}

/// How good the forms are, in the units of the aim: the largest deviation from the target in information, or for [`Aim::Most`] the smallest share of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    pub reached: f64,
    /// Nothing better exists than this; for a deviation never less than the tolerance.
    pub bound: f64,
    /// Whether it was proven that nothing is better by more than the tolerance.
    pub proven: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    Faults(Vec<Fault>),
    /// Pinned items that the bank does not have, or that cannot be chosen.
    Pinned(Vec<String>),
    /// No forms like these can exist. None of the conflicting constraints can be left out of this list.
    Impossible(Vec<Conflict>),
    /// Nothing was found with this effort, and nothing proves that there is nothing.
    NotFound,
    Cancelled,
    /// The solver gave up for numerical reasons.
    Solver(String),
}

/// Assembles the forms of a blueprint. `watch` is called some times a second and can cancel. The same input gives the same forms.
pub fn assemble(
    blueprint: &Blueprint,
    bank: &Bank,
    effort: Effort,
    watch: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Assembly, Refusal> {
    let faults = blueprint.faults();
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults));
    }
    let pool = pool(blueprint, bank).map_err(Refusal::Pinned)?;
    // A deviation below the tolerance counts as one of it.
    let least = pool.points.iter().map(|point| point.information * pool.tolerance).fold(f64::INFINITY, f64::min);
    let floor = pool.aim.filter(|aim| *aim != Aim::Most).map(|_| least);
    let mut search = Search { pool: &pool, effort, watch, steps: pool.forms + 2, nodes: 0 };
    let sum = match search.sum() {
        Ok(bound) => bound,
        Err(Halt::Infeasible) => return Err(search.explain(blueprint, bank)),
        Err(Halt::Limit(bound)) => pool.aim.map(|_| bound).filter(|bound| bound.is_finite()),
        Err(halt) => return Err(refusal(halt)),
    }
    .or(floor);
    let one_by_one = match search.one_by_one() {
        Err(Halt::Cancelled) => return Err(Refusal::Cancelled),
        Err(_) => None,
        Ok(mut forms) => {
            search.again(&mut forms, sum).map_err(refusal)?;
            Some(forms)
        }
    };
    let reached = one_by_one.as_ref().and_then(|forms| worst(&pool, forms));
    let mut bound = sum;
    let mut found = one_by_one;
    let small = pool.forms * pool.units.len() <= TOGETHER;
    if (found.is_none() || (small && !near(&pool, reached, bound))) && pool.forms > 1 {
        match search.together(found.as_deref()) {
            Ok(solved) => {
                if pool.aim.is_some() && solved.bound.is_finite() {
                    bound = Some(bound.map_or(solved.bound, |bound| bound.max(solved.bound)));
                }
                if found.is_none() || worst(&pool, &solved.chosen) < reached {
                    found = Some(solved.chosen);
                }
            }
            Err(Halt::Infeasible) if found.is_none() => return Err(search.explain(blueprint, bank)),
            Err(Halt::Cancelled) => return Err(Refusal::Cancelled),
            Err(halt) if found.is_none() => return Err(refusal(halt)),
            Err(_) => {}
        }
    }
    let forms = found.ok_or(Refusal::NotFound)?;
    Ok(finish(&pool, &forms, bound, search.nodes))
}

struct Search<'a> {
    pool: &'a Pool,
    effort: Effort,
    watch: &'a mut dyn FnMut(Progress) -> ControlFlow<()>,
    steps: usize,
    nodes: u64,
}

impl Search<'_> {
    fn run(&mut self, model: &Model, step: usize, nodes: u64, start: Option<&[Vec<usize>]>) -> Result<Solved, Halt> {
        let (steps, watch) = (self.steps, &mut self.watch);
        let mut last = 0;
        let mut tell = |nodes| {
            last = nodes;
            watch(Progress { step, steps, nodes })
        };
        let solved = model.solve(nodes, start, &mut tell);
        self.nodes += last;
        solved
    }

    /// The best that the sum of all forms can be, which bounds what each of them can be.
    fn sum(&mut self) -> Result<Option<f64>, Halt> {
        let block = sum_of_forms(self.pool, self.pool.reuse);
        let mut model = Model::new(self.pool, &[block], &[], Goal::Aim, &|_| true);
        if let Some(most) = self.pool.overlap {
            model.overlap_of_sum(self.pool, most);
        }
        let solved = self.run(&model, 0, self.effort.nodes_each / 8, None)?;
        Ok(self.pool.aim.map(|_| solved.bound).filter(|bound| bound.is_finite()))
    }

    fn one_by_one(&mut self) -> Result<Vec<Vec<usize>>, Halt> {
        let pool = self.pool;
        let mut left: Vec<usize> = pool.units.iter().map(|unit| if unit.pinned { pool.forms } else { pool.reuse }).collect();
        let mut forms: Vec<Vec<usize>> = Vec::new();
        for form in 0..pool.forms {
            let later = pool.forms - form - 1;
            let mut blocks = vec![Block { times: 1, upper: left.iter().map(|left| (*left).min(1)).collect(), parts: false }];
            if later > 0 {
                blocks.push(Block { times: later, upper: left.iter().map(|left| (*left).min(later)).collect(), parts: true });
            }
            let mut model = Model::new(pool, &blocks, &left, Goal::Aim, &|_| true);
            for (earlier, most) in forms.iter().filter_map(|form| Some((form, pool.overlap?))) {
                let terms = shared_terms(pool, earlier);
                model.at_most(0, &terms, most as f64);
                model.at_most(1, &terms, (most * later) as f64);
            }
            let solved = self.run(&model, form + 1, self.effort.nodes_each, None)?;
            let chosen = solved.chosen.into_iter().next().ok_or(Halt::Infeasible)?;
            left.iter_mut().zip(&chosen).for_each(|(left, chosen)| *left = left.saturating_sub(*chosen));
            forms.push(chosen);
        }
        Ok(forms)
    }

    /// Forms that came late had to do with what was left. Each that is not good enough yet is looked for again among all that the others leave, now that
    /// no later form needs anything.
    fn again(&mut self, forms: &mut [Vec<usize>], bound: Option<f64>) -> Result<(), Halt> {
        let pool = self.pool;
        for form in 0..forms.len() {
            let Some(mine) = forms.get(form).cloned() else { continue };
            let reached = worst(pool, std::slice::from_ref(&mine));
            if near(pool, reached, bound) {
                continue;
            }
            let others: Vec<Vec<usize>> =
                forms.iter().enumerate().filter(|(other, _)| *other != form).map(|(_, other)| other.clone()).collect();
            let upper = pool.units.iter().enumerate().map(|(index, unit)| {
                let taken = others.iter().filter(|other| other.get(index).is_some_and(|chosen| *chosen > 0)).count();
                usize::from(unit.pinned || taken < pool.reuse)
            });
            let mut model = Model::new(pool, &[Block { times: 1, upper: upper.collect(), parts: false }], &[], Goal::Aim, &|_| true);
            for (other, most) in others.iter().filter_map(|other| Some((other, pool.overlap?))) {
                model.at_most(0, &shared_terms(pool, other), most as f64);
            }
            match self.run(&model, form + 1, self.effort.nodes_each, Some(std::slice::from_ref(&mine))) {
                Ok(solved) => {
                    let better = solved.chosen.into_iter().next().filter(|chosen| worst(pool, std::slice::from_ref(chosen)) < reached);
                    if let (Some(better), Some(slot)) = (better, forms.get_mut(form)) {
                        *slot = better;
                    }
                }
                Err(Halt::Cancelled) => return Err(Halt::Cancelled),
                // What was found before stands.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// All forms in one model, from what is known already.
    fn together(&mut self, start: Option<&[Vec<usize>]>) -> Result<Solved, Halt> {
        let pool = self.pool;
        let left: Vec<usize> = pool.units.iter().map(|unit| if unit.pinned { pool.forms } else { pool.reuse }).collect();
        let blocks = vec![Block { times: 1, upper: vec![1; pool.units.len()], parts: false }; pool.forms];
        let mut model = Model::new(pool, &blocks, &left, Goal::Aim, &|_| true);
        if let Some(most) = pool.overlap {
            model.overlap(pool, most);
        }
        self.run(&model, pool.forms + 1, self.effort.nodes_together, start)
    }

    fn explain(&mut self, blueprint: &Blueprint, bank: &Bank) -> Refusal {
        let (step, steps, watch) = (self.steps, self.steps, &mut self.watch);
        let mut tell = |nodes| watch(Progress { step, steps, nodes });
        let tell: &mut Watch<'_> = &mut tell;
        match conflicts(blueprint, bank, self.pool, tell) {
            Ok(conflicts) => Refusal::Impossible(conflicts),
            Err(halt) => refusal(halt),
        }
    }
}

/// The largest model, in variables, in which all forms are looked for at once although some were found already. Parallel forms can change places, which
/// makes a large one go in circles.
const TOGETHER: usize = 400;

/// One block for all forms together: how often a unit is chosen in all.
pub(super) fn sum_of_forms(pool: &Pool, reuse: usize) -> Block {
    let upper = pool.units.iter().map(|unit| if unit.pinned { pool.forms } else { reuse.min(pool.forms) });
    Block { times: pool.forms, upper: upper.collect(), parts: false }
}

fn shared_terms(pool: &Pool, form: &[usize]) -> Vec<(usize, f64)> {
    let units = pool.units.iter().zip(form).enumerate();
    units.filter(|(_, (unit, chosen))| **chosen > 0 && !unit.pinned).map(|(index, (unit, _))| (index, unit.items.len() as f64)).collect()
}

/// The value of y that these forms have, to be made small; for the largest information its negative.
fn worst(pool: &Pool, forms: &[Vec<usize>]) -> Option<f64> {
    let aim = pool.aim?;
    let each = forms.iter().flat_map(|form| pool.points.iter().zip(information(pool, form)));
    let worst = each.map(|(point, has)| match aim {
        Aim::Near => (has - point.information).abs(),
        Aim::AtLeast => has - point.information,
        Aim::Most => -has / point.information,
    });
    Some(worst.fold(f64::NEG_INFINITY, f64::max))
}

fn information(pool: &Pool, form: &[usize]) -> Vec<f64> {
    let of = |index: usize| {
        let chosen = pool.units.iter().zip(form).filter(|(_, chosen)| **chosen > 0);
        chosen.filter_map(|(unit, _)| unit.information.get(index)).sum()
    };
    (0..pool.points.len()).map(of).collect()
}

/// Whether nothing is better by more than the tolerance. Crumbs of information that the model leaves out are no reason to search on.
fn near(pool: &Pool, reached: Option<f64>, bound: Option<f64>) -> bool {
    match (pool.aim, reached, bound) {
        (None, _, _) => true,
        // The tolerance of a deviation is in its bound already.
        (Some(Aim::Near | Aim::AtLeast), Some(reached), Some(bound)) => reached <= bound + CRUMBS,
        (Some(Aim::Most), Some(reached), Some(bound)) => reached <= bound * (1.0 - pool.tolerance) + CRUMBS,
        _ => false,
    }
}

const CRUMBS: f64 = 1e-3;

fn finish(pool: &Pool, forms: &[Vec<usize>], bound: Option<f64>, nodes: u64) -> Assembly {
    let places = |form: &Vec<usize>| {
        let chosen = pool.units.iter().zip(form).filter(|(_, chosen)| **chosen > 0);
        let mut places: Vec<usize> = chosen.flat_map(|(unit, _)| unit.items.iter().copied()).collect();
        places.sort_unstable();
        places
    };
    let reached = worst(pool, forms);
    let quality = pool.aim.zip(reached).map(|(aim, reached)| {
        let proven = near(pool, Some(reached), bound);
        match aim {
            Aim::Most => Quality { reached: -reached, bound: bound.map_or(f64::INFINITY, |bound| -bound), proven },
            _ => Quality { reached, bound: bound.unwrap_or(0.0), proven },
        }
    });
    Assembly {
        forms: forms.iter().map(places).collect(),
        information: forms.iter().map(|form| information(pool, form)).collect(),
        quality,
        nodes,
    }
}

fn refusal(halt: Halt) -> Refusal {
    match halt {
        Halt::Cancelled => Refusal::Cancelled,
        Halt::Solver(why) => Refusal::Solver(why),
        Halt::Limit(_) | Halt::Infeasible => Refusal::NotFound,
    }
}
