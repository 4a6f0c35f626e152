//! Why no forms like these can exist: a smallest set of constraints that contradict each other, and by how much.
//!
//! The set is found by a deletion filter (Chinneck & Dravnieks 1991, "Locating minimal infeasible constraint sets in linear programs"): a constraint without
//! which there still is nothing is left out for good. What remains is irreducible: leave out any one, and forms exist. How much is lacking is found by
//! asking for the most, or the least, that all the others allow.

use super::assemble::sum_of_forms;
use super::blueprint::{Bank, Blueprint, Candidate};
use super::model::{Block, Goal, Halt, Model, Watch};
use super::pool::{LeftOut, Pool, Why};

/// A constraint that cannot be kept together with the others of its set. Numbers are of all forms together.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    pub why: Why,
    /// What the constraint asks, and what the others of the set leave possible. Absent for what has no sum, such as enemies.
    pub lack: Option<Lack>,
    /// What the bank has of a quota, or in all.
    pub stock: Option<Stock>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lack {
    TooFew { needs: f64, can: f64 },
    TooMany { most: f64, least: f64 },
}

/// Items of the bank that a constraint counts, and how many of them were left out for which reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    pub items: usize,
    pub usable: usize,
    pub forbidden: usize,
    pub too_often: usize,
    pub no_parameters: usize,
    pub company: usize,
}

/// Nodes for one question. A question that takes more is taken as answered with "perhaps possible", so that the set may be larger than need be, never wrong.
const NODES: u64 = 400;
/// The largest model, in variables, in which all forms are looked at one by one.
const TOGETHER: usize = 600;

/// A smallest set of conflicting constraints of a blueprint for which there are no forms.
pub fn conflicts(blueprint: &Blueprint, bank: &Bank, pool: &Pool, watch: &mut Watch<'_>) -> Result<Vec<Conflict>, Halt> {
    let all = constraints(pool);
    let set = match filter(pool, &all, false, watch)? {
        Some(set) => set,
        None if pool.units.len() * pool.forms <= TOGETHER => filter(pool, &all, true, watch)?.ok_or(Halt::Limit(f64::NEG_INFINITY))?,
        None => return Err(Halt::Limit(f64::NEG_INFINITY)),
    };
    set.iter()
        .map(|why| Ok(Conflict { why: *why, lack: lack(pool, &set, *why, watch)?, stock: stock(blueprint, bank, pool, *why) }))
        .collect()
}

/// Every constraint once; those that are easiest to do without come first, so that the simplest contradiction is what is left.
fn constraints(pool: &Pool) -> Vec<Why> {
    let mut all: Vec<Why> = pool.rows.iter().map(|row| row.why).collect();
    if pool.overlap.is_some() {
        all.push(Why::Overlap);
    }
    if pool.reuse < pool.forms {
        all.push(Why::Reuse);
    }
    all.sort_by_key(|why| {
        let rank = match why {
            Why::InUse(_) => 0,
            Why::Overlap => 1,
            Why::Enemies => 2,
            Why::Pinned(_) => 3,
            Why::Target(_) => 4,
            Why::Quota(_) => 5,
            Why::Reuse => 6,
            Why::Count => 7,
        };
        (rank, *why)
    });
    all.dedup();
    all
}

/// The deletion filter; nothing when all the constraints together are not known to be impossible.
fn filter(pool: &Pool, all: &[Why], together: bool, watch: &mut Watch<'_>) -> Result<Option<Vec<Why>>, Halt> {
    if !impossible(pool, all, together, watch)? {
        return Ok(None);
    }
    let mut kept = all.to_vec();
    for why in all {
        let without: Vec<Why> = kept.iter().copied().filter(|other| other != why).collect();
        if impossible(pool, &without, together, watch)? {
            kept = without;
        }
    }
    Ok(Some(kept))
}

fn impossible(pool: &Pool, set: &[Why], together: bool, watch: &mut Watch<'_>) -> Result<bool, Halt> {
    match model(pool, set, Goal::Any, together).solve(NODES, None, watch) {
        Ok(_) | Err(Halt::Limit(_) | Halt::Solver(_)) => Ok(false),
        Err(Halt::Infeasible) => Ok(true),
        Err(Halt::Cancelled) => Err(Halt::Cancelled),
    }
}

/// The sum of all forms, which is small and nearly always enough, or all forms side by side.
fn model(pool: &Pool, set: &[Why], goal: Goal, together: bool) -> Model {
    let reuse = if set.contains(&Why::Reuse) { pool.reuse } else { pool.forms };
    let wanted = |why: Why| set.contains(&why);
    let overlap = pool.overlap.filter(|_| set.contains(&Why::Overlap));
    if together {
        let blocks = vec![Block { times: 1, upper: vec![1; pool.units.len()], parts: false }; pool.forms];
        let left: Vec<usize> = pool.units.iter().map(|unit| if unit.pinned { pool.forms } else { reuse }).collect();
        let mut model = Model::new(pool, &blocks, &left, goal, &wanted);
        if let Some(most) = overlap {
            model.overlap(pool, most);
        }
        model
    } else {
        let mut model = Model::new(pool, &[sum_of_forms(pool, reuse)], &[], goal, &wanted);
        if let Some(most) = overlap {
            model.overlap_of_sum(pool, most);
        }
        model
    }
}

/// How far the others of the set keep a constraint from what it asks.
fn lack(pool: &Pool, set: &[Why], why: Why, watch: &mut Watch<'_>) -> Result<Option<Lack>, Halt> {
    if !matches!(why, Why::Count | Why::Quota(_) | Why::Target(_)) {
        return Ok(None);
    }
    let Some(row) = pool.rows.iter().find(|row| row.why == why) else { return Ok(None) };
    let others: Vec<Why> = set.iter().copied().filter(|other| *other != why).collect();
    let times = pool.forms as f64;
    let sum = |chosen: &[Vec<usize>]| -> f64 {
        let count = |unit: usize| chosen.iter().filter_map(|block| block.get(unit)).sum::<usize>() as f64;
        row.terms.iter().map(|(unit, coefficient)| coefficient * count(*unit)).sum()
    };
    for goal in [Goal::Most(why), Goal::Least(why)] {
        let solved = match model(pool, &others, goal, false).solve(NODES, None, watch) {
            Ok(solved) => solved,
            Err(Halt::Cancelled) => return Err(Halt::Cancelled),
            Err(_) => continue,
        };
        let can = sum(&solved.chosen);
        match goal {
            Goal::Most(_) if can < row.min * times - 1e-6 => return Ok(Some(Lack::TooFew { needs: row.min * times, can })),
            Goal::Least(_) if can > row.max * times + 1e-6 => return Ok(Some(Lack::TooMany { most: row.max * times, least: can })),
            _ => {}
        }
    }
    Ok(None)
}

fn stock(blueprint: &Blueprint, bank: &Bank, pool: &Pool, why: Why) -> Option<Stock> {
    let counted: Box<dyn Fn(&Candidate) -> bool> = match why {
        Why::Count | Why::Target(_) => Box::new(|_| true),
        Why::Quota(index) => {
            let quota = blueprint.quotas.get(index)?;
            Box::new(|item| quota.fits(item))
        }
        _ => return None,
    };
    let mut stock = Stock::default();
    for (place, _) in bank.items.iter().enumerate().filter(|(_, item)| counted(item)) {
        stock.items += 1;
        match pool.left_out.get(&place) {
            None => stock.usable += 1,
            Some(LeftOut::Forbidden) => stock.forbidden += 1,
            Some(LeftOut::TooOften) => stock.too_often += 1,
            Some(LeftOut::NoParameters) => stock.no_parameters += 1,
            Some(LeftOut::Company) => stock.company += 1,
        }
    }
    Some(stock)
}
