//! Speed of the measurement engine on one thread: the least of many runs of each, beside what it may take at most.
//!
//! `cargo bench -p item-bank --bench measure`

use std::hint::black_box;
use std::time::{Duration, Instant};

use item_bank::measure::calibrate::{Answers, Model, Options, calibrate};
use item_bank::measure::cat::{Engine, Rules};
use item_bank::measure::grid::{Grid, Rule, Table};
use item_bank::measure::random::Random;
use item_bank::measure::select::{VarianceTable, Weighted, most_informative};
use item_bank::measure::{Item, Response, score_distribution, simulate};

fn bank(count: usize, guessing: bool) -> Vec<Item> {
    let mut random = Random::seeded(20);
    let item = |_| Item::Logistic {
        a: 0.7 + 1.3 * random.uniform(),
        b: 1.3 * random.normal(),
        c: if guessing { 0.3 * random.uniform() } else { 0.0 },
    };
    (0..count).map(item).collect()
}

/// The least time of one call, over `rounds` rounds of `calls` calls.
fn least(rounds: usize, calls: u32, mut work: impl FnMut()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed() / calls
    };
    (0..rounds).map(round).min().unwrap_or_default()
}

fn row(what: &str, took: Duration, limit: Duration) {
    println!("{what:<42} {took:>12.3?}   at most {limit:>8.3?}   {}", if took <= limit { "holds" } else { "TOO SLOW" });
}

fn main() {
    let mut random = Random::seeded(1);
    let test = bank(60, true);
    let persons: Vec<Vec<Response>> = (0..100)
        .map(|_| {
            let theta = random.normal();
            test.iter().map(|item| Some(random.answer(item, theta))).collect()
        })
        .collect();
    let table = Table::new(&test, Grid::normal(61, -6.0, 6.0, Rule::Rectangle));
    let mut scratch = Vec::new();
    let took = least(50, 1, || persons.iter().for_each(|person| drop(black_box(Box::new(table.eap(person, &mut scratch))))));
    row("EAP, 60 items, 61 points", took / 100, Duration::from_nanos(2_000));

    let thousand = bank(1000, true);
    let took = least(100, 20, || {
        black_box(most_informative(&thousand, black_box(0.3), |_| true));
    });
    row("next item by MFI of 1,000", took, Duration::from_micros(15));

    let variances = VarianceTable::new(&thousand, Grid::normal(61, -6.0, 6.0, Rule::Rectangle));
    let posterior = variances.grid().weights.clone();
    let took = least(50, 5, || {
        let weighted = Weighted::new(&variances, black_box(&posterior));
        black_box((0..1000).map(|item| variances.expected_variance(item, &weighted)).fold(f64::INFINITY, f64::min));
    });
    row("next item by MEPV of 1,000", took, Duration::from_micros(100));

    let pool = bank(500, true);
    let engine = Engine::new(&pool, Rules::default(), Grid::normal(61, -6.0, 6.0, Rule::Rectangle));
    let took = least(5, 1, || {
        let mut random = Random::seeded(3);
        for person in 0..1000 {
            let theta = random.normal();
            black_box(engine.run(person, |item| Some(random.answer(&pool[item], theta))));
        }
    });
    row("1,000 adaptive tests of 20 from 500", took, Duration::from_millis(150));

    let items = bank(50, false);
    let sample: Vec<Vec<Response>> = (0..5000)
        .map(|_| {
            let theta = random.normal();
            items.iter().map(|item| Some(random.answer(item, theta))).collect()
        })
        .collect();
    let answers = Answers::new(&sample);
    let options = Options { tolerance: 1e-6, standard_errors: false, ..Options::new(Model::TwoPl) };
    let mut iterations = 0;
    let took = least(3, 1, || iterations = calibrate(&answers, &options).map_or(0, |found| found.iterations));
    row(&format!("2PL MML, 5,000 x 50 at 1e-6 ({iterations} steps)"), took, Duration::from_millis(250));

    let grid = Grid::normal(61, -6.0, 6.0, Rule::Rectangle);
    let took = least(50, 5, || {
        black_box(score_distribution::marginal(&test, &grid));
    });
    row("Lord-Wingersky, 60 items at 61 points", took, Duration::from_micros(300));

    let report = simulate::adaptive(&pool, &Rules::default(), &Grid::default(), 10_000, 5);
    println!(
        "coverage of the 95 % interval, 10,000 adaptive tests of 20: {:.4}; bias {:.4}, RMSE {:.4}",
        report.coverage, report.bias, report.rmse
    );
    let simulate::Forecasts { posterior, plugin } = simulate::forecasts(&test[..20], &test[20..], 24, &Grid::default(), 100_000, 6);
    println!("100,000 forecasts, expected calibration error: integrated {:.4}, plug-in {:.4}", posterior.ece, plugin.ece);
    println!("Brier score: integrated {:.4}, plug-in {:.4}", posterior.brier, plugin.brier);
}
