//! From answers to parameters.

use std::collections::HashMap;
use std::ops::ControlFlow;

use item_bank::measure::calibrate::{self, CalibrationError, GuessingPrior, Model, Options, Stage};
use item_bank::measure::grid::Grid;
use item_bank::measure::linking::{self, Link, Linking};
use item_bank::measure::{Item, Response};

use super::report::{Anchoring, CalibratedItem, CalibrationModel, CalibrationReport, LeftOut, Parameters};
use crate::ids::ItemId;
use crate::psychometrics::answers::{Answers, Column};
use crate::psychometrics::settings::CalibrationNeeds;

/// Prior on logit(c), as `ijkpunt measure calibrate` has it: guessing is about one in five.
const GUESSING: GuessingPrior = GuessingPrior { mean: -1.386, sd: 0.5 };

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalibrationFault {
    /// No item has answers enough.
    TooFew,
    /// Fewer than two items have approved parameters: there is no old scale to stand on.
    NoAnchors,
    /// The estimation has no solution on these answers.
    NotEstimable,
    Stopped,
}

impl From<CalibrationModel> for Model {
    fn from(model: CalibrationModel) -> Self {
        match model {
            CalibrationModel::Rasch => Self::Rasch,
            CalibrationModel::TwoPl => Self::TwoPl,
            CalibrationModel::ThreePl => Self::ThreePl,
        }
    }
}

/// Calibrates the items that have answers enough. `watch` is told a share done between 0 and 1, and stops the work by breaking.
pub fn calibrate(
    answers: &Answers,
    model: CalibrationModel,
    anchoring: Anchoring,
    approved: &HashMap<ItemId, Parameters>,
    needs: CalibrationNeeds,
    watch: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Result<CalibrationReport, CalibrationFault> {
    let fewest = match model {
        CalibrationModel::Rasch => needs.rasch,
        CalibrationModel::TwoPl => needs.two_parameters,
        CalibrationModel::ThreePl => needs.three_parameters,
    };
    let counts: Vec<(usize, usize)> = (0..answers.columns.len()).map(|place| answers.right(place)).collect();
    let left_out = |(right, n): (usize, usize)| match (right, n) {
        (_, n) if n < fewest => Some(LeftOut::TooFew),
        (right, n) if right == 0 || right == n => Some(LeftOut::AllTheSame),
        _ => None,
    };
    let used: Vec<usize> = (0..counts.len()).filter(|place| counts.get(*place).is_some_and(|count| left_out(*count).is_none())).collect();
    if used.len() < 2 {
        return Err(CalibrationFault::TooFew);
    }
    let old: Vec<Option<Parameters>> =
        used.iter().map(|place| answers.columns.get(*place).and_then(|column| approved.get(&column.item)).copied()).collect();
    let anchors = old.iter().flatten().count();
    if anchoring != Anchoring::None && anchors < 2 {
        return Err(CalibrationFault::NoAnchors);
    }
    let persons = persons(answers, &used);
    let fixed = if anchoring == Anchoring::Fixed { old.iter().map(|old| old.map(curve)).collect() } else { Vec::new() };
    let options =
        Options { guessing_prior: (model == CalibrationModel::ThreePl).then_some(GUESSING), anchors: fixed, ..Options::new(model.into()) };
    let mut progress = Progress::new(options.tolerance);
    let found = calibrate::calibrate_watched(&calibrate::Answers::new(&persons), &options, &mut |stage| watch(progress.share(stage)));
    let found = found
        .map_err(|error| if error == CalibrationError::Stopped { CalibrationFault::Stopped } else { CalibrationFault::NotEstimable })?;
    let free: Vec<Parameters> = found.items.iter().map(parameters).collect();
    let link = if anchoring == Anchoring::Linking { Some(linked(model, &free, &old).ok_or(CalibrationFault::NotEstimable)?) } else { None };
    let Link { a, b } = link.unwrap_or(Link { a: 1.0, b: 0.0 });
    let new: HashMap<usize, (Parameters, bool)> = used
        .iter()
        .zip(free.iter().zip(&found.items))
        .map(|(place, (free, item))| (*place, (on_scale(*free, a, b), item.anchored)))
        .collect();
    let item = |(place, (column, (right, n))): (usize, (&Column, &(usize, usize)))| CalibratedItem {
        item_id: column.item.0,
        identifier: column.identifier.clone(),
        title: column.title.clone(),
        n: *n,
        p: (*n >= fewest).then(|| *right as f64 / *n as f64),
        left_out: left_out((*right, *n)),
        anchored: new.get(&place).is_some_and(|(_, anchored)| *anchored),
        new: new.get(&place).map(|(parameters, _)| *parameters),
        old: approved.get(&column.item).copied(),
    };
    Ok(CalibrationReport {
        model,
        anchoring,
        attempts: persons.len(),
        anchors,
        link_a: link.map(|link| link.a),
        link_b: link.map(|link| link.b),
        mean: a * found.mean + b,
        sd: a * found.variance.sqrt(),
        log_likelihood: found.log_likelihood,
        iterations: found.iterations,
        converged: found.converged,
        items: answers.columns.iter().zip(&counts).enumerate().map(item).collect(),
    })
}

/// Everybody who met one of the items at least.
fn persons(answers: &Answers, used: &[usize]) -> Vec<Vec<Response>> {
    let rows = answers
        .right_or_wrong()
        .into_iter()
        .map(|row| used.iter().map(|place| row.get(*place).copied().flatten()).collect::<Vec<Response>>());
    rows.filter(|row| row.iter().any(Option::is_some)).collect()
}

fn parameters(found: &calibrate::Calibrated) -> Parameters {
    let (a, b, c) = match &found.item {
        Item::Logistic { a, b, c } => (*a, *b, *c),
        // Not reached: these models are of right or wrong.
        Item::Graded { a, b: steps } | Item::Credit { a, steps } => (*a, steps.first().copied().unwrap_or_default(), 0.0),
    };
    Parameters { a, b, c, se_a: found.se_a, se_b: found.se_b.first().copied(), se_c: found.se_c }
}

pub fn curve(parameters: Parameters) -> Item {
    Item::Logistic { a: parameters.a, b: parameters.b, c: parameters.c }
}

/// The link by the items that have both. A Rasch scale is only moved, since its unit is that of the model.
fn linked(model: CalibrationModel, free: &[Parameters], old: &[Option<Parameters>]) -> Option<Link> {
    let (new, old): (Vec<Parameters>, Vec<Parameters>) = free.iter().zip(old).filter_map(|(new, old)| Some((*new, (*old)?))).unzip();
    if model == CalibrationModel::Rasch {
        let n = new.len() as f64;
        let moved: f64 = new.iter().zip(&old).map(|(new, old)| old.b - new.b).sum();
        return Some(Link { a: 1.0, b: moved / n });
    }
    let plain = |list: &[Parameters]| list.iter().map(|one| linking::Parameters { a: one.a, b: one.b, c: one.c }).collect::<Vec<_>>();
    let grid = Grid::default();
    linking::link(&plain(&new), &plain(&old), Linking::StockingLord, &grid.points, &grid.weights)
}

/// The parameters and their errors on a scale that is stretched by `a` and moved by `b`. The error of the link itself is not in them.
fn on_scale(free: Parameters, a: f64, b: f64) -> Parameters {
    Parameters {
        a: free.a / a,
        b: a * free.b + b,
        c: free.c,
        se_a: free.se_a.map(|se| se / a),
        se_b: free.se_b.map(|se| se * a),
        se_c: free.se_c,
    }
}

/// How far a calibration is. Its first half is done when the largest change has come down to the tolerance, on a logarithmic scale; the errors
/// are the second half.
struct Progress {
    tolerance: f64,
    first: Option<f64>,
    furthest: f64,
}

impl Progress {
    fn new(tolerance: f64) -> Self {
        Self { tolerance, first: None, furthest: 0.0 }
    }

    fn share(&mut self, stage: Stage) -> f64 {
        let share = match stage {
            Stage::Estimating { change, .. } => {
                let first = *self.first.get_or_insert(change.max(self.tolerance * 10.0));
                let whole = (first / self.tolerance).ln();
                0.5 * ((first / change.max(self.tolerance)).ln() / whole).clamp(0.0, 1.0)
            }
            Stage::Errors { done, of } => 0.5 + 0.5 * done as f64 / of.max(1) as f64,
        };
        self.furthest = self.furthest.max(share);
        self.furthest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_never_goes_back_and_ends_at_the_end() {
        let mut progress = Progress::new(1e-7);
        let mut last = 0.0;
        for change in [1.0, 0.1, 0.3, 1e-4, 1e-8] {
            let share = progress.share(Stage::Estimating { iteration: 1, change });
            assert!((last..=0.5).contains(&share));
            last = share;
        }
        assert_eq!(last, 0.5);
        assert_eq!(progress.share(Stage::Errors { done: 4, of: 4 }), 1.0);
    }

    #[test]
    fn a_stretched_scale_takes_the_errors_along() {
        let free = Parameters { a: 2.0, b: 1.0, c: 0.2, se_a: Some(0.2), se_b: Some(0.1), se_c: None };
        let moved = on_scale(free, 2.0, -1.0);
        assert_eq!((moved.a, moved.b, moved.c, moved.se_a, moved.se_b), (1.0, 1.0, 0.2, Some(0.1), Some(0.2)));
        let theta = 0.4;
        assert!((curve(free).probability(theta, 1) - curve(moved).probability(2.0 * theta - 1.0, 1)).abs() < 1e-12);
    }
}
