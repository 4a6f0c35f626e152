use item_bank::measure::cat::{Engine, Estimator, Rules, Stop};
use item_bank::measure::content::ContentBalance;
use item_bank::measure::estimate::{Information, Method, estimate};
use item_bank::measure::grid::{Grid, Rule, Table};
use item_bank::measure::pass::forecast;
use item_bank::measure::select::{AnswerWeight, VarianceTable, Weighted, expected_variance, fisher, kullback_leibler};
use item_bank::measure::sprt::{Sprt, Verdict};
use item_bank::measure::{Item, Response, model, score_distribution};
use serde_json::Value;

use super::{answers, bank, close, numbers, oracle, table};

/// The patterns of the 60-item bank by their names.
fn patterns() -> Vec<(String, Vec<Response>)> {
    let (_, rows) = table("resp50.csv");
    rows.iter().map(|row| row[0].clone()).zip(answers(&rows, 2)).collect()
}

#[test]
fn estimates_agree_with_forty_digit_arithmetic() {
    let bank = bank("bank60.csv");
    let known = patterns();
    for expected in oracle("scoring.json")["patterns"].as_array().unwrap() {
        let (_, answers) = known.iter().find(|(id, _)| id == expected["id"].as_str().unwrap()).unwrap();
        let reference = &expected["reference"];
        let eap = Grid::default().eap(&bank, answers);
        close(&[eap.theta, eap.se], &[reference["eap"].as_f64().unwrap(), reference["psd"].as_f64().unwrap()], 1e-9);
        for (name, method) in [("mle", Method::Mle), ("map", Method::MAP), ("wle", Method::Wle)] {
            for (kind, information) in [("expected", Information::Expected), ("observed", Information::Observed)] {
                let found = estimate(&bank, answers, method, information);
                assert_eq!(found.is_none(), reference[name].is_null(), "{name} of {}", expected["id"]);
                let se = &reference[format!("{name}_se_{kind}")];
                if let (Some(found), Some(se)) = (found, se.as_f64()) {
                    close(&[found.theta, found.se], &[reference[name].as_f64().unwrap(), se], 1e-8);
                }
            }
        }
    }
}

#[test]
fn the_table_of_a_bank_scores_as_the_grid_does() {
    let bank = bank("bank60.csv");
    let table = Table::new(&bank, Grid::default());
    let mut scratch = Vec::new();
    for (_, answers) in patterns() {
        let (quick, plain) = (table.eap(&answers, &mut scratch), table.grid.eap(&bank, &answers));
        close(&[quick.theta, quick.se], &[plain.theta, plain.se], 1e-12);
    }
}

#[test]
fn probability_and_information_agree_with_catr() {
    let bank = bank("bank60.csv");
    let known = oracle("fisher_info.json");
    for (row, theta) in numbers(&known["theta"]).into_iter().enumerate() {
        close(&fisher(&bank, theta), &numbers(&known["item_info_catR"][row]), 1e-12);
        let right: Vec<f64> = bank.iter().map(|item| item.probability(theta, 1)).collect();
        close(&right, &numbers(&known["prob_catR"][row]), 1e-14);
        close(&[model::information(&bank, theta)], &[known["test_info_catR"][row].as_f64().unwrap()], 1e-12);
    }
}

#[test]
fn every_criterion_values_every_candidate_as_catr_does() {
    let bank = bank("bank60.csv");
    let grid = Grid::normal(33, -4.0, 4.0, Rule::Trapezoid);
    for state in oracle("next_item.json")["states"].as_array().unwrap() {
        let mut given: Vec<Response> = vec![None; bank.len()];
        for (item, answer) in numbers(&state["administered"]).iter().zip(numbers(&state["responses"])) {
            given[*item as usize - 1] = Some(answer as u8);
        }
        let (posterior, _) = grid.posterior(&bank, &given);
        let theta = grid.moments(&posterior).theta;
        let candidates: Vec<&Item> = numbers(&state["candidates"]).iter().map(|number| &bank[*number as usize - 1]).collect();
        let each = |value: &dyn Fn(&Item) -> f64| -> Vec<f64> { candidates.iter().map(|item| value(item)).collect() };
        let likelihood = |theta: f64| -> f64 {
            bank.iter().zip(&given).filter_map(|(item, answer)| answer.map(|k| item.probability(theta, usize::from(k)))).product()
        };
        let flat: Vec<f64> = grid.points.iter().map(|theta| likelihood(*theta)).collect();
        let by_prior: Vec<f64> =
            grid.points.iter().zip(&flat).map(|(t, l)| l * (-0.5 * t * t).exp() / (2.0 * std::f64::consts::PI).sqrt()).collect();
        close(&[theta], &[state["theta_eap_33pt"].as_f64().unwrap()], 1e-12);
        close(&each(&|item| item.information(theta)), &numbers(&state["MFI"]), 1e-11);
        let catr = |item: &Item| expected_variance(item, &grid, &posterior, theta, AnswerWeight::Estimate);
        close(&each(&catr), &numbers(&state["MEPV"]), 1e-12);
        close(&each(&|item| kullback_leibler(item, &grid.points, &flat, theta)), &numbers(&state["KL"]), 1e-11);
        close(&each(&|item| kullback_leibler(item, &grid.points, &by_prior, theta)), &numbers(&state["KLP"]), 1e-12);
    }
}

#[test]
fn the_quick_expected_variance_is_the_plain_one_and_never_exceeds_the_variance() {
    let bank = bank("bank60.csv");
    let table = VarianceTable::new(&bank, Grid::default());
    for (_, mut answers) in patterns() {
        answers[30..].fill(None);
        let (posterior, _) = table.grid().posterior(&bank, &answers);
        let now = table.grid().moments(&posterior);
        let weighted = Weighted::new(&table, &posterior);
        for (number, item) in bank.iter().enumerate().skip(30) {
            let plain = expected_variance(item, table.grid(), &posterior, now.theta, AnswerWeight::Posterior);
            let quick = table.expected_variance(number, &weighted);
            close(&[quick], &[plain], 1e-12);
            assert!(quick < now.se * now.se);
        }
    }
}

#[test]
fn the_most_informative_items_come_in_catrs_order() {
    let bank = bank("bank60.csv");
    let known = oracle("mfi_rank_bank60.json");
    for (row, theta) in numbers(&known["theta"]).into_iter().enumerate() {
        let values = fisher(&bank, theta);
        let mut order: Vec<usize> = (0..bank.len()).collect();
        order.sort_by(|l, r| values[*r].total_cmp(&values[*l]));
        let best: Vec<f64> = order.iter().take(10).map(|item| (item + 1) as f64).collect();
        assert_eq!(best, numbers(&known["top10"][row]), "at {theta}");
    }
}

#[test]
fn golden_adaptive_tests_take_the_identical_path() {
    let bank = bank("bank500.csv");
    let (_, rows) = table("golden_cat_responses.csv");
    let persons = answers(&rows, 1);
    let known = oracle("golden_cat_bank500.json");
    for (name, estimator, tolerance) in [("EAP", Estimator::Eap, 1e-12), ("BM", Estimator::Map, 5e-5)] {
        let rules = Rules { estimator, stop_se: Some(0.30), max_items: 30, ..Rules::default() };
        let engine = Engine::new(&bank, rules, Grid::normal(33, -4.0, 4.0, Rule::Trapezoid));
        for (person, expected) in persons.iter().zip(known[name].as_array().unwrap()) {
            let path = engine.run(1, |item| person[item]);
            let items: Vec<f64> = path.items.iter().map(|item| (item + 1) as f64).collect();
            assert_eq!(items, numbers(&expected["items"]));
            assert_eq!(path.stop, Some(Stop::Precision));
            // catR's root finder is good to about 3e-5.
            close(&path.estimates.iter().map(|e| e.theta).collect::<Vec<_>>(), &numbers(&expected["theta"]), tolerance);
            close(&path.estimates.iter().map(|e| e.se).collect::<Vec<_>>(), &numbers(&expected["se"]), tolerance);
        }
    }
}

#[test]
fn a_test_that_was_broken_off_resumes_with_the_item_that_was_due() {
    let bank = bank("bank500.csv");
    let (_, rows) = table("golden_cat_responses.csv");
    let person = &answers(&rows, 1)[0];
    let rules = Rules { exposure: item_bank::measure::exposure::Exposure::Randomesque(5), ..Rules::default() };
    let engine = Engine::new(&bank, rules, Grid::default());
    let path = engine.run(7, |item| person[item]);
    let put: Vec<(usize, u8)> = path.items.iter().copied().zip(path.responses.iter().copied()).collect();
    for done in 0..put.len() {
        let (next, _) = engine.next(7, &put[..done]);
        assert_eq!(next, item_bank::measure::cat::Next::Item(put[done].0));
    }
}

#[test]
fn content_balance_keeps_catrs_proportions() {
    let (header, rows) = table("bank60.csv");
    let area = header.iter().position(|name| name == "area").unwrap();
    let names = ["R", "L", "M"];
    let areas: Vec<usize> = rows.iter().map(|row| names.iter().position(|name| *name == row[area]).unwrap()).collect();
    let content = ContentBalance { areas: areas.clone(), shares: vec![0.40, 0.35, 0.25] };
    let bank = bank("bank60.csv");
    let engine = Engine::new(&bank, Rules { content: Some(content), ..Rules::default() }, Grid::normal(33, -4.0, 4.0, Rule::Trapezoid));
    let known = oracle("golden_cat_content.json");
    for (person, run) in known["responses"].as_array().unwrap().iter().zip(known["runs"].as_array().unwrap()) {
        let person = numbers(person);
        let path = engine.run(1, |item| Some(person[item] as u8));
        let count = |index: usize| path.items.iter().filter(|item| areas[**item] == index).count();
        let theirs = |name: &str| run["areas"].as_array().unwrap().iter().filter(|area| area.as_str() == Some(name)).count();
        for (index, name) in names.iter().enumerate() {
            assert_eq!(count(index), theirs(name), "items of area {name}");
        }
    }
}

#[test]
fn score_distributions_agree_with_cacirt_and_the_published_example() {
    let bank = bank("bank60.csv");
    let known = oracle("lord_wingersky.json");
    for (row, theta) in numbers(&known["bank60"]["theta"]).into_iter().enumerate() {
        let ours = score_distribution::at(&bank, theta);
        close(&ours, &numbers(&known["bank60"]["dist"][row]), 1e-13);
        close(&[ours[36..].iter().sum()], &[known["bank60"]["p_ge_36"][row].as_f64().unwrap()], 1e-13);
    }
    let example = &known["kolen_brennan_2004_p183"];
    close(&score_distribution::of_probabilities(&numbers(&example["p"])), &numbers(&example["published"]), 5e-7);
    let grid = Grid::normal(61, -6.0, 6.0, Rule::Rectangle);
    close(&score_distribution::marginal(&bank, &grid), &numbers(&known["bank60_marginal"]["dist"]), 1e-13);
}

#[test]
fn a_pass_forecast_is_integrated_over_the_posterior() {
    let bank = bank("bank60.csv");
    let grid = Grid::normal(1601, -8.0, 8.0, Rule::Rectangle);
    let known = patterns();
    for expected in oracle("pass_probability.json")["patterns"].as_array().unwrap() {
        let (_, answers) = known.iter().find(|(id, _)| id == expected["id"].as_str().unwrap()).unwrap();
        for cut in [20, 24, 28] {
            let found = forecast(&bank[..20], &answers[..20], &bank[20..], cut, &grid);
            close(&[found.pass], &[expected["pass_posterior"][cut.to_string()].as_f64().unwrap()], 1e-9);
            // Theirs is interpolated between grid points.
            close(&[found.plugin], &[expected["pass_plugin"][cut.to_string()].as_f64().unwrap()], 5e-5);
        }
    }
}

#[test]
fn the_sequential_test_decides_where_catirt_does() {
    let bank = bank("bank60.csv");
    let test = Sprt { cut: 0.0, delta: 0.25, alpha: 0.05, beta: 0.05 };
    let known = oracle("sprt.json");
    for (name, answers) in patterns() {
        let Some(expected) = known["patterns"].get(&name) else { continue };
        let path = test.path(&bank, &answers);
        close(&path.iter().map(|(ratio, _)| *ratio).collect::<Vec<_>>(), &numbers(&expected["loglr"]), 1e-9);
        let verdicts = expected["decision_after_item"].as_array().unwrap().iter().map(|value| match value.as_u64() {
            Some(2) => Some(Verdict::Above),
            Some(1) => Some(Verdict::Below),
            _ => None,
        });
        assert!(path.iter().map(|(_, verdict)| *verdict).eq(verdicts), "{name}");
    }
}

#[test]
fn graded_items_give_mirts_probabilities_information_and_scores() {
    let known = oracle("calibration_polytomous.json");
    let items: Vec<Item> = numbers(&known["mirt_grm"]["a"])
        .into_iter()
        .zip(known["mirt_grm"]["b"].as_array().unwrap())
        .map(|(a, b): (f64, &Value)| Item::Graded { a, b: numbers(b) })
        .collect();
    for (row, theta) in numbers(&known["theta"]).into_iter().enumerate() {
        for (number, item) in items.iter().enumerate() {
            close(&item.probabilities(theta), &numbers(&known["mirt_grm_prob"][number][row]), 1e-12);
        }
        let information: Vec<f64> = items.iter().map(|item| item.information(theta)).collect();
        close(&information, &numbers(&known["mirt_grm_info"][row]), 1e-12);
    }
    let persons = answers(&table("grm_600x12.csv").1, 0);
    let grid = Grid::normal(61, -6.0, 6.0, Rule::Rectangle);
    for (answers, expected) in persons.iter().zip(known["mirt_grm_EAP_first30"].as_array().unwrap()) {
        let eap = grid.eap(&items, answers);
        close(&[eap.theta, eap.se], &numbers(expected), 1e-9);
    }
    let distributions = oracle("lord_wingersky.json");
    for (row, theta) in numbers(&distributions["grm12"]["theta"]).into_iter().enumerate() {
        let (header, rows) = (0, &distributions["grm12"]["dist"][row]);
        assert_eq!(score_distribution::at(&items, theta).len(), rows.as_array().unwrap().len() + header);
    }
}

#[test]
fn sympson_hetter_holds_every_item_below_its_target() {
    let bank = bank("bank60.csv");
    let rules = Rules { max_items: 10, ..Rules::default() };
    let grid = Grid::normal(33, -4.0, 4.0, Rule::Trapezoid);
    let free = item_bank::measure::simulate::adaptive(&bank, &rules, &grid, 300, 1);
    let held = item_bank::measure::exposure::sympson_hetter(&bank, &rules, &grid, 0.3, 300, 8, 1);
    let most = |rates: &[f64]| rates.iter().copied().fold(0.0, f64::max);
    assert!(most(&free.exposure) > 0.9);
    // Simulation error of a rate of .3 among 300 persons is .026.
    assert!(most(&held.rate) < 0.42, "{}", most(&held.rate));
    assert!(held.k.iter().all(|k| (0.0..=1.0).contains(k)));
}
