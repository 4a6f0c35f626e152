//! The measurement engine against the numbers of other software. `../oracle/README.md` names software and settings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

mod calibration;
mod classification;
mod dif;
mod raters;
mod scoring;

use std::path::PathBuf;

use item_bank::measure::{Item, Response};
use serde_json::Value;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(name)
}

fn oracle(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(name)).unwrap()).unwrap()
}

/// A CSV file without quoted commas: header and rows.
fn table(name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(path("data").join(name)).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<String>>());
    (lines.next().unwrap(), lines.collect())
}

fn answers(rows: &[Vec<String>], skip: usize) -> Vec<Vec<Response>> {
    rows.iter().map(|row| row.iter().skip(skip).map(|cell| cell.parse().ok()).collect()).collect()
}

fn bank(name: &str) -> Vec<Item> {
    let (header, rows) = table(name);
    let column = |name: &str| header.iter().position(|known| known == name).unwrap();
    let [a, b, c] = ["a", "b", "c"].map(column);
    rows.iter().map(|row| Item::Logistic { a: row[a].parse().unwrap(), b: row[b].parse().unwrap(), c: row[c].parse().unwrap() }).collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

#[track_caller]
fn close(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (place, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        assert!((ours - theirs).abs() <= tolerance, "at {place}: {ours} is not {theirs} within {tolerance}");
    }
}
