use std::ops::ControlFlow;

use item_bank::measure::calibrate::{self, Answers, CalibrationError, Model, Options, Stage};
use item_bank::measure::fit;
use item_bank::measure::grid::{Grid, Rule};
use item_bank::measure::linking::{Link, Linking, Parameters, link};
use item_bank::measure::numeric::gauss_hermite;
use item_bank::measure::random::Random;
use item_bank::measure::{Item, Response};

use super::{answers, close, numbers, oracle, table};

fn persons() -> Vec<Vec<Response>> {
    answers(&table("calib2pl_1000x30.csv").1, 0)
}

fn slopes(bank: &[Item]) -> Vec<f64> {
    bank.iter()
        .map(|item| match item {
            Item::Logistic { a, .. } | Item::Graded { a, .. } | Item::Credit { a, .. } => *a,
        })
        .collect()
}

fn difficulties(item: &Item) -> Vec<f64> {
    match item {
        Item::Logistic { b, .. } => vec![*b],
        Item::Graded { b, .. } => b.clone(),
        Item::Credit { steps, .. } => steps.clone(),
    }
}

#[test]
fn two_parameters_are_those_of_mirt_with_their_oakes_errors() {
    let known = &oracle("calibration_dichotomous.json")["mirt_2pl"];
    let found = calibrate::calibrate(&Answers::new(&persons()), &Options::new(Model::TwoPl)).unwrap();
    assert!(found.converged);
    close(&slopes(&found.bank()), &numbers(&known["a"]), 1e-4);
    let d: Vec<f64> = found.items.iter().map(|item| item.d[0]).collect();
    close(&d, &numbers(&known["d"]), 1e-4);
    close(&[found.log_likelihood], &[known["logLik"].as_f64().unwrap()], 1e-3);
    let se_a: Vec<f64> = found.items.iter().map(|item| item.se_a.unwrap()).collect();
    let se_d: Vec<f64> = found.items.iter().map(|item| item.se_d[0]).collect();
    close(&se_a, &numbers(&known["se_a"]), 1e-4);
    close(&se_d, &numbers(&known["se_d"]), 1e-4);
}

#[test]
fn rasch_difficulties_are_those_of_mirt() {
    let known = &oracle("calibration_dichotomous.json")["mirt_rasch"];
    let found = calibrate::calibrate(&Answers::new(&persons()), &Options::new(Model::Rasch)).unwrap();
    let b: Vec<f64> = found.bank().iter().map(|item| difficulties(item)[0]).collect();
    close(&b, &numbers(&known["b"]), 1e-4);
    close(&[found.variance], &[known["var"].as_f64().unwrap()], 1e-4);
    close(&[found.log_likelihood], &[known["logLik"].as_f64().unwrap()], 1e-3);
}

#[test]
fn conditional_difficulties_are_those_of_psychotools() {
    let known = oracle("calibration_dichotomous.json");
    let found = calibrate::cml::calibrate(&Answers::new(&persons())).unwrap();
    let b: Vec<f64> = found.steps.iter().map(|steps| steps[0]).collect();
    close(&b, &numbers(&known["psychotools_cml"]["b"]), 1e-4);
    let se: Vec<f64> = found.se.iter().map(|se| se[0]).collect();
    close(&se, &numbers(&known["eRm_cml"]["se"]), 1e-4);
    close(&[found.log_likelihood], &[known["eRm_cml"]["cll"].as_f64().unwrap()], 1e-3);
}

#[test]
fn graded_and_partial_credit_items_are_those_of_mirt() {
    let known = oracle("calibration_polytomous.json");
    let answers = Answers::new(&answers(&table("grm_600x12.csv").1, 0));
    for (name, model, key) in [("mirt_grm", Model::Grm, "b"), ("mirt_gpcm", Model::Gpcm, "b"), ("mirt_pcm", Model::Pcm, "deltas")] {
        let known = &known[name];
        let options = Options { standard_errors: false, ..Options::new(model) };
        let found = calibrate::calibrate(&answers, &options).unwrap();
        assert!(found.converged, "{name}");
        close(&[found.log_likelihood], &[known["logLik"].as_f64().unwrap()], 1e-3);
        if let Some(a) = known.get("a") {
            close(&slopes(&found.bank()), &numbers(a), 1e-4);
        }
        for (item, expected) in found.bank().iter().zip(known[key].as_array().unwrap()) {
            close(&difficulties(item), &numbers(expected), 5e-4);
        }
    }
}

#[test]
fn conditional_partial_credit_is_that_of_erm() {
    let known = &oracle("calibration_polytomous.json")["eRm_pcm_cml"];
    let found = calibrate::cml::calibrate(&Answers::new(&answers(&table("grm_600x12.csv").1, 0))).unwrap();
    close(&[found.log_likelihood], &[known["cll"].as_f64().unwrap()], 1e-3);
    for (steps, expected) in found.steps.iter().zip(known["thresholds"].as_array().unwrap()) {
        // eRm lists the location, the mean of the thresholds, first.
        close(steps, &numbers(expected)[1..], 5e-4);
    }
}

#[test]
fn the_law_school_test_gives_the_published_values() {
    let known = &oracle("lsat_published.json")["LSAT6"];
    let (mut patterns, mut weights) = (Vec::new(), Vec::new());
    for row in known["table"].as_array().unwrap() {
        patterns.push((1..=5).map(|item| Some(row[format!("Item_{item}")].as_u64().unwrap() as u8)).collect::<Vec<Response>>());
        weights.push(row["Freq"].as_f64().unwrap());
    }
    let answers = Answers::weighted(&patterns, weights);
    let options = Options { tolerance: 1e-9, ..Options::new(Model::TwoPl) };
    let found = calibrate::calibrate(&answers, &options).unwrap();
    close(&slopes(&found.bank()), &numbers(&known["mirt_2pl"]["a"]), 2e-4);
    close(&[found.log_likelihood], &[known["mirt_2pl"]["logLik"].as_f64().unwrap()], 1e-4);
    let se: Vec<f64> = found.items.iter().map(|item| item.se_a.unwrap()).collect();
    close(&se, &numbers(&known["mirt_2pl"]["se_a"]), 1e-3);
    let rasch = calibrate::calibrate(&answers, &Options { tolerance: 1e-9, ..Options::new(Model::Rasch) }).unwrap();
    close(&[rasch.variance.sqrt()], &[known["published"]["a_1pl"].as_f64().unwrap()], 1e-4);
    close(&[rasch.log_likelihood], &[known["published"]["logLik_1pl"].as_f64().unwrap()], 1e-3);
}

#[test]
fn item_and_person_fit_are_those_of_mirt() {
    let known = oracle("calibration_dichotomous.json");
    let items: Vec<Item> = numbers(&known["mirt_2pl"]["a"])
        .into_iter()
        .zip(numbers(&known["mirt_2pl"]["d"]))
        .map(|(a, d)| Item::Logistic { a, b: -d / a, c: 0.0 })
        .collect();
    let grid = Grid::normal(61, -6.0, 6.0, Rule::Rectangle);
    let persons = persons();
    for (ours, expected) in fit::eap_of_sum_scores(&items, &grid).iter().zip(known["mirt_EAPsum"]["eap"].as_array().unwrap()) {
        close(&[ours.eap], &[expected.as_f64().unwrap()], 1e-5);
    }
    for (person, (ours, eap)) in
        persons.iter().zip(numbers(&known["mirt_personfit_EAP_Zh_first50"]).iter().zip(known["mirt_EAP_first50"].as_array().unwrap()))
    {
        let estimate = grid.eap(&items, person);
        close(&[estimate.theta, estimate.se], &numbers(eap), 1e-5);
        close(&[fit::zh(&items, person, estimate.theta).unwrap()], &[*ours], 1e-4);
    }
    let fits: Vec<fit::SumScoreFit> = fit::s_x2(&items, &persons, &grid, &[2; 30], 1.0).into_iter().map(Option::unwrap).collect();
    let df: Vec<f64> = fits.iter().map(|fit| fit.df as f64).collect();
    assert_eq!(df, numbers(&known["mirt_itemfit"]["df"]));
    close(&fits.iter().map(|fit| fit.s_x2).collect::<Vec<_>>(), &numbers(&known["mirt_itemfit"]["S_X2"]), 1e-2);
}

#[test]
fn anchored_items_keep_their_parameters_and_put_the_others_on_their_scale() {
    let free = calibrate::calibrate(&Answers::new(&persons()), &Options { standard_errors: false, ..Options::new(Model::TwoPl) }).unwrap();
    let bank = free.bank();
    let anchors: Vec<Option<Item>> = bank.iter().enumerate().map(|(number, item)| (number < 20).then(|| item.clone())).collect();
    let options = Options { standard_errors: false, anchors, ..Options::new(Model::TwoPl) };
    let anchored = calibrate::calibrate(&Answers::new(&persons()), &options).unwrap();
    assert_eq!(anchored.bank()[..20], bank[..20]);
    close(&slopes(&anchored.bank()), &slopes(&bank), 5e-3);
    close(&[anchored.mean, anchored.variance], &[0.0, 1.0], 5e-3);
}

/// Answers of persons whose ability is normal with this mean and spread.
fn simulated(bank: &[Item], persons: usize, mean: f64, sd: f64, seed: u64) -> Vec<Vec<Response>> {
    let mut random = Random::seeded(seed);
    let one = |_| {
        let theta = mean + sd * random.normal();
        bank.iter().map(|item| Some(random.answer(item, theta))).collect()
    };
    (0..persons).map(one).collect()
}

#[test]
fn new_items_are_recovered_on_the_old_scale_although_the_candidates_are_others() {
    let bank: Vec<Item> =
        (0..30).map(|i| Item::Logistic { a: 0.8 + 0.05 * f64::from(i % 12), b: -1.8 + 0.12 * f64::from(i), c: 0.0 }).collect();
    let persons = simulated(&bank, 3000, 0.7, 1.3, 41);
    // Every second item is new.
    let anchors: Vec<Option<Item>> = bank.iter().enumerate().map(|(number, item)| (number % 2 == 0).then(|| item.clone())).collect();
    let found = calibrate::calibrate(&Answers::new(&persons), &Options { anchors, ..Options::new(Model::TwoPl) }).unwrap();
    close(&[found.mean, found.variance.sqrt()], &[0.7, 1.3], 0.1);
    let z = bank.iter().zip(&found.items).filter(|(_, item)| !item.anchored).map(|(truth, item)| match (truth, &item.item) {
        (Item::Logistic { a, b, .. }, Item::Logistic { a: found_a, b: found_b, .. }) => {
            [(found_a - a) / item.se_a.unwrap(), (found_b - b) / item.se_b[0]]
        }
        _ => unreachable!("the bank is dichotomous"),
    });
    let z: Vec<f64> = z.flatten().collect();
    assert!(z.iter().all(|z| z.abs() < 3.6), "{z:?}");
    // As errors they are right in size: z is about standard normal.
    let square = z.iter().map(|z| z * z).sum::<f64>() / z.len() as f64;
    assert!((0.4..2.0).contains(&square), "{square}");
}

#[test]
fn a_free_calibration_that_is_linked_comes_back_to_the_old_scale() {
    let bank: Vec<Item> = (0..20).map(|i| Item::Logistic { a: 1.2, b: -1.4 + 0.15 * f64::from(i), c: 0.0 }).collect();
    let persons = simulated(&bank, 4000, -0.5, 0.8, 5);
    let free = calibrate::calibrate(&Answers::new(&persons), &Options { standard_errors: false, ..Options::new(Model::TwoPl) }).unwrap();
    let parameters = |items: &[Item]| -> Vec<Parameters> {
        let one = |item: &Item| match item {
            Item::Logistic { a, b, c } => Parameters { a: *a, b: *b, c: *c },
            _ => unreachable!("the bank is dichotomous"),
        };
        items.iter().map(one).collect()
    };
    let grid = Grid::default();
    let found = link(&parameters(&free.bank()), &parameters(&bank), Linking::StockingLord, &grid.points, &grid.weights).unwrap();
    close(&[found.a, found.b], &[0.8, -0.5], 0.05);
    let moved: Vec<f64> = free.bank().iter().map(|item| difficulties(&found.apply(item))[0]).collect();
    close(&moved, &bank.iter().map(|item| difficulties(item)[0]).collect::<Vec<_>>(), 0.2);
}

#[test]
fn the_errors_of_difficulties_follow_from_those_of_intercepts() {
    let found = calibrate::calibrate(&Answers::new(&persons()), &Options::new(Model::Rasch)).unwrap();
    found.items.iter().for_each(|item| assert_eq!(item.se_b, item.se_d));
    let found = calibrate::calibrate(&Answers::new(&persons()), &Options::new(Model::ThreePl)).unwrap();
    assert!(found.items.iter().all(|item| item.se_b[0] > 0.0 && item.se_c.unwrap() > 0.0));
}

#[test]
fn a_calibration_tells_how_far_it_is_and_stops_when_told() {
    let mut stages = Vec::new();
    let watched = calibrate::calibrate_watched(&Answers::new(&persons()), &Options::new(Model::Rasch), &mut |stage| {
        stages.push(stage);
        ControlFlow::Continue(())
    });
    assert_eq!(watched.unwrap(), calibrate::calibrate(&Answers::new(&persons()), &Options::new(Model::Rasch)).unwrap());
    assert_eq!(stages.last(), Some(&Stage::Errors { done: 31, of: 31 }));
    assert!(matches!(stages[0], Stage::Estimating { iteration: 1, .. }));
    let mut seen = 0;
    let stopped = calibrate::calibrate_watched(&Answers::new(&persons()), &Options::new(Model::TwoPl), &mut |_| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((stopped, seen), (Err(CalibrationError::Stopped), 3));
}

#[test]
fn linking_is_that_of_equateirt() {
    let known = oracle("linking.json");
    let form = |name: &str| -> Vec<Parameters> {
        let rows = known[name].as_array().unwrap().iter().map(numbers);
        rows.map(|row| Parameters { a: row[2], b: row[1], c: row[0] }).collect()
    };
    let (from, to) = (form("form1"), form("form2"));
    let points: Vec<f64> = (0..40).map(|step| -4.0 + 8.0 / 39.0 * f64::from(step)).collect();
    let flat = vec![1.0; points.len()];
    for (name, method) in [("mean-mean", Linking::MeanMean), ("mean-gmean", Linking::MeanGmean), ("mean-sigma", Linking::MeanSigma)] {
        let Link { a, b } = link(&from, &to, method, &points, &flat).unwrap();
        close(&[a, b], &numbers(&known[name]), 1e-9);
    }
    for (name, method) in [("Haebara_sum", Linking::Haebara), ("Stocking-Lord_sum", Linking::StockingLord)] {
        let Link { a, b } = link(&from, &to, method, &points, &flat).unwrap();
        close(&[a, b], &numbers(&known[name]), 1e-5);
    }
    let (points, weights) = gauss_hermite::standard_normal(30);
    for (name, method) in [("Haebara", Linking::Haebara), ("Stocking-Lord", Linking::StockingLord)] {
        let Link { a, b } = link(&from, &to, method, &points, &weights).unwrap();
        close(&[a, b], &numbers(&known[name]), 1e-5);
    }
}
