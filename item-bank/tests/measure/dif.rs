use item_bank::measure::dif::{self, Effect, EtsClass, Grouped, MantelHaenszel};

use super::{close, numbers, oracle, table};

fn groups(names: &[&str]) -> Grouped {
    let (_, rows) = table("dif_1600x20.csv");
    let place = |row: &Vec<String>| names.iter().position(|name| *name == row[0]);
    let kept: Vec<&Vec<String>> = rows.iter().filter(|row| place(row).is_some()).collect();
    Grouped {
        persons: kept.iter().map(|row| row[1..].iter().map(|cell| cell.parse().unwrap()).collect()).collect(),
        groups: kept.iter().map(|row| place(row).unwrap()).collect(),
    }
}

fn two() -> Grouped {
    groups(&["L0", "L1"])
}

#[test]
fn mantel_haenszel_is_that_of_difr() {
    let data = two();
    let known = &oracle("dif.json")["MH_L0_L1"];
    let all = vec![true; 20];
    let each = |continuity: bool, pick: fn(&MantelHaenszel) -> f64| -> Vec<f64> {
        (0..20).map(|item| pick(&dif::mantel_haenszel(&data, item, &all, continuity))).collect()
    };
    close(&each(true, |m| m.chisq), &numbers(&known["chisq"]), 1e-9);
    close(&each(false, |m| m.chisq), &numbers(&known["chisq_nocorrect"]), 1e-9);
    close(&each(true, |m| m.alpha), &numbers(&known["alphaMH"]), 1e-9);
    close(&each(true, |m| m.var_lambda), &numbers(&known["varLambda"]), 1e-9);
    close(&each(true, |m| m.delta), &numbers(&known["deltaMH"]), 1e-9);
}

#[test]
fn purification_ends_where_difrs_does() {
    let known = &oracle("dif.json")["MH_L0_L1"]["purified"];
    let found = dif::purified(&two(), true, 0.05, 10);
    close(&found.items.iter().map(|m| m.chisq).collect::<Vec<_>>(), &numbers(&known["chisq"]), 1e-9);
    close(&found.items.iter().map(|m| m.alpha).collect::<Vec<_>>(), &numbers(&known["alphaMH"]), 1e-9);
    assert_eq!(found.flagged.iter().map(|item| (item + 1) as f64).collect::<Vec<_>>(), numbers(&known["flagged"]));
    assert!(found.converged);
}

#[test]
fn logistic_regression_is_that_of_difr() {
    let data = two();
    let known = oracle("dif.json");
    for (name, effect) in [("logistic_both", Effect::Both), ("logistic_udif", Effect::Uniform), ("logistic_nudif", Effect::NonUniform)] {
        let found: Vec<_> = (0..20).map(|item| dif::logistic(&data, item, &[true; 20], effect).unwrap()).collect();
        close(&found.iter().map(|f| f.stat).collect::<Vec<_>>(), &numbers(&known[name]["stat"]), 1e-8);
        // difR's R² underflows when the null deviance is above 1490, and then lacks Nagelkerke's divisor.
        for (item, theirs) in numbers(&known[name]["deltaR2"]).into_iter().enumerate() {
            let share = data.persons.iter().map(|person| f64::from(person[item])).sum::<f64>() / data.persons.len() as f64;
            let null = -2.0 * data.persons.len() as f64 * (share * share.ln() + (1.0 - share) * (1.0 - share).ln());
            if null < 1480.0 {
                close(&[found[item].delta_r2], &[theirs], 1e-9);
            }
        }
    }
}

#[test]
fn standardisation_and_breslow_day_are_those_of_difr() {
    let data = two();
    let known = oracle("dif.json");
    let pdif: Vec<f64> = (0..20).map(|item| dif::standardisation(&data, item, &[true; 20])).collect();
    close(&pdif, &numbers(&known["std_pdif"]["PDIF"]), 1e-9);
    let found: Vec<_> = (0..20).map(|item| dif::breslow_day(&data, item, &[true; 20])).collect();
    assert_eq!(found.iter().map(|f| f.df as f64).collect::<Vec<_>>(), numbers(&known["breslow_day"]["df"]));
    // difR prints four decimals.
    close(&found.iter().map(|f| f.chisq).collect::<Vec<_>>(), &numbers(&known["breslow_day"]["BD"]), 5.1e-5);
}

#[test]
fn four_groups_are_compared_as_difr_does() {
    let data = groups(&["L0", "L1", "L2", "L3"]);
    let known = oracle("dif.json");
    let stat: Vec<f64> = (0..20).map(|item| dif::generalised_mantel_haenszel(&data, item, &[true; 20], 4).unwrap().stat).collect();
    close(&stat, &numbers(&known["GMH_4groups"]["stat"]), 1e-8);
    let stat: Vec<f64> = (0..20).map(|item| dif::logistic_groups(&data, item, &[true; 20], Effect::Both, 4).unwrap().stat).collect();
    close(&stat, &numbers(&known["genLogistic_4groups"]["stat"]), 1e-7);
}

#[test]
fn sibtest_is_that_of_difr() {
    let data = two();
    let known = &oracle("dif.json")["sibtest"];
    let found: Vec<_> = (0..20).map(|item| dif::sibtest(&data, item, &[true; 20], 5).unwrap()).collect();
    close(&found.iter().map(|f| f.beta).collect::<Vec<_>>(), &numbers(&known["beta"]), 1e-9);
    close(&found.iter().map(|f| f.chisq).collect::<Vec<_>>(), &numbers(&known["X2"]), 1e-8);
}

#[test]
fn a_class_needs_both_size_and_significance() {
    let found = |delta: f64, se: f64, p: f64| MantelHaenszel { chisq: 0.0, p, alpha: 1.0, var_lambda: 0.0, delta, se_delta: se };
    assert_eq!(dif::ets_class(&found(0.9, 0.1, 0.001)), EtsClass::A);
    assert_eq!(dif::ets_class(&found(2.5, 2.0, 0.2)), EtsClass::A);
    assert_eq!(dif::ets_class(&found(-1.2, 0.3, 0.001)), EtsClass::B);
    assert_eq!(dif::ets_class(&found(1.6, 0.5, 0.001)), EtsClass::B);
    assert_eq!(dif::ets_class(&found(-2.0, 0.3, 0.001)), EtsClass::C);
}

#[test]
fn a_small_group_is_shrunk_towards_the_other_items() {
    let data = two();
    let found: Vec<MantelHaenszel> = (0..20).map(|item| dif::mantel_haenszel(&data, item, &[true; 20], true)).collect();
    let mean = found.iter().map(|m| m.delta).sum::<f64>() / 20.0;
    for (raw, shrunk) in found.iter().zip(dif::empirical_bayes(&found)) {
        let shrunk = shrunk.unwrap();
        assert!((shrunk.delta - mean).abs() <= (raw.delta - mean).abs());
        assert!((shrunk.class_probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn many_tests_raise_every_p_value_and_keep_their_order() {
    let adjusted = dif::benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005]);
    close(&adjusted, &[0.02, 0.04, 0.04, 0.02], 1e-15);
    close(&dif::holm(&[0.01, 0.04, 0.03, 0.005]), &[0.03, 0.06, 0.06, 0.02], 1e-15);
    close(&dif::holm(&[0.6, 0.9]), &[1.0, 1.0], 1e-15);
}

#[test]
fn the_curve_of_an_item_that_favours_a_group_lies_above_the_others() {
    let data = two();
    let curves = dif::curves(&data, 4, &[true; 20], 2, 5);
    let persons: usize = curves.iter().flatten().map(|band| band.persons).sum();
    assert_eq!(persons, data.persons.len());
    for (reference, focal) in curves[0].iter().zip(&curves[1]).skip(1).take(3) {
        let share = |band: &dif::Band| band.right as f64 / band.persons as f64;
        assert!(share(reference) > share(focal), "{reference:?} {focal:?}");
    }
}
