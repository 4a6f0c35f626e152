//! Whether given forms keep to a blueprint, counted item by item and without the solver: for forms made by hand, and to check those that were assembled.

use std::collections::BTreeSet;

use super::blueprint::{Aim, Bank, Blueprint};
use super::pool::Why;

/// One constraint as one form, or one pair of forms, meets it.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub why: Why,
    pub form: usize,
    /// The other form of a pair.
    pub with: Option<usize>,
    pub min: f64,
    pub max: f64,
    pub has: f64,
}

impl Finding {
    /// Information is a sum of many small numbers, so that its last digits mean nothing.
    pub fn kept(&self) -> bool {
        self.has >= self.min - 1e-6 && self.has <= self.max + 1e-6
    }
}

/// Every constraint of the blueprint on every form; forms are places in the bank.
pub fn check(blueprint: &Blueprint, bank: &Bank, forms: &[Vec<usize>]) -> Vec<Finding> {
    let pinned: BTreeSet<&str> = blueprint.pinned.iter().map(String::as_str).collect();
    let is_pinned = |place: &usize| bank.items.get(*place).is_some_and(|item| pinned.contains(item.name.as_str()));
    let mut findings = Vec::new();
    for (form, places) in forms.iter().enumerate() {
        let held: BTreeSet<usize> = places.iter().copied().collect();
        let mut say = |why, min: f64, max: f64, has: f64| findings.push(Finding { why, form, with: None, min, max, has });
        say(Why::Count, blueprint.items as f64, blueprint.items as f64, held.len() as f64);
        for (index, quota) in blueprint.quotas.iter().enumerate() {
            let has = held.iter().filter(|place| bank.items.get(**place).is_some_and(|item| quota.fits(item))).count();
            say(Why::Quota(index), quota.min as f64, quota.max.map_or(f64::INFINITY, |max| max as f64), has as f64);
        }
        for (index, point) in blueprint.points().iter().enumerate() {
            let has = information(bank, places, point.theta);
            let at_least = blueprint.target.as_ref().is_some_and(|target| target.aim == Aim::AtLeast);
            say(Why::Target(index), if at_least { point.information } else { 0.0 }, f64::INFINITY, has);
        }
        for place in (0..bank.items.len()).filter(is_pinned) {
            say(Why::Pinned(place), 1.0, 1.0, f64::from(u8::from(held.contains(&place))));
        }
        let at_war = bank.enemies.iter().filter(|(a, b)| held.contains(a) && held.contains(b)).count();
        say(Why::Enemies, 0.0, 0.0, at_war as f64);
        if let Some(most) = blueprint.max_shared_in_use {
            for (index, other) in bank.in_use.iter().enumerate() {
                let shared = other.iter().filter(|place| held.contains(place) && !is_pinned(place)).count();
                say(Why::InUse(index), 0.0, most as f64, shared as f64);
            }
        }
    }
    for (form, places) in forms.iter().enumerate() {
        let most =
            places.iter().filter(|place| !is_pinned(place)).map(|place| forms.iter().filter(|other| other.contains(place)).count()).max();
        let reuse = blueprint.max_forms_per_item as f64;
        findings.push(Finding { why: Why::Reuse, form, with: None, min: 0.0, max: reuse, has: most.unwrap_or(0) as f64 });
        for (with, other) in forms.iter().enumerate().skip(form + 1) {
            let shared = places.iter().filter(|place| other.contains(place) && !is_pinned(place)).count();
            let max = blueprint.max_overlap.map_or(f64::INFINITY, |most| most as f64);
            findings.push(Finding { why: Why::Overlap, form, with: Some(with), min: 0.0, max, has: shared as f64 });
        }
    }
    findings
}

/// What items tell together at one place of the scale.
pub fn information(bank: &Bank, places: &[usize], theta: f64) -> f64 {
    places.iter().filter_map(|place| bank.items.get(*place)?.measure.as_ref()).map(|measure| measure.information(theta)).sum()
}
