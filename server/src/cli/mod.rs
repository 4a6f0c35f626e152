//! The command line. Commands that need no database run without one.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod backup;
mod bench;
mod bench_bank;
mod bench_hall;
mod bench_live;
mod bench_room;
mod bench_server;
mod bench_start;
mod bench_table;
mod export;
mod extract;
mod import;
mod item;
mod item_check;
mod measure;
mod policy;
mod report;
pub mod serve;
mod test;

#[derive(Parser)]
#[command(name = "ijkpunt", version, about = "The platform for civic language tests")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the web apps and the API, and work in the background
    Serve,
    /// Serve a worked example, with made-up people and an account for every role
    Demo {
        /// Start over: remove the database and the media of the data folder first
        #[arg(long)]
        fresh: bool,
    },
    /// Work in the background without serving
    Work,
    /// Bring the database's schema up to date
    Migrate,
    /// Copy the database and the media to a new folder, while the product serves
    Backup { folder: PathBuf },
    /// Put a backup back into an empty data folder or database, and prove that it is whole
    Restore { folder: PathBuf },
    /// Check the paper trail
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Measure: score, choose items, calibrate, analyse, from CSV to CSV and JSON
    Measure(measure::Measure),
    /// Mark, check and deliver QTI items from files
    Item(item::ItemArgs),
    /// Run QTI tests from files
    Test(test::TestArgs),
    /// Measure a hall of candidates on an empty database: saves beside the bare database, starts, whole journeys, and many at their own pace
    Bench {
        /// Measure instead how soon the room's screen shows what so many candidates do
        #[arg(long)]
        watched: Option<usize>,
        /// Candidates who work at their own pace
        #[arg(long, default_value_t = 10_000)]
        candidates: usize,
        /// Seconds between a candidate's answers
        #[arg(long, default_value_t = 30)]
        every: u64,
        /// Seconds that they work
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// Measure instead a package of so many items, in and out
        #[arg(long, conflicts_with = "candidates")]
        items: Option<usize>,
        /// Measure instead so many stored attempts marked again
        #[arg(long, conflicts_with_all = ["candidates", "items"])]
        remark: Option<usize>,
        /// Candidates who start within a minute
        #[arg(long, default_value_t = 1000)]
        starts: usize,
    },
    /// Bring in records of earlier years, and items
    Import {
        #[command(subcommand)]
        command: import::Import,
    },
    /// Write what the item bank holds to a file
    Export {
        #[command(subcommand)]
        command: export::Export,
    },
    /// Write single tests to a file, under the pseudonyms of a research project
    Extract(extract::Extract),
    /// Count a table of the yearly report; `report list` tells which there are
    Report(report::Report),
    /// Try the dated rules on cases
    Policy {
        #[command(subcommand)]
        command: policy::PolicyCommand,
    },
    /// Print the description of the interface (OpenAPI)
    Openapi,
}

#[derive(Subcommand)]
enum AuditCommand {
    /// Walk the whole chain of hashes; exits 1 when it is broken
    Verify,
}

pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        Command::Serve => serve::serve(),
        Command::Demo { fresh } => serve::demo(fresh),
        Command::Work => serve::work(),
        Command::Migrate => serve::migrate(),
        Command::Backup { folder } => backup::backup(&folder),
        Command::Restore { folder } => backup::restore(&folder),
        Command::Audit { command: AuditCommand::Verify } => serve::verify_audit(),
        Command::Measure(measure) => measure::run(&measure),
        Command::Item(args) => item::run(args),
        Command::Test(args) => test::run(args),
        Command::Bench { watched: Some(candidates), seconds, .. } => bench_live::run(candidates, seconds),
        Command::Bench { items: Some(items), .. } => bench_bank::items(items),
        Command::Bench { remark: Some(attempts), .. } => bench_bank::remark(attempts),
        Command::Bench { candidates, every, seconds, starts, .. } => bench::run(bench::Size { candidates, every, seconds, starts }),
        Command::Import { command } => import::run(&command),
        Command::Export { command } => export::run(&command),
        Command::Extract(extract) => extract::run(&extract),
        Command::Report(report) => report::run(&report),
        Command::Policy { command } => policy::run(&command),
        Command::Openapi => print_openapi(),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("ijkpunt: {error}");
        ExitCode::from(2)
    })
}

/// A failed command says why in a sentence, whatever failed.
pub(crate) type Outcome = Result<ExitCode, Box<dyn std::error::Error + Send + Sync>>;

fn print_openapi() -> Outcome {
    item::print_text(&format!("{}\n", crate::http::routes::openapi().to_pretty_json()?))?;
    Ok(ExitCode::SUCCESS)
}
