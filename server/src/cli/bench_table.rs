//! The one table that `bench` prints.

use std::time::Duration;

/// A row: what was done how often, how long each took whoever asked, and what it cost the server.
pub struct Row {
    pub database: &'static str,
    pub what: String,
    pub times: Vec<Duration>,
    pub seconds: f64,
    /// Of the server's process: processor time, and the most memory it held.
    pub cpu: Option<Duration>,
    pub memory: Option<u64>,
    /// On the wire, both ways.
    pub bytes: Option<u64>,
    pub failed: usize,
    pub of_bare: Option<String>,
}

impl Row {
    pub fn new(database: &'static str, what: impl Into<String>, mut times: Vec<Duration>, seconds: f64) -> Self {
        times.sort_unstable();
        Self { database, what: what.into(), times, seconds, cpu: None, memory: None, bytes: None, failed: 0, of_bare: None }
    }

    pub fn print(&self) {
        let count = self.times.len().max(1) as f64;
        let or_none = |text: Option<String>| text.unwrap_or_default();
        println!(
            "| {} | {} | {} | {:.0} | {:.1} | {:.1} | {:.1} | {} | {} | {} | {} | {} |",
            self.database,
            self.what,
            self.times.len(),
            self.times.len() as f64 / self.seconds,
            percentile(&self.times, 0.50),
            percentile(&self.times, 0.99),
            percentile(&self.times, 0.999),
            or_none(self.cpu.map(|cpu| format!("{:.2}", cpu.as_secs_f64() * 1000.0 / count))),
            or_none(self.memory.map(|megabytes| megabytes.to_string())),
            or_none(self.bytes.map(|bytes| format!("{:.0}", bytes as f64 / count))),
            self.failed,
            self.of_bare.clone().unwrap_or_default(),
        );
    }
}

pub fn print_heading() {
    println!(
        "| database | what | times | a second | p50 ms | p99 ms | p99.9 ms | server CPU ms each | server memory MB | bytes each | failed | of the bare database |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|");
}

pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let at = ((sorted.len().max(1) - 1) as f64 * share).round() as usize;
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
