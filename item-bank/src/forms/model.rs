//! The mixed-integer model of a pool, and the solver.
//!
//! A block of variables stands for one form, or for several taken together. Everything that is asked here is made of blocks: one form, one form beside a
//! shadow of those to come, all forms at once, or the sum of all forms. Notation follows van der Linden (2005): x for "the item is chosen", y for the
//! largest deviation from the target.

use std::ops::ControlFlow;

use microlp::{
    ComparisonOp, Error, OptimizationDirection, Problem, ResumeOptions, SolveOptions, SolveOutcome, TerminationReason, Variable,
};

use super::blueprint::Aim;
use super::pool::{Pool, Why};

/// Called between stretches of the search; breaking off cancels it.
pub type Watch<'a> = dyn FnMut(u64) -> ControlFlow<()> + 'a;

/// Nodes of the search tree between two calls of the watch.
const STRETCH: u64 = 25;

/// Variables that stand for `times` forms.
#[derive(Clone, Debug)]
pub struct Block {
    pub times: usize,
    /// How often each unit can be chosen.
    pub upper: Vec<usize>,
    /// Whether parts of units will do, as in a shadow that only keeps enough for later forms.
    pub parts: bool,
}

/// What the model is to be solved for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// The aim of the blueprint.
    Aim,
    /// Any solution.
    Any,
    /// As much, or as little, of one constraint's sum as there can be.
    Most(Why),
    Least(Why),
}

pub struct Model {
    problem: Problem,
    /// The variables of each block, unit by unit.
    blocks: Vec<Vec<Variable>>,
    y: Option<Variable>,
    mip_gap: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// How often each unit was chosen, block by block.
    pub chosen: Vec<Vec<usize>>,
    pub objective: f64,
    /// Nothing is better than this.
    pub bound: f64,
    pub proven: bool,
    pub nodes: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Halt {
    Infeasible,
    /// The number of nodes was reached before any solution was found; nothing is better than this.
    Limit(f64),
    Cancelled,
    /// The solver gave up for numerical reasons.
    Solver(String),
}

impl Model {
    /// Builds the model of some blocks. `left` bounds how often a unit is chosen over all blocks; only the rows that are `wanted` are put in.
    pub fn new(pool: &Pool, blocks: &[Block], left: &[usize], goal: Goal, wanted: &dyn Fn(Why) -> bool) -> Model {
        let direction = if matches!(goal, Goal::Most(_)) { OptimizationDirection::Maximize } else { OptimizationDirection::Minimize };
        let mut problem = Problem::new(direction);
        let cost = |unit: usize| match goal {
            Goal::Most(why) | Goal::Least(why) => pool
                .rows
                .iter()
                .filter(|row| row.why == why)
                .flat_map(|row| row.terms.iter())
                .filter(|(of, _)| *of == unit)
                .map(|(_, coefficient)| *coefficient)
                .sum(),
            Goal::Aim | Goal::Any => 0.0,
        };
        let variables: Vec<Vec<Variable>> = blocks
            .iter()
            .map(|block| {
                let bounds = block.upper.iter().enumerate();
                bounds
                    .map(|(unit, upper)| match block.parts {
                        true => problem.add_var(cost(unit), (0.0, *upper as f64)),
                        false => problem.add_integer_var(cost(unit), (0, i32::try_from(*upper).unwrap_or(i32::MAX))),
                    })
                    .collect()
            })
            .collect();
        for (block, x) in blocks.iter().zip(&variables) {
            for row in pool.rows.iter().filter(|row| wanted(row.why)) {
                let terms: Vec<(Variable, f64)> = row.terms.iter().filter_map(|(unit, c)| Some((*x.get(*unit)?, *c))).collect();
                constrain(&mut problem, &terms, row.min * block.times as f64, row.max * block.times as f64);
            }
        }
        for (unit, left) in left.iter().enumerate() {
            let together: usize = blocks.iter().filter_map(|block| block.upper.get(unit)).sum();
            if blocks.len() > 1 && together > *left {
                let terms: Vec<(Variable, f64)> = variables.iter().filter_map(|x| Some((*x.get(unit)?, 1.0))).collect();
                constrain(&mut problem, &terms, f64::NEG_INFINITY, *left as f64);
            }
        }
        let mut model = Model { problem, blocks: variables, y: None, mip_gap: 0.0 };
        if let (Goal::Aim, Some(aim)) = (goal, pool.aim) {
            model.aim(pool, blocks, aim);
        }
        model
    }

    /// The information that each block should have, by one y for all: minimax (|Σ I x − T| ≤ y, minimise y) or maximin (Σ I x ≥ R y, maximise y).
    fn aim(&mut self, pool: &Pool, blocks: &[Block], aim: Aim) {
        let smallest = pool.points.iter().map(|point| point.information).fold(f64::INFINITY, f64::min);
        let y = match aim {
            // A deviation within the tolerance is as good as none, and the search ends when it is reached.
            Aim::Near | Aim::AtLeast => self.problem.add_var(1.0, (pool.tolerance * smallest, f64::INFINITY)),
            Aim::Most => {
                self.mip_gap = pool.tolerance;
                self.problem.add_var(-1.0, (0.0, f64::INFINITY))
            }
        };
        self.y = Some(y);
        for (block, x) in blocks.iter().zip(&self.blocks) {
            let times = block.times as f64;
            for (index, point) in pool.points.iter().enumerate() {
                let information = |unit: usize| pool.units.get(unit).and_then(|unit| unit.information.get(index)).copied().unwrap_or(0.0);
                let terms = |with: f64| -> Vec<(Variable, f64)> {
                    // Coefficients of very different size make the solver stumble, and such crumbs of information are nobody's reason to choose an item.
                    let chosen = x.iter().enumerate().map(|(unit, x)| (*x, information(unit))).filter(|(_, i)| *i > 1e-4);
                    chosen.chain(std::iter::once((y, with))).collect()
                };
                let target = point.information * times;
                match aim {
                    Aim::Near => {
                        constrain(&mut self.problem, &terms(-times), f64::NEG_INFINITY, target);
                        constrain(&mut self.problem, &terms(times), target, f64::INFINITY);
                    }
                    Aim::AtLeast => constrain(&mut self.problem, &terms(-times), f64::NEG_INFINITY, target),
                    Aim::Most => constrain(&mut self.problem, &terms(-target), 0.0, f64::INFINITY),
                }
            }
        }
    }

    /// At most `most` of these units, counted by their number of items, in a block.
    pub fn at_most(&mut self, block: usize, terms: &[(usize, f64)], most: f64) {
        if let Some(x) = self.blocks.get(block) {
            let terms: Vec<(Variable, f64)> = terms.iter().filter_map(|(unit, c)| Some((*x.get(*unit)?, *c))).collect();
            constrain(&mut self.problem, &terms, f64::NEG_INFINITY, most);
        }
    }

    /// Any two blocks of one form share at most `most` items that are not pinned: z ≥ x + x' − 1.
    pub fn overlap(&mut self, pool: &Pool, most: usize) {
        for (index, one) in self.blocks.iter().enumerate() {
            for other in self.blocks.iter().skip(index + 1) {
                let mut shared = Vec::new();
                for ((unit, x), x2) in pool.units.iter().zip(one).zip(other).filter(|((unit, _), _)| !unit.pinned) {
                    let z = self.problem.add_var(0.0, (0.0, 1.0));
                    constrain(&mut self.problem, &[(*x, 1.0), (*x2, 1.0), (z, -1.0)], f64::NEG_INFINITY, 1.0);
                    shared.push((z, unit.items.len() as f64));
                }
                constrain(&mut self.problem, &shared, f64::NEG_INFINITY, most as f64);
            }
        }
    }

    /// Over the sum of all forms: choosing a unit w times makes at least w(w−1)/2 pairs share it; that curve is held from below by its tangents.
    pub fn overlap_of_sum(&mut self, pool: &Pool, most: usize) {
        let pairs = pool.forms * pool.forms.saturating_sub(1) / 2;
        let mut shared = Vec::new();
        for (unit, w) in pool.units.iter().zip(self.blocks.first().into_iter().flatten()).filter(|(unit, _)| !unit.pinned) {
            let z = self.problem.add_var(0.0, (0.0, f64::INFINITY));
            for k in 1..pool.forms {
                let k = k as f64;
                constrain(&mut self.problem, &[(*w, k), (z, -1.0)], f64::NEG_INFINITY, k * (k + 1.0) / 2.0);
            }
            shared.push((z, unit.items.len() as f64));
        }
        constrain(&mut self.problem, &shared, f64::NEG_INFINITY, (most * pairs) as f64);
    }

    /// Solves by branch and bound over at most `nodes` nodes, from a known solution if there is one.
    pub fn solve(&self, nodes: u64, start: Option<&[Vec<usize>]>, watch: &mut Watch<'_>) -> Result<Solved, Halt> {
        let mut options = SolveOptions::default();
        options.node_limit = Some(STRETCH.min(nodes));
        options.mip_gap = self.mip_gap;
        options.warm_start = start.map(|start| {
            let pairs = self.blocks.iter().flatten().zip(start.iter().flatten());
            pairs.map(|(variable, chosen)| (*variable, *chosen as f64)).collect()
        });
        let mut outcome = self.problem.solve_with(options).map_err(halt)?;
        loop {
            let stats = outcome.stats();
            if watch(stats.nodes_solved).is_break() {
                return Err(Halt::Cancelled);
            }
            let stopped = matches!(outcome.termination_reason(), TerminationReason::NodeLimit | TerminationReason::TimeLimit);
            if !stopped || stats.nodes_solved >= nodes {
                return self.read(&outcome);
            }
            let mut more = ResumeOptions::default();
            more.node_limit = Some(STRETCH);
            more.mip_gap = Some(self.mip_gap);
            outcome = outcome.resume_with(more).map_err(halt)?;
        }
    }

    fn read(&self, outcome: &SolveOutcome) -> Result<Solved, Halt> {
        let stats = outcome.stats();
        let bound = stats.best_bound.unwrap_or(f64::NEG_INFINITY);
        let solution = outcome.solution().ok_or(Halt::Limit(bound))?;
        let count = |variable: &Variable| solution.var_value(*variable).round().max(0.0) as usize;
        Ok(Solved {
            chosen: self.blocks.iter().map(|block| block.iter().map(count).collect()).collect(),
            objective: solution.objective(),
            bound,
            proven: matches!(outcome.termination_reason(), TerminationReason::ProvenOptimal | TerminationReason::MipGap),
            nodes: stats.nodes_solved,
        })
    }
}

fn halt(error: Error) -> Halt {
    match error {
        Error::Infeasible => Halt::Infeasible,
        other => Halt::Solver(other.to_string()),
    }
}

fn constrain(problem: &mut Problem, terms: &[(Variable, f64)], min: f64, max: f64) {
    if min == max {
        problem.add_constraint(terms.iter().copied(), ComparisonOp::Eq, min);
        return;
    }
    if min.is_finite() && (min > 0.0 || terms.iter().any(|(_, coefficient)| *coefficient < 0.0)) {
        problem.add_constraint(terms.iter().copied(), ComparisonOp::Ge, min);
    }
    if max.is_finite() {
        problem.add_constraint(terms.iter().copied(), ComparisonOp::Le, max);
    }
}
