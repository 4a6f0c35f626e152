use item_bank::measure::agreement::{Confusion, Metric, Weights, fleiss, intraclass, kendall_w, krippendorff};
use item_bank::measure::classical;
use item_bank::measure::facets::{Options, Rating, Steps, facets};

use super::{answers, close, numbers, oracle, table};

fn ratings(name: &str) -> Vec<Vec<Option<f64>>> {
    table(name).1.iter().map(|row| row.iter().map(|cell| cell.parse().ok()).collect()).collect()
}

fn complete() -> Vec<Vec<f64>> {
    ratings("ratings_4x250_complete.csv").into_iter().map(|unit| unit.into_iter().flatten().collect()).collect()
}

#[test]
fn kappas_are_those_of_scikit_learn_and_irr() {
    let pairs: Vec<_> = ratings("ratings_2x250.csv").iter().map(|row| (row[0], row[1])).collect();
    let two = Confusion::new(&pairs).unwrap();
    let known = &oracle("raters_R.json")["kappa_2x250"];
    let of = |name: &str| known[name].as_f64().unwrap();
    let found = [Weights::Quadratic, Weights::Linear, Weights::Unweighted].map(|weights| two.kappa(weights).unwrap());
    close(&found, &[of("irr_qwk"), of("irr_linear"), of("irr_unweighted")], 1e-9);
    close(&[two.within(0.0), two.within(1.0), two.pearson().unwrap()], &[of("exact_agree"), of("adjacent_agree"), of("pearson")], 1e-9);
    let half = 1.959_963_984_540_054 * two.kappa_se().unwrap();
    close(
        &[found[2] - half, found[2] + half],
        &[known["psych_ci"][0][0].as_f64().unwrap(), known["psych_ci"][0][2].as_f64().unwrap()],
        1e-9,
    );
}

#[test]
fn krippendorffs_alpha_is_that_of_its_definition() {
    let known = oracle("raters_python.json");
    let metrics = [("nominal", Metric::Nominal), ("ordinal", Metric::Ordinal), ("interval", Metric::Interval), ("ratio", Metric::Ratio)];
    for (file, key) in [("ratings_4x250_complete.csv", "kripp_complete"), ("ratings_4x250_missing.csv", "kripp_missing")] {
        let units = ratings(file);
        for (name, metric) in metrics {
            close(&[krippendorff(&units, metric).unwrap()], &[known[key][name].as_f64().unwrap()], 1e-12);
        }
    }
    let example = &oracle("raters_R.json")["krippendorff_2011"];
    let raters: Vec<Vec<Option<f64>>> = example["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row.as_array().unwrap().iter().map(|value| value.as_f64()).collect())
        .collect();
    let units: Vec<Vec<Option<f64>>> = (0..raters[0].len()).map(|unit| raters.iter().map(|row| row[unit]).collect()).collect();
    let found: Vec<f64> = metrics.iter().map(|(_, metric)| krippendorff(&units, *metric).unwrap()).collect();
    close(&found, &numbers(&example["published"]), 5.1e-4);
}

#[test]
fn intraclass_correlations_are_those_of_psych_and_of_the_paper() {
    let known = oracle("raters_R.json");
    let found = intraclass(&complete()).unwrap();
    for expected in known["icc_psych"].as_array().unwrap() {
        let ours = found.iter().find(|icc| expected["type"] == icc.kind).unwrap();
        let of = |name: &str| expected[name].as_f64().unwrap();
        close(&[ours.icc, ours.f, ours.df1, ours.df2], &[of("ICC"), of("F"), of("df1"), of("df2")], 1e-9);
        close(&[ours.lower, ours.upper], &[of("lower bound"), of("upper bound")], 1e-9);
    }
    let paper = &known["shrout_fleiss_1979"];
    let units: Vec<Vec<f64>> = paper["data"].as_array().unwrap().iter().map(numbers).collect();
    let found: Vec<f64> = intraclass(&units).unwrap().iter().map(|icc| icc.icc).collect();
    close(&found, &numbers(&paper["psych"]), 1e-9);
}

#[test]
fn concordance_and_fleiss_are_those_of_irr() {
    let known = oracle("raters_R.json");
    close(&[kendall_w(&complete(), true).unwrap()], &[known["kendall_w"].as_f64().unwrap()], 1e-9);
    close(&[fleiss(&complete()).unwrap()], &[known["fleiss_kappa"].as_f64().unwrap()], 1e-9);
}

#[test]
fn rater_severities_are_those_of_tam() {
    let (_, rows) = table("mfrm_400.csv");
    let mut persons: Vec<&String> = rows.iter().map(|row| &row[0]).collect();
    persons.dedup();
    let ratings: Vec<Rating> = rows
        .iter()
        .flat_map(|row| {
            let person = persons.iter().position(|name| **name == row[0]).unwrap();
            let rater = row[1][1..].parse::<usize>().unwrap() - 1;
            let one = move |(criterion, cell): (usize, &String)| Rating { person, rater, criterion, category: cell.parse().unwrap() };
            row[2..].iter().enumerate().map(one)
        })
        .collect();
    let known = oracle("mfrm.json");
    for (name, steps) in [("TAM_rsm", Steps::RatingScale), ("TAM_pcm", Steps::PartialCredit)] {
        let expected = &known[name];
        let found = facets(&ratings, &Options::new(steps)).unwrap();
        assert!(found.converged);
        let place =
            |parameter: &str| expected["parameter"].as_array().unwrap().iter().position(|known| known.as_str() == Some(parameter)).unwrap();
        for (number, criterion) in found.criteria.iter().enumerate() {
            let at = place(&format!("c{}", number + 1));
            close(&[criterion.xsi], &[expected["xsi"][at].as_f64().unwrap()], 5e-4);
            close(&[criterion.se_alone], &[expected["se"][at].as_f64().unwrap()], 5e-4);
        }
        for (number, rater) in found.raters.iter().enumerate() {
            close(&[rater.xsi], &[expected["xsi"][place(&format!("raterr{}", number + 1))].as_f64().unwrap()], 5e-4);
        }
        for (table, steps) in found.steps.iter().enumerate() {
            for (step, parameter) in steps.iter().enumerate() {
                let one = format!("step{}", step + 1);
                let name = if found.steps.len() == 1 { one } else { format!("c{}:{one}", table + 1) };
                close(&[parameter.xsi], &[expected["xsi"][place(&name)].as_f64().unwrap()], 5e-4);
            }
        }
        close(&[found.variance], &[expected["var"].as_f64().unwrap()], 2e-3);
        close(&[found.deviance], &[expected["deviance"].as_f64().unwrap()], 1e-3);
        if name == "TAM_rsm" {
            let persons = &known["TAM_person_first30"];
            close(&found.persons[..30].iter().map(|p| p.eap).collect::<Vec<_>>(), &numbers(&persons["EAP"]), 1e-3);
            close(&found.persons[..30].iter().map(|p| p.sd).collect::<Vec<_>>(), &numbers(&persons["SD"]), 1e-3);
            close(&found.persons[..30].iter().map(|p| p.wle.unwrap()).collect::<Vec<_>>(), &numbers(&persons["WLE"]), 2e-3);
            close(&[found.eap_reliability], &[known["TAM_EAP_reliability"].as_f64().unwrap()], 1e-3);
        }
    }
}

#[test]
fn classical_analysis_is_that_of_psych() {
    let known = &oracle("ctt.json")["calib"];
    let found = classical::analyse(&answers(&table("calib2pl_1000x30.csv").1, 0)).unwrap();
    let each = |pick: fn(&classical::ItemAnalysis) -> f64| found.items.iter().map(pick).collect::<Vec<f64>>();
    close(&each(|i| i.p), &numbers(&known["p"]), 1e-9);
    close(&each(|i| i.rit.unwrap()), &numbers(&known["rit"]), 1e-9);
    close(&each(|i| i.rir.unwrap()), &numbers(&known["rir"]), 1e-9);
    close(&each(|i| i.alpha_if_deleted.unwrap()), &numbers(&known["alpha_if_deleted"]), 1e-9);
    close(&each(|i| i.d27.unwrap()), &numbers(&known["D_27"]), 1e-9);
    let of = |name: &str| known[name].as_f64().unwrap();
    let ours =
        [found.alpha.unwrap(), found.std_alpha.unwrap(), found.guttman6.unwrap(), found.total_mean, found.total_sd, found.sem.unwrap()];
    close(&ours, &["alpha", "std_alpha", "guttman6", "total_mean", "total_sd", "sem"].map(of), 1e-9);
    let interval = numbers(&known["feldt_ci"]);
    close(&found.feldt_ci.unwrap(), &[interval[0], interval[2]], 1e-9);
}
