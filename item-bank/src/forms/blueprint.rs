//! What parallel forms have to hold: a test specification as van der Linden (2005, *Linear Models for Optimal Test Design*, Springer) has it, of
//! content, of measurement, of dependence between items, and of use.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::measure::Item;

/// A specification of one or more forms that are to be each other's equals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blueprint {
    /// How many forms.
    pub forms: usize,
    /// How many items each form has.
    pub items: usize,
    pub quotas: Vec<Quota>,
    pub target: Option<Target>,
    /// In how many of the forms an item may stand that is not pinned; 1 keeps the forms apart.
    pub max_forms_per_item: usize,
    /// How many items any two of the forms may share, pinned ones not counted. No bound of its own when absent.
    pub max_overlap: Option<usize>,
    /// How many items a form may share with any form that is in use already, pinned ones not counted.
    pub max_shared_in_use: Option<usize>,
    /// Items that were given more often than this are left out.
    pub max_exposure: Option<u64>,
    /// Items, by name, that stand in every form.
    pub pinned: Vec<String>,
    /// Items, by name, that stand in none.
    pub forbidden: Vec<String>,
}

/// At least `min` and at most `max` items in each form have all these properties.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub of: Vec<Property>,
    pub min: usize,
    pub max: Option<usize>,
}

/// One property of an item, such as the topic `work`. Whether an item is a core item is written `true` or `false`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    pub on: Attribute,
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    Skill,
    Level,
    Topic,
    TextType,
    Core,
}

/// Fisher information (1 / squared standard error, in squared units of theta) that each form should give at some points of the scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub aim: Aim,
    pub points: Vec<Point>,
    /// A difference from the target up to this share of it counts as none. With 0 the search goes on until nothing better exists.
    pub tolerance: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub theta: f64,
    pub information: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// As near to the target as can be: the largest difference at any point, up or down, is made as small as possible (minimax, for absolute targets).
    Near,
    /// Never less than the target, and as little more as possible, so that good items are left for later forms.
    AtLeast,
    /// As much as possible, in the proportions of the target (maximin, for relative targets).
    Most,
}

/// An item of the bank, as assembling sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub name: String,
    pub skill: String,
    pub level: Option<String>,
    pub topic: Option<String>,
    pub text_type: Option<String>,
    pub core: bool,
    /// Items about one text or recording stay together: all of them are in a form, or none.
    pub stimulus: Option<String>,
    /// The parameters in force. Without them an item says nothing about information.
    pub measure: Option<Item>,
    /// How often it was given.
    pub exposure: u64,
}

/// What forms are made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bank {
    pub items: Vec<Candidate>,
    /// Pairs, as places in `items`, that may not be in one form.
    pub enemies: Vec<(usize, usize)>,
    /// The forms in use, as places in `items`.
    pub in_use: Vec<Vec<usize>>,
}

/// What is wrong with a blueprint before any item is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Between 1 and [`MAX_FORMS`] forms of 1 to [`MAX_ITEMS`] items.
    Size,
    /// The minimum of this quota is above its maximum, or above the number of items.
    Quota(usize),
    /// This quota says nothing about an item.
    EmptyQuota(usize),
    /// The target has no point, too many, two at one place, or a value that is no positive number.
    Target,
    /// An item can stand in at least one form, and in no more than there are.
    Reuse,
    /// This item is both pinned and forbidden.
    PinnedAndForbidden(String),
}

pub const MAX_FORMS: usize = 12;
pub const MAX_ITEMS: usize = 200;
pub const MAX_QUOTAS: usize = 60;
pub const MAX_POINTS: usize = 15;

impl Blueprint {
    /// Everything that contradicts itself, whatever the bank holds.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(1..=MAX_FORMS).contains(&self.forms) || !(1..=MAX_ITEMS).contains(&self.items) || self.quotas.len() > MAX_QUOTAS {
            faults.push(Fault::Size);
        }
        for (index, quota) in self.quotas.iter().enumerate() {
            if quota.of.is_empty() {
                faults.push(Fault::EmptyQuota(index));
            }
            if quota.min > self.items || quota.max.is_some_and(|max| max < quota.min) {
                faults.push(Fault::Quota(index));
            }
        }
        if self.target.as_ref().is_some_and(|target| !target.makes_sense()) {
            faults.push(Fault::Target);
        }
        if !(1..=self.forms.max(1)).contains(&self.max_forms_per_item) {
            faults.push(Fault::Reuse);
        }
        let forbidden: BTreeSet<&String> = self.forbidden.iter().collect();
        faults.extend(self.pinned.iter().filter(|name| forbidden.contains(name)).map(|name| Fault::PinnedAndForbidden(name.clone())));
        faults
    }

    pub fn points(&self) -> &[Point] {
        self.target.as_ref().map_or(&[], |target| &target.points)
    }
}

impl Target {
    fn makes_sense(&self) -> bool {
        let mut thetas: Vec<f64> = self.points.iter().map(|point| point.theta).collect();
        thetas.sort_by(f64::total_cmp);
        (1..=MAX_POINTS).contains(&self.points.len())
            && thetas.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
            && self.points.iter().all(|point| (-8.0..=8.0).contains(&point.theta) && point.information > 0.0 && point.information <= 1e4)
            && (0.0..=0.5).contains(&self.tolerance)
    }
}

impl Quota {
    pub fn fits(&self, item: &Candidate) -> bool {
        self.of.iter().all(|property| property.fits(item))
    }
}

impl Property {
    pub fn fits(&self, item: &Candidate) -> bool {
        let has = match self.on {
            Attribute::Skill => Some(item.skill.as_str()),
            Attribute::Level => item.level.as_deref(),
            Attribute::Topic => item.topic.as_deref(),
            Attribute::TextType => item.text_type.as_deref(),
            Attribute::Core => Some(if item.core { "true" } else { "false" }),
        };
        has == Some(self.value.as_str())
    }
}
