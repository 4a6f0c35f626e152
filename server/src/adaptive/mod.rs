//! The adaptive pre-screening: the server chooses each question from what was answered before it.
//!
//! A plan ([`rules::Plan`]) is everything that the choice depends on: the pool with its parameters, the dated settings, and the tests that are forecast.
//! An attempt keeps its plan, and each choice is a row before the kiosk sees it, so that the same answers give the same questions after a crash, at
//! another kiosk and under another process.

pub mod actions;
pub mod http;
pub mod rules;
pub mod store;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use crate::ids::{ItemVersionId, PlanId};

/// Plans made ready, so that a question is chosen without reading the plan again. A plan never changes, so that nothing here can be stale.
#[derive(Clone, Default)]
pub struct Plans(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    ready: BTreeMap<PlanId, Arc<rules::Ready>>,
    points: BTreeMap<ItemVersionId, Option<u32>>,
}

/// Plans in use at one time are few: the day's, and those of attempts that were begun under an older one.
const MOST: usize = 16;

impl Plans {
    fn get(&self, id: PlanId) -> Option<Arc<rules::Ready>> {
        self.kept().ready.get(&id).cloned()
    }

    fn keep(&self, id: PlanId, ready: Arc<rules::Ready>) {
        let mut kept = self.kept();
        if kept.ready.len() >= MOST {
            kept.ready.pop_first();
        }
        kept.ready.insert(id, ready);
    }

    /// The points that a published item gives at most, and `None` where they are no whole number; remembered, since an item version never changes.
    fn points(&self, version: ItemVersionId, look: impl FnOnce() -> Option<u32>) -> Option<u32> {
        if let Some(known) = self.kept().points.get(&version) {
            return *known;
        }
        let points = look();
        self.kept().points.insert(version, points);
        points
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // What is kept is only ever replaced whole, so that a panic elsewhere leaves nothing half-made.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
