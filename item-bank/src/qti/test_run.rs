//! A whole test from responses: walked through under conditions, branches, limits and session control, and then its own outcomes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::attempts::{self, Attempted};
use super::expressions::evaluate;
use super::model::{Expression, Item};
use super::processing::run;
use super::random::{Dice, Stream};
use super::responses::ResponseFault;
use super::scope::{Scope, SeenItem, initial};
use super::test::{MarkedItem, MarkedTest, Place, places};
use super::test_reader::{Common, Section, Test, TimeLimits};
use super::value::Value;

/// How often conditions may run outcome processing in one walk. A test of a hundred items with a condition each takes a hundred.
const MAX_CONDITIONS: usize = 20_000;

/// Runs a whole test. `items` holds the items by the `href` of their references; `responses` an object from item-ref identifier to the item's
/// responses, as in [`super::responses_from_json`], or to a list of those, one for each attempt. `duration` among them is in seconds.
///
/// # Errors
/// When `responses` or one of its values is of another shape. A missing item is named in the problems and counts as not presented.
pub fn run_test(test: &Test, items: &BTreeMap<String, Item>, responses: &Json, seed: u64) -> Result<MarkedTest, ResponseFault> {
    let given = responses.as_object().ok_or(ResponseFault::NotAnObject)?;
    let places = places(test, seed);
    let seen = places.iter().map(|place| seen_before(place, items.get(&place.selected.href))).collect();
    let mut walk = Walk {
        test,
        items,
        given,
        seed,
        places: &places,
        ends: ends(&places),
        seen,
        marked: Vec::new(),
        problems: Vec::new(),
        resume: 0,
        entered: BTreeSet::new(),
        closed: BTreeSet::new(),
        spent: BTreeMap::new(),
        conditions: MAX_CONDITIONS,
    };
    for name in given.keys().filter(|name| places.iter().all(|place| place.selected.identifier != **name)) {
        walk.problems.push(format!("{name}: there are responses, and no such item was drawn"));
    }
    for index in 0..places.len() {
        walk.visit(index)?;
    }
    walk.finish()
}

/// A section by itself, whatever its identifier: parts of different sections may share one by mistake.
type SectionId = *const Section;

struct Walk<'a> {
    test: &'a Test,
    items: &'a BTreeMap<String, Item>,
    given: &'a Map<String, Json>,
    seed: u64,
    places: &'a [Place<'a>],
    /// The last place of each section.
    ends: BTreeMap<SectionId, usize>,
    seen: Vec<SeenItem>,
    marked: Vec<MarkedItem>,
    problems: Vec<String>,
    /// The place that a branch goes to; what lies before it is passed by.
    resume: usize,
    entered: BTreeSet<SectionId>,
    closed: BTreeSet<SectionId>,
    /// Seconds spent in each section and part, and under no section in the whole test.
    spent: BTreeMap<Option<SectionId>, f64>,
    conditions: usize,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, index: usize) -> Result<(), ResponseFault> {
        let places = self.places;
        let place = &places[index];
        let mut item = MarkedItem {
            identifier: place.selected.identifier.clone(),
            href: place.selected.href.clone(),
            presented: false,
            attempts: 0,
            outcomes: BTreeMap::new(),
        };
        if index < self.resume {
            self.marked.push(item);
            return Ok(());
        }
        let linear = place.around.first().is_none_or(|part| part.linear);
        if self.enter(place, linear) && (!linear || self.all_hold(&place.item.common)) && self.has_time(place) {
            match self.items.get(&place.selected.href) {
                None => self.problems.push(format!("{}: there is no item {}", item.identifier, item.href)),
                Some(found) => {
                    let attempted = self.attempt(index, found)?;
                    item.presented = true;
                    item.attempts = attempted.accepted;
                    item.outcomes = attempted.outcomes;
                }
            }
        }
        let presented = item.presented;
        self.marked.push(item);
        self.go_on(index, presented, linear);
        Ok(())
    }

    /// Opens or closes the sections that begin here, by their conditions; false when the place lies in a closed one.
    fn enter(&mut self, place: &Place<'a>, linear: bool) -> bool {
        for (depth, section) in place.around.iter().enumerate() {
            let id = std::ptr::from_ref(*section);
            // "preCondition": in parts that are not linear the conditions inside are ignored; those of the part itself hold.
            if self.entered.insert(id) && (linear || depth == 0) && !self.all_hold(&section.common) {
                self.closed.insert(id);
            }
            if self.closed.contains(&id) {
                return false;
            }
        }
        true
    }

    /// Whether there is time left in the test, the part and the sections around a place.
    fn has_time(&mut self, place: &Place<'a>) -> bool {
        let over =
            self.limits(place).into_iter().find(|(_, limits, spent)| !limits.allow_late && limits.max.is_some_and(|max| *spent >= max));
        if let Some((name, _, _)) = &over {
            self.problems.push(format!("{}: not presented, because the time of {name} was up", place.selected.identifier));
        }
        over.is_none()
    }

    /// The limits around a place, each with its name and the seconds that were spent in it.
    fn limits(&self, place: &Place<'a>) -> Vec<(String, TimeLimits, f64)> {
        let spent = |id: Option<SectionId>| self.spent.get(&id).copied().unwrap_or(0.0);
        let sections = place
            .around
            .iter()
            .map(|section| (section.common.identifier.clone(), section.common.limits, spent(Some(std::ptr::from_ref(*section)))));
        std::iter::once((self.test.identifier.clone(), self.test.time_limits, spent(None))).chain(sections).collect()
    }

    fn attempt(&mut self, index: usize, item: &Item) -> Result<Attempted, ResponseFault> {
        let place = &self.places[index];
        let mut templates = BTreeMap::new();
        for (name, value) in &place.item.template_defaults {
            let mut scope = self.scope();
            scope.tracing = false;
            templates.insert(name.clone(), evaluate(value, &mut scope));
        }
        // What is left of the tightest limit; the item's own is one of them.
        let mut limits = self.limits(place);
        limits.push((place.selected.identifier.clone(), place.selected.time_limits, 0.0));
        let left = limits
            .iter()
            .filter(|(_, limits, _)| !limits.allow_late)
            .filter_map(|(_, limits, spent)| Some(limits.max? - spent))
            .reduce(f64::min);
        let individual = place.around.first().is_none_or(|part| part.individual);
        let rules = attempts::Rules { control: place.selected.control, individual, left, templates: &templates };
        let attempted = attempts::present(item, self.given.get(&place.selected.identifier), &rules, self.seed)?;
        for problem in &attempted.problems {
            self.problems.push(format!("{}: {problem}", place.selected.identifier));
        }
        for id in place.around.iter().map(|section| Some(std::ptr::from_ref(*section))).chain([None]) {
            *self.spent.entry(id).or_insert(0.0) += attempted.duration;
        }
        if let Some(min) = place.selected.time_limits.min.filter(|min| attempted.timed && attempted.duration < *min) {
            self.problems.push(format!("{}: handed in before its {min} seconds had passed", place.selected.identifier));
        }
        if let Some(seen) = self.seen.get_mut(index) {
            attempted.note(seen);
            for (source, renamed) in &place.item.renamed {
                if let Some(value) = seen.outcomes.get(source).cloned() {
                    seen.outcomes.insert(renamed.clone(), value);
                }
            }
        }
        Ok(attempted)
    }

    /// Follows the branch rules of the item, and of each section that ends with it.
    fn go_on(&mut self, index: usize, presented: bool, linear: bool) {
        let places = self.places;
        let place = &places[index];
        let mut next = index + 1;
        if presented && linear {
            match self.branch(&place.item.common, index, place.around.len()) {
                Some((to, true)) => next = to,
                Some((to, false)) => {
                    self.resume = to;
                    return;
                }
                None => {}
            }
        }
        // From the inside: a section that was left at its end, or by leaving exactly it, has its own say in where to go on.
        for (depth, section) in place.around.iter().enumerate().rev() {
            let id = std::ptr::from_ref(*section);
            if self.ends.get(&id).is_none_or(|end| next <= *end) {
                break;
            }
            if self.closed.contains(&id) || !(linear || depth == 0) {
                continue;
            }
            match self.branch(&section.common, index, depth) {
                Some((to, true)) => next = to,
                Some((to, false)) => {
                    self.resume = to;
                    return;
                }
                None => {}
            }
        }
        self.resume = self.resume.max(next);
    }

    /// Where the first rule that holds leads, and whether it only leaves the section around. `depth` is how many sections are around its owner.
    fn branch(&mut self, owner: &Common, index: usize, depth: usize) -> Option<(usize, bool)> {
        let target = owner.branches.iter().find(|(condition, _)| self.holds(condition)).map(|(_, target)| target.as_str())?;
        let place = &self.places[index];
        let after = |section: Option<&&Section>| {
            section.and_then(|section| self.ends.get(&std::ptr::from_ref(*section))).map_or(self.places.len(), |end| end + 1)
        };
        let found = match target {
            "EXIT_TEST" => Some((self.places.len(), false)),
            // Of an item in no section, or of a part, the section around is the part or the test.
            "EXIT_SECTION" => Some((after(depth.checked_sub(1).and_then(|outer| place.around.get(outer))), true)),
            "EXIT_TESTPART" => Some((after(place.around.first()), depth > 0)),
            name => {
                let called = |section: &&Section| section.common.identifier == name;
                let later = |place: &Place<'_>| place.selected.identifier == name || place.around.iter().any(called);
                let ahead = self.places.iter().enumerate().skip(index + 1);
                let around: Vec<SectionId> = place.around.iter().map(|section| std::ptr::from_ref(*section)).collect();
                // Forward only: into a section that has not begun, or to an item that comes later.
                ahead
                    .filter(|(_, place)| later(place))
                    .find(|(_, place)| {
                        place.selected.identifier == name
                            || place.around.iter().any(|section| called(section) && !around.contains(&std::ptr::from_ref(*section)))
                    })
                    .map(|(found, _)| (found, false))
            }
        };
        if found.is_none() {
            self.problems.push(format!("{}: the branch to {target} leads to nothing that comes later", owner.identifier));
        }
        found
    }

    fn all_hold(&mut self, common: &Common) -> bool {
        common.conditions.iter().all(|condition| self.holds(condition))
    }

    /// Conditions see the outcomes that processing gives after the items so far; a condition that is NULL does not hold.
    fn holds(&mut self, condition: &Expression) -> bool {
        if self.conditions == 0 {
            return false;
        }
        self.conditions -= 1;
        if self.conditions == 0 {
            self.problems.push("the walk was stopped: too many conditions".to_owned());
        }
        let mut scope = self.scope();
        scope.tracing = false;
        run(&self.test.processing, &mut scope);
        evaluate(condition, &mut scope).as_boolean() == Some(true)
    }

    /// The test's outcomes before processing, and the time that was spent.
    fn scope(&self) -> Scope<'_> {
        let mut scope = Scope::new(self.test.outcomes.iter().collect(), Dice::new(self.seed, Stream::Marking));
        let spent = |id: Option<SectionId>| Value::Single(super::value::Single::Duration(self.spent.get(&id).copied().unwrap_or(0.0)));
        scope.values.insert("duration".into(), spent(None));
        for section in self.places.iter().flat_map(|place| &place.around) {
            let name = format!("{}.duration", section.common.identifier);
            scope.values.entry(name).or_insert_with(|| spent(Some(std::ptr::from_ref(*section))));
        }
        for found in &self.test.outcomes {
            scope.values.insert(found.identifier.clone(), initial(found));
        }
        scope.items = Some(&self.seen);
        scope
    }

    fn finish(mut self) -> Result<MarkedTest, ResponseFault> {
        let (outcomes, trace, problems) = {
            let mut scope = self.scope();
            run(&self.test.processing, &mut scope);
            let outcomes = self
                .test
                .outcomes
                .iter()
                .map(|found| (found.identifier.clone(), scope.values.get(&found.identifier).cloned().unwrap_or_default()));
            (outcomes.collect(), std::mem::take(&mut scope.trace), std::mem::take(&mut scope.problems))
        };
        self.problems.extend(problems);
        Ok(MarkedTest { outcomes, items: self.marked, trace, problems: self.problems })
    }
}

/// An item that was not presented: in the counts as selected, its outcomes at what they begin with.
fn seen_before(place: &Place<'_>, item: Option<&Item>) -> SeenItem {
    let mut seen = SeenItem {
        identifier: place.selected.identifier.clone(),
        sections: place.around.iter().skip(1).map(|section| section.common.identifier.clone()).collect(),
        categories: place.item.categories.iter().cloned().collect(),
        weights: place.item.weights.clone(),
        ..SeenItem::default()
    };
    if let Some(item) = item {
        seen.bounds = item.outcomes.iter().map(|found| (found.identifier.clone(), (found.normal_minimum, found.normal_maximum))).collect();
        seen.outcomes = item.outcomes.iter().map(|found| (found.identifier.clone(), initial(found))).collect();
        for (source, renamed) in &place.item.renamed {
            if let Some(value) = seen.outcomes.get(source).cloned() {
                seen.outcomes.insert(renamed.clone(), value);
            }
            if let Some(bounds) = seen.bounds.get(source).copied() {
                seen.bounds.insert(renamed.clone(), bounds);
            }
        }
        seen.outcomes.entry("completionStatus".into()).or_insert_with(|| Value::identifier("not_attempted"));
        seen.outcomes.insert("numAttempts".into(), Value::integer(0));
    }
    seen
}

fn ends(places: &[Place<'_>]) -> BTreeMap<SectionId, usize> {
    let mut ends = BTreeMap::new();
    for (index, place) in places.iter().enumerate() {
        ends.extend(place.around.iter().map(|section| (std::ptr::from_ref(*section), index)));
    }
    ends
}
