//! From answers to a report. A pure function: the same answers and settings give the same report.

use std::collections::HashMap;

use item_bank::measure::calibrate::{self, Model, Options};
use item_bank::measure::drift::{self, Measure};
use item_bank::measure::grid::{Grid, Rule};
use item_bank::measure::{Item, Response, classical, distractors, fit};

use super::report::{AnalysisReport, Drift, FewAnswers, Flag, FlagKind, ItemReport, OptionReport};
use crate::ids::ItemId;
use crate::psychometrics::answers::{Answers, Column};
use crate::psychometrics::settings::Settings;

/// What an analysis is made from, beside the answers themselves.
#[derive(Default)]
pub struct Beside {
    /// The answers of the period before.
    pub earlier: Option<Answers>,
    /// Approved parameters that rest on answers, with the error of b.
    pub approved: HashMap<ItemId, (Item, Option<f64>)>,
    /// Attempts at this part that met each item, of how many.
    pub exposure: (HashMap<ItemId, i64>, i64),
}

/// The curves of the model, calibrated on these answers alone.
struct Fitted {
    model: Model,
    items: Vec<calibrate::Calibrated>,
    s_x2: Vec<Option<fit::SumScoreFit>>,
    squares: Vec<Option<fit::MeanSquares>>,
}

pub fn analyse(answers: &Answers, beside: &Beside, settings: &Settings) -> AnalysisReport {
    let n = answers.rows.len();
    let few = FewAnswers { answers: n < settings.few.answers, correlations: n < settings.few.correlations, fit: n < settings.few.fit };
    let points = answers.categories();
    let classical = classical::analyse(&points).filter(|_| !few.correlations);
    let fitted = if few.fit { None } else { fitted(&answers.right_or_wrong(), settings) };
    let totals: Vec<f64> = points.iter().map(|row| row.iter().flatten().map(|x| f64::from(*x)).sum()).collect();
    let highest: f64 = answers.columns.iter().map(|column| column.max).sum();
    let drifts = period_drift(answers, beside.earlier.as_ref(), settings);
    let scale_drifts = fitted.as_ref().map(|fitted| scale_drift(answers, fitted, beside)).unwrap_or_default();
    let mut scores = vec![0; if few.answers { 0 } else { highest.max(0.0) as usize + 1 }];
    totals.iter().for_each(|total| {
        if let Some(count) = scores.get_mut(*total as usize) {
            *count += 1;
        }
    });
    let item = |(place, column): (usize, &Column)| {
        let mut report = ItemReport {
            item_id: column.item.0,
            identifier: column.identifier.clone(),
            version: column.version,
            title: column.title.clone(),
            level: column.level.map(|level| level.as_str().to_owned()),
            n,
            drift: drifts.get(&place).copied(),
            drift_b: scale_drifts.get(&place).copied(),
            exposure: exposure(column.item, beside),
            ..ItemReport::default()
        };
        if let Some(found) = classical.as_ref().and_then(|all| all.items.get(place)) {
            (report.rit, report.rir, report.alpha_without) = (found.rit, found.rir, found.alpha_if_deleted);
        }
        if let Some(fitted) = &fitted {
            let sum = fitted.s_x2.get(place).copied().flatten();
            let square = fitted.squares.get(place).copied().flatten();
            (report.s_x2, report.df, report.fit_p) = (sum.map(|fit| fit.s_x2), sum.map(|fit| fit.df), sum.map(|fit| fit.p));
            (report.infit, report.outfit) = (square.map(|fit| fit.infit), square.map(|fit| fit.outfit));
        }
        if !few.answers {
            shares(&mut report, answers, place, &points, &totals, settings);
        }
        let own = if beside.exposure.1 > 0 { n as f64 / beside.exposure.1 as f64 } else { 1.0 };
        report.flags = flags(&report, few, own, settings);
        report
    };
    AnalysisReport {
        attempts: n,
        few,
        mean: classical.as_ref().map(|all| all.total_mean),
        sd: classical.as_ref().map(|all| all.total_sd),
        highest,
        alpha: classical.as_ref().and_then(|all| all.alpha),
        alpha_from: classical.as_ref().and_then(|all| all.feldt_ci).map(|ends| ends[0]),
        alpha_to: classical.as_ref().and_then(|all| all.feldt_ci).map(|ends| ends[1]),
        sem: classical.as_ref().and_then(|all| all.sem),
        model: fitted.as_ref().map(|fitted| name(fitted.model).to_owned()),
        scores,
        items: answers.columns.iter().enumerate().map(item).collect(),
        ..AnalysisReport::default()
    }
}

pub const fn name(model: Model) -> &'static str {
    match model {
        Model::Rasch => "rasch",
        Model::TwoPl => "2pl",
        Model::ThreePl => "3pl",
        Model::Grm => "grm",
        Model::Pcm => "pcm",
        Model::Gpcm => "gpcm",
    }
}

/// The shares right, by option and by score group.
fn shares(report: &mut ItemReport, answers: &Answers, place: usize, points: &[Vec<Response>], totals: &[f64], settings: &Settings) {
    let own: Vec<f64> = points.iter().map(|row| row.get(place).copied().flatten().map_or(0.0, f64::from)).collect();
    let top = answers.columns.get(place).map_or(1.0, |column| if column.max > 1.0 { column.max } else { 1.0 });
    report.p = Some(own.iter().sum::<f64>() / (own.len().max(1) as f64 * top));
    let rest: Vec<f64> = totals.iter().zip(&own).map(|(total, own)| total - own).collect();
    let groups = settings.groups.scores;
    let (mut sums, mut sizes) = (vec![0.0; groups], vec![0_usize; groups]);
    for (group, own) in distractors::score_groups(&rest, groups).into_iter().zip(&own) {
        if let (Some(sum), Some(size)) = (sums.get_mut(group), sizes.get_mut(group)) {
            *sum += own / top;
            *size += 1;
        }
    }
    let told = |size: usize| size >= settings.few.fewest_a_point;
    report.curve = sums.iter().zip(&sizes).map(|(sum, size)| told(*size).then(|| sum / *size as f64)).collect();
    let Some(column) = answers.columns.get(place).filter(|column| !column.options.is_empty()) else { return };
    let chosen: Vec<Vec<usize>> = answers
        .rows
        .iter()
        .map(|row| row.cells.get(place).and_then(Option::as_ref).map(|cell| cell.chosen.clone()).unwrap_or_default())
        .collect();
    let found = distractors::choices(&chosen, column.options.len(), &rest, groups);
    let few = answers.rows.len() < settings.few.correlations;
    report.options = column
        .options
        .iter()
        .zip(&found)
        .map(|(option, choice)| OptionReport {
            letter: option.letter.clone(),
            text: option.text.clone(),
            key: option.key,
            chosen: choice.chosen,
            share: choice.share,
            by_group: choice.by_group.iter().zip(&sizes).map(|(share, size)| share.filter(|_| told(*size))).collect(),
            correlation: choice.correlation.filter(|_| !few),
        })
        .collect();
    // With several keys each is right in part, and none can be the rival of another.
    let keys: Vec<usize> = column.options.iter().enumerate().filter(|(_, option)| option.key).map(|(place, _)| place).collect();
    if let ([key], false) = (keys.as_slice(), few) {
        let rival = distractors::rival(&found, *key).and_then(|rival| column.options.get(rival));
        report.flags.extend(rival.map(|option| Flag { kind: FlagKind::KeyWrong, option: Some(option.letter.clone()) }));
    }
}

fn flags(report: &ItemReport, few: FewAnswers, form: f64, settings: &Settings) -> Vec<Flag> {
    let limits = &settings.flags;
    let mut flags = report.flags.clone();
    let mut flag = |kind: FlagKind, when: bool| {
        if when {
            flags.push(Flag { kind, option: None });
        }
    };
    if let Some(rir) = report.rir {
        flag(FlagKind::Negative, rir < 0.0);
        flag(FlagKind::LowDiscrimination, (0.0..limits.low_discrimination).contains(&rir));
    }
    if let Some(p) = report.p {
        flag(FlagKind::TooEasy, p > limits.too_easy);
        flag(FlagKind::TooHard, p < limits.too_hard);
    }
    flag(FlagKind::Misfit, report.fit_p.is_some_and(|p| p < limits.misfit_p));
    let moved = |drift: &Drift| drift.logits.abs() >= limits.drift_logits && drift.z.abs() >= limits.drift_z;
    let shift = report.drift_b.filter(moved).or(report.drift.filter(moved));
    flag(FlagKind::Easier, shift.is_some_and(|drift| drift.logits < 0.0));
    flag(FlagKind::Harder, shift.is_some_and(|drift| drift.logits > 0.0));
    // That everybody who sits a form meets its items is how forms are; seen too often is what other forms hold as well.
    flag(FlagKind::Overexposed, report.exposure.is_some_and(|share| share > limits.exposure && share > form + 0.01));
    if !few.answers {
        let unused = report.options.iter().filter(|option| !option.key && option.share < limits.unused_option);
        flags.extend(unused.map(|option| Flag { kind: FlagKind::UnusedOption, option: Some(option.letter.clone()) }));
    }
    flags
}

/// The model that the number of answers allows, and its fit; numbers as `ijkpunt measure calibrate --fit` gives them.
fn fitted(persons: &[Vec<Response>], settings: &Settings) -> Option<Fitted> {
    let model = if persons.len() >= settings.calibration.two_parameters { Model::TwoPl } else { Model::Rasch };
    let found = calibrate::calibrate(&calibrate::Answers::new(persons), &Options::new(model)).ok()?;
    let bank = found.bank();
    let options = Options::new(model);
    let grid = Grid::normal_with(options.count, options.low, options.high, Rule::Rectangle, found.mean, found.variance.sqrt());
    let free = if model == Model::Rasch { 1 } else { 2 };
    let abilities: Vec<f64> = persons.iter().map(|person| grid.eap(&bank, person).theta).collect();
    Some(Fitted {
        model,
        s_x2: fit::s_x2(&bank, persons, &grid, &vec![free; bank.len()], 1.0),
        squares: fit::mean_squares(&bank, persons, &abilities),
        items: found.items,
    })
}

/// Against the period before, by the share right of each item that both have.
fn period_drift(answers: &Answers, earlier: Option<&Answers>, settings: &Settings) -> HashMap<usize, Drift> {
    let enough = |n: usize| n >= settings.few.answers;
    let Some(earlier) = earlier.filter(|earlier| enough(earlier.rows.len()) && enough(answers.rows.len())) else { return HashMap::new() };
    let before = |item: ItemId| earlier.columns.iter().position(|column| column.item == item).map(|place| earlier.right(place));
    let common = answers.columns.iter().enumerate().filter_map(|(place, column)| {
        let ((right_then, n_then), (right_now, n_now)) = (before(column.item)?, answers.right(place));
        let both = enough(n_then) && enough(n_now);
        both.then(|| (place, drift::difficulty_of(right_then, n_then), drift::difficulty_of(right_now, n_now)))
    });
    shifted(common.collect())
}

/// Against the approved parameters, by the difficulty that these answers give it.
fn scale_drift(answers: &Answers, fitted: &Fitted, beside: &Beside) -> HashMap<usize, Drift> {
    let common = answers.columns.iter().zip(&fitted.items).enumerate().filter_map(|(place, (column, now))| {
        let (approved, se) = beside.approved.get(&column.item)?;
        let (Item::Logistic { b: before, .. }, Item::Logistic { b: after, .. }) = (approved, &now.item) else { return None };
        let after = Measure { value: *after, se: now.se_b.first().copied()? };
        Some((place, Measure { value: *before, se: se.unwrap_or(0.0) }, after))
    });
    shifted(common.collect())
}

fn shifted(common: Vec<(usize, Measure, Measure)>) -> HashMap<usize, Drift> {
    let before: Vec<Measure> = common.iter().map(|(_, before, _)| *before).collect();
    let now: Vec<Measure> = common.iter().map(|(_, _, now)| *now).collect();
    let shifts = drift::shifts(&before, &now).unwrap_or_default();
    common.iter().zip(shifts).map(|((place, ..), shift)| (*place, Drift { logits: shift.logits, se: shift.se, z: shift.z })).collect()
}

fn exposure(item: ItemId, beside: &Beside) -> Option<f64> {
    let (met, total) = &beside.exposure;
    (*total > 0).then(|| met.get(&item).copied().unwrap_or(0) as f64 / *total as f64)
}
