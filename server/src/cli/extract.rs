//! `ijkpunt extract`: single tests under the pseudonyms of a research project.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::Outcome;
use super::serve::{block_on, open};
use crate::config::Config;
use crate::entity::enums::AgencyCode;
use crate::entity::research_projects;
use crate::statistics::files::FileFormat;
use crate::statistics::report::{Asked, moment};
use crate::statistics::{extract, research};

#[derive(Args)]
pub struct Extract {
    /// The project, whose key makes the pseudonyms; it is begun when there is none of this name
    #[arg(long)]
    project: String,
    /// Why tests may be given to a project that is begun now: the contract or decision
    #[arg(long, default_value = "")]
    ground: String,
    /// csv, xlsx or parquet
    #[arg(long, value_enum, default_value = "csv")]
    format: FileFormat,
    #[arg(long, conflicts_with = "as_of")]
    snapshot: Option<Uuid>,
    /// As the records stood at the end of this day
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Of one agency: agii, atlas, amal or hvn
    #[arg(long)]
    agency: Option<AgencyCode>,
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub fn run(asked: &Extract) -> Outcome {
    block_on(async {
        let ijkpunt = open(Config::from_env()?).await?;
        let found = research_projects::Entity::find()
            .filter(research_projects::Column::Name.eq(&asked.project))
            .filter(research_projects::Column::ClosedAt.is_null())
            .one(&ijkpunt.db)
            .await?;
        let project = match found {
            Some(project) => project,
            None if asked.ground.trim().is_empty() => {
                return Err(format!(
                    "there is no project {:?}; to begin it, say with --ground why tests may be given to it",
                    asked.project
                )
                .into());
            }
            None => research::create(&ijkpunt, None, None, asked.project.trim(), asked.ground.trim()).await?,
        };
        let key = research::key(&ijkpunt, &project).ok_or("the project's key cannot be opened with the configured keys")?;
        let of = Asked { snapshot: asked.snapshot, as_of: asked.as_of, ..Asked::default() };
        let (moment, _) = moment(&ijkpunt.db, of, ijkpunt.clock.now()).await?;
        let agency = asked.agency.map(AgencyCode::as_str);
        let progress = |done: u64| {
            if done.is_multiple_of(100_000) {
                eprintln!("{done} tests");
            }
        };
        let total = extract::write(&ijkpunt.db, moment, agency, &key, asked.format, &asked.out, progress).await?;
        println!("{total} tests written to {}.", asked.out.display());
        ijkpunt.db.close().await?;
        Ok(ExitCode::SUCCESS)
    })
}
