//! From answers to a comparison of groups. Mantel-Haenszel with the classes of ETS, corrected for many tests; empirical Bayes (Zwick, Thayer & Lewis
//! 1999) for small groups.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use item_bank::measure::dif::{self, Grouped, MantelHaenszel};

use super::report::{ClassName, Comparison, DifItem, DifReport, Favours, GroupCriterion, GroupReport, ItemDifference};
use crate::psychometrics::answers::{Answers, Row};
use crate::psychometrics::settings::{Correction, Settings};

/// Rounds of purification; it settles in two or three.
const MAX_ROUNDS: usize = 10;
const LEVEL: f64 = 0.05;

/// Compares every group that is large enough with the reference: the group named, or else the largest.
pub fn compare(answers: &Answers, by: GroupCriterion, reference: Option<&str>, purify: bool, settings: &Settings) -> DifReport {
    let whole = whole(answers, by, settings);
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    whole.iter().for_each(|(group, _)| *sizes.entry(group.as_str()).or_default() += 1);
    let enough = |group: &str| sizes.get(group).is_some_and(|n| *n >= settings.few.group);
    let largest = || sizes.iter().max_by_key(|(name, n)| (**n, std::cmp::Reverse(**name))).map(|(name, _)| *name);
    let reference = reference.or_else(largest).filter(|group| enough(group)).map(str::to_owned);
    // The reference first, then by size.
    let mut names: Vec<&str> = sizes.keys().copied().collect();
    names.sort_by_key(|name| (Some(*name) != reference.as_deref(), std::cmp::Reverse(sizes.get(name).copied())));
    let totals = |group: &str| -> Vec<f64> {
        whole.iter().filter(|(own, _)| own == group).map(|(_, answers)| answers.iter().map(|x| f64::from(*x)).sum()).collect()
    };
    let groups: Vec<GroupReport> = names
        .iter()
        .map(|name| {
            let totals = totals(name);
            let few = totals.len() < settings.few.group;
            let mean = (!few).then(|| totals.iter().sum::<f64>() / totals.len() as f64);
            GroupReport { group: (*name).to_owned(), persons: totals.len(), few, mean }
        })
        .collect();
    let mut comparisons: Vec<Comparison> = match &reference {
        None => Vec::new(),
        Some(reference) => names
            .iter()
            .filter(|name| *name != reference && enough(name))
            .map(|focal| against(&whole, reference, focal, purify, settings))
            .collect(),
    };
    let tests = correct(&mut comparisons, settings.groups.correction);
    comparisons.iter_mut().for_each(classify);
    DifReport {
        form: Default::default(),
        by,
        persons: whole.len(),
        items: items(answers, &whole, &groups, settings),
        reference,
        groups,
        comparisons,
        correction: settings.groups.correction.into(),
        tests,
        purified: purify,
    }
}

/// Everybody with a group and an answer to each item, right or wrong.
fn whole(answers: &Answers, by: GroupCriterion, settings: &Settings) -> Vec<(String, Vec<u8>)> {
    let right = answers.right_or_wrong();
    let row =
        |(row, own): (&Row, Vec<Option<u8>>)| Some((group(row, by, &settings.groups.ages)?, own.into_iter().collect::<Option<Vec<u8>>>()?));
    answers.rows.iter().zip(right).filter_map(row).collect()
}

/// The group of a person; nobody's when what it is made by is not known.
pub fn group(row: &Row, by: GroupCriterion, ages: &[i32]) -> Option<String> {
    match by {
        GroupCriterion::TestLanguage => Some(row.language.clone()),
        GroupCriterion::ContactLanguage => Some(row.person.contact_language.clone()),
        GroupCriterion::Gender => Some(row.person.sex.as_str().to_owned()),
        GroupCriterion::Advice => row.person.advice.map(|advice| advice.as_str().to_owned()),
        GroupCriterion::Age => Some(age_group(age(row.person.birth_date, row.sat_on), ages)),
    }
}

fn age(born: NaiveDate, on: NaiveDate) -> i32 {
    on.year() - born.year() - i32::from((on.month(), on.day()) < (born.month(), born.day()))
}

/// `-24`, `25-34`, `45+`: the bounds are the ages at which a group begins.
fn age_group(age: i32, bounds: &[i32]) -> String {
    let below = bounds.iter().rev().find(|bound| age >= **bound);
    let above = bounds.iter().find(|bound| age < **bound);
    match (below, above) {
        (None, Some(above)) => format!("-{}", above - 1),
        (Some(below), Some(above)) => format!("{below}-{}", above - 1),
        (Some(below), None) => format!("{below}+"),
        (None, None) => "0+".to_owned(),
    }
}

/// Numbers as `ijkpunt measure dif` gives them.
fn against(whole: &[(String, Vec<u8>)], reference: &str, focal: &str, purify: bool, settings: &Settings) -> Comparison {
    let both = whole.iter().filter_map(|(group, own)| match group.as_str() {
        name if name == reference => Some((own.clone(), 0)),
        name if name == focal => Some((own.clone(), 1)),
        _ => None,
    });
    let (persons, groups): (Vec<Vec<u8>>, Vec<usize>) = both.unzip();
    let data = Grouped { persons, groups };
    let mut matching = vec![true; data.items()];
    if purify {
        for item in dif::purified(&data, true, LEVEL, MAX_ROUNDS).flagged {
            if let Some(counts) = matching.get_mut(item) {
                *counts = false;
            }
        }
    }
    let found: Vec<MantelHaenszel> = (0..data.items()).map(|item| dif::mantel_haenszel(&data, item, &matching, true)).collect();
    let shrunk = dif::empirical_bayes(&found);
    let persons = data.groups.iter().filter(|group| **group == 1).count();
    let items = found
        .iter()
        .zip(shrunk)
        .zip(&matching)
        .map(|((mh, eb), in_score)| ItemDifference {
            delta: finite(mh.delta),
            se: finite(mh.se_delta),
            chisq: finite(mh.chisq),
            p: finite(mh.p),
            p_adjusted: None,
            class: None,
            raw_class: finite(mh.p).and(finite(mh.delta)).map(|_| dif::ets_class(mh).into()),
            favours: None,
            eb_delta: eb.map(|eb| eb.delta),
            eb_se: eb.map(|eb| eb.se),
            eb_probabilities: eb.map(|eb| eb.class_probabilities),
            in_score: *in_score,
        })
        .collect();
    Comparison { focal: focal.to_owned(), persons, small: persons < settings.few.small_group, items }
}

fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// Corrects the p-values of all items in all groups together; answers how many there were.
fn correct(comparisons: &mut [Comparison], correction: Correction) -> usize {
    let p: Vec<f64> = comparisons.iter().flat_map(|comparison| comparison.items.iter().filter_map(|item| item.p)).collect();
    let adjusted = match correction {
        Correction::BenjaminiHochberg => dif::benjamini_hochberg(&p),
        Correction::Holm => dif::holm(&p),
    };
    let mut next = adjusted.into_iter();
    for item in comparisons.iter_mut().flat_map(|comparison| comparison.items.iter_mut()).filter(|item| item.p.is_some()) {
        item.p_adjusted = next.next();
    }
    p.len()
}

fn classify(comparison: &mut Comparison) {
    for item in &mut comparison.items {
        item.class = if comparison.small {
            item.eb_probabilities.map(most_likely)
        } else {
            // What is not significant after the correction is negligible, however large it looks.
            item.raw_class.map(|class| if item.p_adjusted.is_some_and(|p| p < LEVEL) { class } else { ClassName::A })
        };
        let delta = if comparison.small { item.eb_delta } else { item.delta };
        let shown = item.class.is_some_and(|class| class != ClassName::A);
        item.favours = delta.filter(|_| shown).map(|delta| if delta > 0.0 { Favours::Focal } else { Favours::Reference });
    }
}

fn most_likely([a, b, c]: [f64; 3]) -> ClassName {
    if a >= b && a >= c {
        ClassName::A
    } else if b >= c {
        ClassName::B
    } else {
        ClassName::C
    }
}

fn items(answers: &Answers, whole: &[(String, Vec<u8>)], groups: &[GroupReport], settings: &Settings) -> Vec<DifItem> {
    let place = |name: &String| groups.iter().position(|group| group.group == *name).unwrap_or_default();
    let data = Grouped {
        persons: whole.iter().map(|(_, own)| own.clone()).collect(),
        groups: whole.iter().map(|(name, _)| place(name)).collect(),
    };
    let matching = vec![true; answers.columns.len()];
    let told = |band: &dif::Band| (band.persons >= settings.few.fewest_a_point).then(|| band.right as f64 / band.persons as f64);
    let item = |(number, column): (usize, &crate::psychometrics::answers::Column)| {
        let bands = dif::curves(&data, number, &matching, groups.len(), settings.groups.scores);
        let curve = |(bands, group): (&Vec<dif::Band>, &GroupReport)| -> Vec<Option<f64>> {
            bands.iter().map(|band| told(band).filter(|_| !group.few)).collect()
        };
        DifItem {
            item_id: column.item.0,
            identifier: column.identifier.clone(),
            title: column.title.clone(),
            curves: bands.iter().zip(groups).map(curve).collect(),
        }
    };
    answers.columns.iter().enumerate().map(item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_parted_at_the_years_of_the_rule() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(age(day("2000-06-15"), day("2026-06-14")), 25);
        assert_eq!(age(day("2000-06-15"), day("2026-06-15")), 26);
        let bounds = [25, 35, 45];
        assert_eq!([24, 25, 34, 44, 45, 80].map(|age| age_group(age, &bounds)), ["-24", "25-34", "25-34", "35-44", "45+", "45+"]);
        assert_eq!(age_group(30, &[]), "0+");
    }

    #[test]
    fn what_is_not_significant_after_the_correction_is_negligible() {
        let item = |p: f64| ItemDifference {
            delta: Some(-2.0),
            se: Some(0.4),
            chisq: Some(9.0),
            p: Some(p),
            p_adjusted: None,
            class: None,
            raw_class: Some(ClassName::C),
            favours: None,
            eb_delta: Some(-0.4),
            eb_se: Some(0.3),
            eb_probabilities: Some([0.7, 0.2, 0.1]),
            in_score: true,
        };
        let mut comparisons =
            [Comparison { focal: "ar".into(), persons: 400, small: false, items: vec![item(0.001), item(0.04), item(0.9)] }];
        assert_eq!(correct(&mut comparisons, Correction::Holm), 3);
        comparisons.iter_mut().for_each(classify);
        let [first, second, _] = &comparisons[0].items[..] else { panic!("three items") };
        assert_eq!((first.class, first.favours), (Some(ClassName::C), Some(Favours::Reference)));
        assert_eq!((second.class, second.favours), (Some(ClassName::A), None));
        comparisons[0].small = true;
        comparisons.iter_mut().for_each(classify);
        assert_eq!(comparisons[0].items[0].class, Some(ClassName::A), "a small group is judged by the shrunken delta");
    }
}
