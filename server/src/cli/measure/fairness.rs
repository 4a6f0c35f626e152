//! `measure dif`.

use std::path::PathBuf;

use clap::Args;
use item_bank::measure::dif::{self, Effect, Grouped, MantelHaenszel};
use serde_json::{Value, json};

use super::persons::Answers;
use super::table::BadInput;
use super::{Format, json_text, print_table};

#[derive(Args)]
pub struct Dif {
    /// CSV with a column that says the group, and one column for each item with 0 or 1
    #[arg(long)]
    responses: PathBuf,
    /// Column of the group
    #[arg(long, default_value = "group")]
    group: String,
    /// Name of the reference group; the first one in the file when left out
    #[arg(long)]
    reference: Option<String>,
    /// Names of the focal groups; several are compared all at once. All others when left out
    #[arg(long, value_delimiter = ',')]
    focal: Vec<String>,
    /// No continuity correction for Mantel-Haenszel
    #[arg(long)]
    no_correction: bool,
    /// Take items that Mantel-Haenszel flags out of the matching score, until the same are flagged
    #[arg(long)]
    purify: bool,
    /// Columns that are no items
    #[arg(long, value_delimiter = ',')]
    ignore: Vec<String>,
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
}

pub fn run(options: &Dif) -> Result<String, BadInput> {
    let not_items: Vec<&str> = options.ignore.iter().map(String::as_str).chain([options.group.as_str()]).collect();
    let answers = Answers::read(&options.responses, &not_items)?;
    let column = answers.table.column(&options.group)?;
    let groups: Vec<&String> = answers.table.rows.iter().map(|row| &row.cells[column]).collect();
    let mut present: Vec<&String> = Vec::new();
    groups.iter().filter(|name| !name.is_empty()).for_each(|name| {
        if !present.contains(name) {
            present.push(name)
        }
    });
    let reference = options.reference.as_ref().or(present.first().copied()).cloned().unwrap_or_default();
    let focal: Vec<String> = if options.focal.is_empty() {
        present.iter().filter(|name| ***name != reference).map(|name| (*name).clone()).collect()
    } else {
        options.focal.clone()
    };
    let names: Vec<&String> = std::iter::once(&reference).chain(&focal).collect();
    if let Some(unknown) = names.iter().find(|name| !present.contains(name)) {
        return Err(answers.table.wrong(None, Some(&options.group), format!("nobody is in the group `{unknown}`")));
    }
    if focal.is_empty() {
        return Err(answers.table.wrong(None, Some(&options.group), "there is only one group"));
    }
    let whole = answers.whole()?;
    let kept = whole.into_iter().zip(&groups).filter_map(|(person, name)| Some((person, names.iter().position(|known| known == name)?)));
    let (persons, groups) = kept.unzip();
    let data = Grouped { persons, groups };
    let rows: Vec<Vec<(&'static str, Value)>> =
        if focal.len() == 1 { two_groups(options, &answers, &data) } else { many_groups(&answers, &data, names.len()) };
    let header: Vec<&str> = rows.first().into_iter().flatten().map(|(name, _)| *name).collect();
    if options.format == Format::Json {
        let items: Vec<Value> = rows
            .into_iter()
            .map(|row| row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<serde_json::Map<_, _>>().into())
            .collect();
        return Ok(json_text(&json!({ "reference": reference, "focal": focal, "persons": data.persons.len(), "items": items })));
    }
    print_table(Format::Csv, &header, rows.iter().map(|row| row.iter().map(|(_, value)| value.clone()).collect()).collect())
}

fn two_groups(options: &Dif, answers: &Answers, data: &Grouped) -> Vec<Vec<(&'static str, Value)>> {
    let items = data.items();
    let continuity = !options.no_correction;
    let mut matching = vec![true; items];
    if options.purify {
        dif::purified(data, continuity, 0.05, 10).flagged.into_iter().for_each(|item| matching[item] = false);
    }
    let found: Vec<MantelHaenszel> = (0..items).map(|item| dif::mantel_haenszel(data, item, &matching, continuity)).collect();
    let shrunk = dif::empirical_bayes(&found);
    let p: Vec<f64> = found.iter().map(|item| item.p).collect();
    let (adjusted, holm) = (dif::benjamini_hochberg(&p), dif::holm(&p));
    let row = |item: usize| {
        let mh = &found[item];
        let [both, uniform, non_uniform] =
            [Effect::Both, Effect::Uniform, Effect::NonUniform].map(|effect| dif::logistic(data, item, &matching, effect));
        let breslow_day = dif::breslow_day(data, item, &matching);
        let sibtest = dif::sibtest(data, item, &matching, 5);
        vec![
            ("item", json!(answers.items[item])),
            ("chisq", json!(mh.chisq)),
            ("p", json!(mh.p)),
            ("p_adjusted", json!(adjusted[item])),
            ("p_holm", json!(holm[item])),
            ("alphaMH", json!(mh.alpha)),
            ("varLambda", json!(mh.var_lambda)),
            ("deltaMH", json!(mh.delta)),
            ("se_deltaMH", json!(mh.se_delta)),
            ("ets", json!(dif::ets_class(mh))),
            ("in_score", json!(u8::from(matching[item]))),
            ("deltaEB", json!(shrunk[item].map(|eb| eb.delta))),
            ("se_deltaEB", json!(shrunk[item].map(|eb| eb.se))),
            ("logistic_both", json!(both.map(|l| l.stat))),
            ("deltaR2_both", json!(both.map(|l| l.delta_r2))),
            ("logistic_udif", json!(uniform.map(|l| l.stat))),
            ("deltaR2_udif", json!(uniform.map(|l| l.delta_r2))),
            ("logistic_nudif", json!(non_uniform.map(|l| l.stat))),
            ("deltaR2_nudif", json!(non_uniform.map(|l| l.delta_r2))),
            ("PDIF", json!(dif::standardisation(data, item, &matching))),
            ("BD", json!(breslow_day.chisq)),
            ("BD_df", json!(breslow_day.df)),
            ("BD_p", json!(breslow_day.p)),
            ("sibtest_beta", json!(sibtest.map(|s| s.beta))),
            ("sibtest_X2", json!(sibtest.map(|s| s.chisq))),
            ("sibtest_p", json!(sibtest.map(|s| s.p))),
        ]
    };
    (0..items).map(row).collect()
}

fn many_groups(answers: &Answers, data: &Grouped, groups: usize) -> Vec<Vec<(&'static str, Value)>> {
    let matching = vec![true; data.items()];
    let row = |item: usize| {
        let mantel = dif::generalised_mantel_haenszel(data, item, &matching, groups);
        let logistic = dif::logistic_groups(data, item, &matching, Effect::Both, groups);
        vec![
            ("item", json!(answers.items[item])),
            ("GMH", json!(mantel.map(|m| m.stat))),
            ("GMH_df", json!(mantel.map(|m| m.df))),
            ("GMH_p", json!(mantel.map(|m| m.p))),
            ("genLogistic", json!(logistic.map(|l| l.stat))),
            ("genLogistic_df", json!(logistic.map(|l| l.df))),
            ("genLogistic_p", json!(logistic.map(|l| l.p))),
        ]
    };
    (0..data.items()).map(row).collect()
}
