//! A whole test from responses: items drawn and ordered by seed, walked through under conditions and branches, and the test's own outcomes.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value as Json, json};

use super::expressions::evaluate;
use super::model::{Expression, Item, Responses};
use super::processing::{is_correct, mark, run};
use super::random::{Dice, Stream, stream};
use super::responses::{ResponseFault, responses_from_json};
use super::scope::{Scope, SeenItem, Step, initial};
use super::test_reader::{Child, Common, ItemRef, Section, SessionControl, Test, TimeLimits};
use super::value::Value;
use crate::forms::shuffle::{below, shuffle};

/// More items than this in one test is a mistake, or a selection with replacement meant to exhaust us.
const MAX_ITEMS: usize = 10_000;

/// An item of a test for one seed, in the order of presentation.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// The reference's identifier; a second and later draw of the same gets `.2`, `.3`, …
    pub identifier: String,
    pub href: String,
    /// The part and the sections around it, from the outside.
    pub path: Vec<String>,
    pub control: SessionControl,
    pub time_limits: TimeLimits,
}

/// What a whole test gives.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkedTest {
    pub outcomes: BTreeMap<String, Value>,
    /// The items in order with what became of them.
    pub items: Vec<MarkedItem>,
    /// The steps of outcome processing.
    pub trace: Vec<Step>,
    pub problems: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct MarkedItem {
    pub identifier: String,
    pub href: String,
    /// False when a condition or a branch passed it by.
    pub presented: bool,
    pub outcomes: BTreeMap<String, Value>,
}

impl MarkedTest {
    /// `{"outcomes": {…}, "items": [{"identifier", "href", "presented", "outcomes"}], "trace": […], "problems": […]}`
    pub fn json(&self) -> Json {
        let object = |outcomes: &BTreeMap<String, Value>| -> Map<String, Json> {
            outcomes.iter().map(|(name, value)| (name.clone(), value.json())).collect()
        };
        let items: Vec<Json> = self
            .items
            .iter()
            .map(|item| {
                json!({ "identifier": item.identifier, "href": item.href, "presented": item.presented, "outcomes": object(&item.outcomes) })
            })
            .collect();
        json!({ "outcomes": object(&self.outcomes), "items": items, "trace": self.trace, "problems": self.problems })
    }
}

/// A drawn reference with everything around it.
struct Place<'a> {
    item: &'a ItemRef,
    selected: Selected,
    /// The part and the sections around it.
    around: Vec<&'a Section>,
}

/// The items of a test for a seed, in order: selection first, then ordering, section by section.
pub fn select(test: &Test, seed: u64) -> Vec<Selected> {
    places(test, seed).into_iter().map(|place| place.selected).collect()
}

fn places(test: &Test, seed: u64) -> Vec<Place<'_>> {
    let mut rng = stream(seed, Stream::Selection);
    let mut found = Vec::new();
    for part in &test.parts {
        for (item, around) in drawn(part, &mut rng, 0) {
            if found.len() >= MAX_ITEMS {
                return found;
            }
            let repeated = found.iter().filter(|place: &&Place<'_>| std::ptr::eq(place.item, item)).count();
            let identifier =
                if repeated == 0 { item.common.identifier.clone() } else { format!("{}.{}", item.common.identifier, repeated + 1) };
            let control = around.iter().fold(SessionControl::default(), |outer, section| section.common.control.within(outer));
            found.push(Place {
                item,
                selected: Selected {
                    identifier,
                    href: item.href.clone(),
                    path: around.iter().map(|section| section.common.identifier.clone()).collect(),
                    control: item.common.control.within(control),
                    time_limits: item.common.limits,
                },
                around,
            });
        }
    }
    found
}

type Run<'a> = Vec<(&'a ItemRef, Vec<&'a Section>)>;

/// The items of a section in their drawn order, each with the sections around it.
fn drawn<'a>(section: &'a Section, rng: &mut ChaCha8Rng, depth: usize) -> Run<'a> {
    if depth > 32 {
        return Vec::new();
    }
    let chosen = chosen(section, rng);
    // Blocks move as one when shuffled; an invisible section that is not kept together gives its items one by one ("ordering").
    let mut blocks: Vec<(bool, Run<'a>)> = Vec::new();
    for child in chosen {
        match child {
            Child::Item(item) => blocks.push((item.common.fixed, vec![(item, vec![section])])),
            Child::Section(inner) => {
                let mut run = drawn(inner, rng, depth + 1);
                for (_, around) in &mut run {
                    around.insert(0, section);
                }
                if inner.visible || inner.keep_together || !section.shuffle {
                    blocks.push((inner.common.fixed, run));
                } else {
                    blocks.extend(run.into_iter().map(|one| (false, vec![one])));
                }
            }
        }
    }
    if section.shuffle {
        let fixed: Vec<bool> = blocks.iter().map(|(fixed, _)| *fixed).collect();
        let mut waiting: Vec<Option<Run<'a>>> = blocks.into_iter().map(|(_, run)| Some(run)).collect();
        return shuffle(&fixed, rng).into_iter().filter_map(|index| waiting.get_mut(index)?.take()).flatten().collect();
    }
    blocks.into_iter().flat_map(|(_, run)| run).collect()
}

/// "selection": the required children always, and as many others as are asked for, in the order of the document.
fn chosen<'a>(section: &'a Section, rng: &mut ChaCha8Rng) -> Vec<&'a Child> {
    let Some((wanted, replacement)) = section.select else { return section.children.iter().collect() };
    let required = |child: &Child| common(child).required;
    let mut times: Vec<usize> = section.children.iter().map(|child| usize::from(required(child))).collect();
    let mut pool: Vec<usize> = (0..times.len()).filter(|index| replacement || times[*index] == 0).collect();
    let mut left = wanted.min(MAX_ITEMS).saturating_sub(times.iter().sum());
    while left > 0 && !pool.is_empty() {
        let drawn = usize::try_from(below(pool.len() as u64, rng)).unwrap_or(0);
        if let Some(slot) = pool.get(drawn).and_then(|index| times.get_mut(*index)) {
            *slot += 1;
        }
        if !replacement {
            pool.swap_remove(drawn);
        }
        left -= 1;
    }
    section.children.iter().zip(times).flat_map(|(child, count)| std::iter::repeat_n(child, count)).collect()
}

fn common(child: &Child) -> &Common {
    match child {
        Child::Section(section) => &section.common,
        Child::Item(item) => &item.common,
    }
}

/// Runs a whole test. `items` holds the items by the `href` of their references; `responses` an object from item-ref identifier to the item's
/// responses, as in [`responses_from_json`].
///
/// # Errors
/// When `responses` or one of its values is no object. A missing item is named in the problems and counts as not presented.
pub fn run_test(test: &Test, items: &BTreeMap<String, Item>, responses: &Json, seed: u64) -> Result<MarkedTest, ResponseFault> {
    let given = responses.as_object().ok_or(ResponseFault::NotAnObject)?;
    let places = places(test, seed);
    let mut seen: Vec<SeenItem> = places.iter().map(seen_before).collect();
    let mut problems = Vec::new();
    let mut marked = Vec::new();
    // The identifier that a branch goes to; what lies before it is passed by.
    let mut target: Option<String> = None;
    for (index, place) in places.iter().enumerate() {
        let name = &place.selected.identifier;
        if target.as_ref().is_some_and(|wanted| wanted == name || starts(&places, index, wanted)) {
            target = None;
        }
        let entered = entered(&places, index);
        let linear = place.around.first().is_none_or(|part| part.linear);
        let conditions = place.around.iter().filter(|section| entered.contains(&section.common.identifier)).map(|section| &section.common);
        let open = target.is_none()
            && !closed_section(&seen, &places, index)
            && (!linear || conditions.chain([&place.item.common]).all(|common| holds_all(&common.conditions, test, &seen, seed)));
        let mut outcomes = BTreeMap::new();
        match items.get(&place.selected.href) {
            None => problems.push(format!("{name}: there is no item {}", place.selected.href)),
            Some(item) if open => {
                let answers = given.get(name).map_or_else(|| Ok(Responses::new()), |answers| responses_from_json(item, answers))?;
                outcomes = present(item, place, answers, seed, &mut seen[index], &mut problems);
            }
            Some(_) => {}
        }
        let presented = seen[index].presented;
        marked.push(MarkedItem { identifier: name.clone(), href: place.selected.href.clone(), presented, outcomes });
        if presented && linear {
            target = branch(&place.item.common.branches, test, &seen, seed).map(|to| destination(&to, &places, index)).or(target);
        }
    }
    let mut scope = scope(test, &seen, seed);
    run(&test.processing, &mut scope);
    let outcomes =
        test.outcomes.iter().map(|found| (found.identifier.clone(), scope.values.get(&found.identifier).cloned().unwrap_or_default()));
    problems.extend(std::mem::take(&mut scope.problems));
    Ok(MarkedTest { outcomes: outcomes.collect(), items: marked, trace: scope.trace, problems })
}

fn seen_before(place: &Place<'_>) -> SeenItem {
    SeenItem {
        identifier: place.selected.identifier.clone(),
        sections: place.around.iter().skip(1).map(|section| section.common.identifier.clone()).collect(),
        categories: place.item.categories.iter().cloned().collect(),
        weights: place.item.weights.clone(),
        ..SeenItem::default()
    }
}

/// Presents one item: marks it and writes down what the test may ask of it.
fn present(
    item: &Item,
    place: &Place<'_>,
    mut answers: Responses,
    seed: u64,
    seen: &mut SeenItem,
    problems: &mut Vec<String>,
) -> BTreeMap<String, Value> {
    let late =
        place.selected.time_limits.max.is_some_and(|max| answers.get("duration").and_then(Value::number).is_some_and(|took| took > max));
    if late && !place.selected.time_limits.allow_late {
        problems.push(format!("{}: handed in after its time, and so without its answers", place.selected.identifier));
        answers.retain(|name, _| name == "duration");
    }
    let marked = mark(item, &answers, seed);
    seen.presented = true;
    seen.responded = item
        .responses
        .iter()
        .any(|response| answers.get(&response.identifier).is_some_and(|value| !value.is_null() && *value != response.default));
    seen.correct = is_correct(item, &answers);
    seen.bounds = item.outcomes.iter().map(|found| (found.identifier.clone(), (found.normal_minimum, found.normal_maximum))).collect();
    seen.outcomes = marked.outcomes.clone();
    for (source, renamed) in &place.item.renamed {
        if let Some(value) = seen.outcomes.get(source).cloned() {
            seen.outcomes.insert(renamed.clone(), value);
        }
    }
    seen.responses = answers;
    marked.outcomes
}

/// The test's outcomes as they stand: defaults, over which outcome processing may be run.
fn scope<'a>(test: &'a Test, seen: &'a [SeenItem], seed: u64) -> Scope<'a> {
    let mut scope = Scope::new(test.outcomes.iter().collect(), Dice::new(seed, Stream::Marking));
    for found in &test.outcomes {
        scope.values.insert(found.identifier.clone(), initial(found));
    }
    scope.items = Some(seen);
    scope
}

/// Conditions see the outcomes that processing gives after the items so far.
fn holds(condition: &Expression, test: &Test, seen: &[SeenItem], seed: u64) -> bool {
    let mut scope = scope(test, seen, seed);
    scope.tracing = false;
    run(&test.processing, &mut scope);
    evaluate(condition, &mut scope).as_boolean() == Some(true)
}

fn holds_all(conditions: &[Expression], test: &Test, seen: &[SeenItem], seed: u64) -> bool {
    conditions.iter().all(|condition| holds(condition, test, seen, seed))
}

fn branch(branches: &[(Expression, String)], test: &Test, seen: &[SeenItem], seed: u64) -> Option<String> {
    branches.iter().find(|(condition, _)| holds(condition, test, seen, seed)).map(|(_, target)| target.clone())
}

/// The sections that begin at a place: those around it that are not around the place before.
fn entered(places: &[Place<'_>], index: usize) -> BTreeSet<String> {
    let before: BTreeSet<&String> =
        index.checked_sub(1).and_then(|before| places.get(before)).iter().flat_map(|place| &place.selected.path).collect();
    places[index].selected.path.iter().filter(|name| !before.contains(name)).cloned().collect()
}

fn starts(places: &[Place<'_>], index: usize, wanted: &str) -> bool {
    entered(places, index).contains(wanted)
}

/// A section or part whose conditions failed at its first item stays closed for all of its items.
fn closed_section(seen: &[SeenItem], places: &[Place<'_>], index: usize) -> bool {
    places[index].around.iter().any(|section| {
        !section.common.conditions.is_empty()
            && places[..index]
                .iter()
                .zip(seen)
                .find(|(place, _)| place.selected.path.contains(&section.common.identifier))
                .is_some_and(|(first, seen)| !seen.presented && first.item.common.conditions.is_empty())
    })
}

/// Where a branch leads: an identifier that comes later, or what follows the section, the part or the test.
fn destination(target: &str, places: &[Place<'_>], index: usize) -> String {
    let current = &places[index].selected.path;
    let after = |outside: Option<&String>| {
        let outside = outside.cloned().unwrap_or_default();
        let next = places[index + 1..].iter().find(|place| !place.selected.path.contains(&outside));
        next.map_or_else(|| "EXIT_TEST".to_owned(), |place| place.selected.identifier.clone())
    };
    match target {
        "EXIT_SECTION" => after(current.last()),
        "EXIT_TESTPART" => after(current.first()),
        other => other.to_owned(),
    }
}
