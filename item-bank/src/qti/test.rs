//! The items of a test for a seed: which are drawn and in which order, and what a whole test gives.

use std::collections::BTreeMap;

use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value as Json, json};

use super::random::{Stream, stream};
use super::scope::Step;
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
    /// False when a condition or a branch passed it by, or its time was up.
    pub presented: bool,
    /// How many attempts were accepted.
    pub attempts: usize,
    pub outcomes: BTreeMap<String, Value>,
}

impl MarkedTest {
    /// `{"outcomes": {…}, "items": [{"identifier", "href", "presented", "attempts", "outcomes"}], "trace": […], "problems": […]}`
    pub fn json(&self) -> Json {
        let object = |outcomes: &BTreeMap<String, Value>| -> Map<String, Json> {
            outcomes.iter().map(|(name, value)| (name.clone(), value.json())).collect()
        };
        let items: Vec<Json> = self
            .items
            .iter()
            .map(|item| {
                json!({ "identifier": item.identifier, "href": item.href, "presented": item.presented, "attempts": item.attempts, "outcomes": object(&item.outcomes) })
            })
            .collect();
        json!({ "outcomes": object(&self.outcomes), "items": items, "trace": self.trace, "problems": self.problems })
    }
}

/// A drawn reference with everything around it.
pub(crate) struct Place<'a> {
    pub item: &'a ItemRef,
    pub selected: Selected,
    /// The part and the sections around it.
    pub around: Vec<&'a Section>,
}

/// The items of a test for a seed, in order: selection first, then ordering, section by section.
pub fn select(test: &Test, seed: u64) -> Vec<Selected> {
    places(test, seed).into_iter().map(|place| place.selected).collect()
}

pub(crate) fn places(test: &Test, seed: u64) -> Vec<Place<'_>> {
    let mut rng = stream(seed, Stream::Selection);
    let mut found = Vec::new();
    let mut draws: BTreeMap<*const ItemRef, usize> = BTreeMap::new();
    let mut left = MAX_ITEMS;
    for part in &test.parts {
        for (item, around) in drawn(part, &mut rng, 0, &mut left) {
            let repeated = draws.entry(std::ptr::from_ref(item)).or_insert(0);
            *repeated += 1;
            let identifier = if *repeated == 1 { item.common.identifier.clone() } else { format!("{}.{repeated}", item.common.identifier) };
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
///
/// `left` is what the whole test may still hold: sections drawn with replacement inside one another multiply.
fn drawn<'a>(section: &'a Section, rng: &mut ChaCha8Rng, depth: usize, left: &mut usize) -> Run<'a> {
    if depth > 32 {
        return Vec::new();
    }
    let chosen = chosen(section, rng);
    // Blocks move as one when shuffled; an invisible section that is not kept together gives its items one by one ("ordering").
    let mut blocks: Vec<(bool, Run<'a>)> = Vec::new();
    for child in chosen {
        // A section takes one as well, so that drawing empty ones ends too.
        if *left == 0 {
            break;
        }
        *left -= 1;
        match child {
            Child::Item(item) => blocks.push((item.common.fixed, vec![(item, vec![section])])),
            Child::Section(inner) => {
                let mut run = drawn(inner, rng, depth + 1, left);
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
