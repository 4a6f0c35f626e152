//! What a blueprint can choose from: the items that are not left out, those about one text bound together, and the constraints on one form.

use std::collections::{BTreeMap, BTreeSet};

use super::blueprint::{Aim, Bank, Blueprint, Point};

/// What is chosen or not chosen as one: an item, or all items about one text.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Places in the bank.
    pub items: Vec<usize>,
    pub pinned: bool,
    /// Information at the points of the target.
    pub information: Vec<f64>,
}

/// Why an item cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    Forbidden,
    /// Given more often than the blueprint allows.
    TooOften,
    /// The blueprint has a target, and nothing is known about how the item measures.
    NoParameters,
    /// It stays with items of which one is left out, or which do not go together.
    Company,
}

/// A constraint of a blueprint, by the words in which it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The number of items.
    Count,
    Quota(usize),
    /// The target at this point, where it may not be missed.
    Target(usize),
    /// This item of the bank stands in every form.
    Pinned(usize),
    Enemies,
    /// What is shared with this form in use.
    InUse(usize),
    /// In how many of the new forms an item stands.
    Reuse,
    /// What two of the new forms share.
    Overlap,
}

/// `min ≤ Σ coefficient × chosen ≤ max`, for one form.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub why: Why,
    pub terms: Vec<(usize, f64)>,
    pub min: f64,
    pub max: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    pub units: Vec<Unit>,
    pub left_out: BTreeMap<usize, LeftOut>,
    pub rows: Vec<Row>,
    pub aim: Option<Aim>,
    pub points: Vec<Point>,
    pub tolerance: f64,
    pub forms: usize,
    pub reuse: usize,
    pub overlap: Option<usize>,
}

/// Prepares a bank for a blueprint without faults. Pinned names that the bank does not have are answered as an error, and so are pinned items that cannot
/// be chosen.
pub fn pool(blueprint: &Blueprint, bank: &Bank) -> Result<Pool, Vec<String>> {
    let pinned: BTreeSet<&str> = blueprint.pinned.iter().map(String::as_str).collect();
    let left_out = left_out(blueprint, bank, &pinned);
    let mut unusable: BTreeSet<&str> = pinned.clone();
    for (place, item) in bank.items.iter().enumerate() {
        if !left_out.contains_key(&place) {
            unusable.remove(item.name.as_str());
        }
    }
    if !unusable.is_empty() {
        return Err(unusable.into_iter().map(str::to_owned).collect());
    }
    let points = blueprint.points().to_vec();
    let mut units: Vec<Unit> = Vec::new();
    let mut by_stimulus: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, item) in bank.items.iter().enumerate().filter(|(place, _)| !left_out.contains_key(place)) {
        let information = points.iter().map(|point| item.measure.as_ref().map_or(0.0, |measure| measure.information(point.theta)));
        let known = item.stimulus.as_deref().and_then(|stimulus| by_stimulus.get(stimulus)).and_then(|index| units.get_mut(*index));
        if let Some(unit) = known {
            unit.items.push(place);
            unit.pinned |= pinned.contains(item.name.as_str());
            unit.information.iter_mut().zip(information).for_each(|(sum, more)| *sum += more);
            continue;
        }
        if let Some(stimulus) = item.stimulus.as_deref() {
            by_stimulus.insert(stimulus, units.len());
        }
        units.push(Unit { items: vec![place], pinned: pinned.contains(item.name.as_str()), information: information.collect() });
    }
    let target = blueprint.target.as_ref();
    let mut pool = Pool {
        units,
        left_out,
        rows: Vec::new(),
        aim: target.map(|target| target.aim),
        points,
        tolerance: target.map_or(0.0, |target| target.tolerance),
        forms: blueprint.forms,
        reuse: blueprint.max_forms_per_item,
        overlap: blueprint.max_overlap.filter(|_| blueprint.max_forms_per_item > 1),
    };
    pool.rows = rows(blueprint, bank, &pool);
    Ok(pool)
}

impl Pool {
    /// How many of a unit's items satisfy something.
    fn terms(&self, mut holds: impl FnMut(usize) -> bool) -> Vec<(usize, f64)> {
        let counts = self.units.iter().map(|unit| unit.items.iter().filter(|place| holds(**place)).count());
        counts.enumerate().filter(|(_, count)| *count > 0).map(|(unit, count)| (unit, count as f64)).collect()
    }
}

fn left_out(blueprint: &Blueprint, bank: &Bank, pinned: &BTreeSet<&str>) -> BTreeMap<usize, LeftOut> {
    let forbidden: BTreeSet<&str> = blueprint.forbidden.iter().map(String::as_str).collect();
    let mut out = BTreeMap::new();
    for (place, item) in bank.items.iter().enumerate() {
        // Who pins an item knows how often it was given.
        let too_often = blueprint.max_exposure.is_some_and(|most| item.exposure > most) && !pinned.contains(item.name.as_str());
        if forbidden.contains(item.name.as_str()) {
            out.insert(place, LeftOut::Forbidden);
        } else if too_often {
            out.insert(place, LeftOut::TooOften);
        } else if blueprint.target.is_some() && item.measure.is_none() {
            out.insert(place, LeftOut::NoParameters);
        }
    }
    let stimulus = |place: usize| bank.items.get(place).and_then(|item| item.stimulus.as_deref());
    let mut spoiled: BTreeSet<&str> = out.keys().filter_map(|place| stimulus(*place)).collect();
    spoiled.extend(bank.enemies.iter().filter(|(a, b)| stimulus(*a) == stimulus(*b)).filter_map(|(a, _)| stimulus(*a)));
    for (place, _) in bank.items.iter().enumerate() {
        if stimulus(place).is_some_and(|stimulus| spoiled.contains(stimulus)) {
            out.entry(place).or_insert(LeftOut::Company);
        }
    }
    out
}

fn rows(blueprint: &Blueprint, bank: &Bank, pool: &Pool) -> Vec<Row> {
    let items = blueprint.items as f64;
    let mut rows = vec![Row { why: Why::Count, terms: pool.terms(|_| true), min: items, max: items }];
    for (index, quota) in blueprint.quotas.iter().enumerate() {
        let terms = pool.terms(|place| bank.items.get(place).is_some_and(|item| quota.fits(item)));
        rows.push(Row { why: Why::Quota(index), terms, min: quota.min as f64, max: quota.max.map_or(f64::INFINITY, |max| max as f64) });
    }
    if pool.aim == Some(Aim::AtLeast) {
        for (index, point) in pool.points.iter().enumerate() {
            let terms = pool.units.iter().enumerate().map(|(unit, known)| (unit, known.information.get(index).copied().unwrap_or(0.0)));
            rows.push(Row { why: Why::Target(index), terms: terms.collect(), min: point.information, max: f64::INFINITY });
        }
    }
    for (unit, known) in pool.units.iter().enumerate().filter(|(_, unit)| unit.pinned) {
        let place = known.items.first().copied().unwrap_or_default();
        rows.push(Row { why: Why::Pinned(place), terms: vec![(unit, 1.0)], min: 1.0, max: 1.0 });
    }
    for clique in cliques(bank, pool) {
        rows.push(Row { why: Why::Enemies, terms: clique.into_iter().map(|unit| (unit, 1.0)).collect(), min: 0.0, max: 1.0 });
    }
    if let Some(most) = blueprint.max_shared_in_use {
        for (index, form) in bank.in_use.iter().enumerate() {
            let form: BTreeSet<usize> = form.iter().copied().collect();
            let mut terms = pool.terms(|place| form.contains(&place));
            terms.retain(|(unit, _)| pool.units.get(*unit).is_some_and(|unit| !unit.pinned));
            rows.push(Row { why: Why::InUse(index), terms, min: 0.0, max: most as f64 });
        }
    }
    rows
}

/// Sets of units of which each two are enemies, which together hold every pair. "At most one of these" says more to the solver than pair by pair
/// (enemy sets, van der Linden 2005, chapter 3).
fn cliques(bank: &Bank, pool: &Pool) -> Vec<BTreeSet<usize>> {
    let unit_of: BTreeMap<usize, usize> =
        pool.units.iter().enumerate().flat_map(|(unit, known)| known.items.iter().map(move |place| (*place, unit))).collect();
    let mut edges: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (a, b) in &bank.enemies {
        if let (Some(a), Some(b)) = (unit_of.get(a), unit_of.get(b))
            && a != b
        {
            edges.entry(*a).or_default().insert(*b);
            edges.entry(*b).or_default().insert(*a);
        }
    }
    let mut open: BTreeSet<(usize, usize)> = edges.iter().flat_map(|(a, near)| near.range(a + 1..).map(move |b| (*a, *b))).collect();
    let mut found = Vec::new();
    while let Some((a, b)) = open.first().copied() {
        let mut clique = BTreeSet::from([a, b]);
        for more in edges.get(&a).into_iter().flatten() {
            if clique.iter().all(|unit| unit != more && edges.get(unit).is_some_and(|near| near.contains(more))) {
                clique.insert(*more);
            }
        }
        open.retain(|(a, b)| !(clique.contains(a) && clique.contains(b)));
        found.push(clique);
    }
    found
}
