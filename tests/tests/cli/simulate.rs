//! `ijkpunt measure simulate`: a pool and rules before they go live, and whether forecasts come true.

use std::fs;
use std::process::Command;

use serde_json::Value;
use tests::process::binary;

/// A bank of sixty items in three areas, and a test of fifteen more.
fn bank(folder: &std::path::Path) -> std::path::PathBuf {
    let mut csv = "item,a,b,c,area\n".to_owned();
    for n in 0..60 {
        let area = ["R", "L", "V"][n / 20];
        csv += &format!("P{n:02},{:.1},{:.2},0,{area}\n", 0.9 + 0.1 * (n % 5) as f64, -2.3 + 0.24 * (n % 20) as f64);
    }
    for n in 0..15 {
        csv += &format!("T{n:02},1.1,{:.2},0,R\n", -1.7 + 0.15 * f64::from(n));
    }
    let path = folder.join("bank.csv");
    fs::write(&path, csv).unwrap();
    path
}

fn simulate(bank: &std::path::Path, options: &[&str]) -> Result<Value, String> {
    let out = Command::new(binary()).args(["measure", "simulate", "--bank"]).arg(bank).args(options).output().unwrap();
    match out.status.success() {
        true => Ok(serde_json::from_slice(&out.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&out.stderr).into_owned()),
    }
}

#[test]
fn exposure_control_holds_an_item_back_and_content_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(folder.path());
    let grid = ["--grid", "41", "--range", "-4,4", "--persons", "300", "--stop-se", "0", "--max-items", "12"];
    let shares = ["--content", "R=.34,L=.33,V=.33"];
    let run = |more: &[&str]| simulate(&bank, &[&grid[..], &shares[..], more].concat()).unwrap();
    let most = |found: &Value| found["exposure"].as_array().unwrap().iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    let (free, held) = (run(&[]), run(&["--max-exposure", "0.4"]));
    assert!(most(&free) > 0.9 && most(&held) < 0.5, "{} {}", most(&free), most(&held));
    let content: Vec<f64> = held["content"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    assert!(content.iter().all(|share| (share - 1.0 / 3.0).abs() < 0.02), "{content:?}");
    assert_eq!(run(&[]), free, "the same seed gives the same figures");
}

#[test]
fn forecasts_from_an_adaptive_pre_screening_come_true() {
    let folder = tempfile::tempdir().unwrap();
    let bank = bank(folder.path());
    let options = ["--persons", "1500", "--grid", "41", "--range", "-4,4", "--criterion", "mepv", "--stop-se", "0", "--test", "T00..T14"];
    let found = simulate(&bank, &[&options[..], &["--cut", "9", "--adaptive", "--decided", ".1,.9"]].concat()).unwrap();
    let number = |road: &str, name: &str| found[road][name].as_f64().unwrap();
    assert!(number("posterior", "ece") < 0.04, "{}", found["posterior"]);
    assert!(number("posterior", "brier") <= number("plugin", "brier"));
    assert!(simulate(&bank, &["--test", "T00..T14", "--cut", "9", "--decided", ".1,.9"]).is_err(), "--decided is for an adaptive test");
    assert!(simulate(&bank, &["--persons", "0"]).unwrap_err().contains("--persons"));
}
