//! A wall clock that was set moves no deadline. While somebody sits a test the product keeps to the time it had, also in a process that is started
//! meanwhile on the same machine; between tests it follows the wall clock.

use std::path::{Path, PathBuf};

use chrono::Duration;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use crate::app::Ijkpunt;
use crate::entity::attempts;
use crate::entity::enums::AttemptStatus;

/// Less than this is the time between two readings.
const NOISE: Duration = Duration::milliseconds(50);
/// An attempt that was begun longer ago holds the clock no more: it was forgotten.
const LONGEST_TEST: Duration = Duration::hours(12);
/// Another number after each start of the machine, from which the steady time counts.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// At the start of a process: takes up the time that the processes before it kept to, if somebody is sitting a test by it.
pub async fn take_up(ijkpunt: &Ijkpunt) -> Result<(), DbErr> {
    let (Some(ours), Some(kept)) = (ijkpunt.clock.offset(), read(&ijkpunt.config.data)) else {
        remember(ijkpunt);
        return Ok(());
    };
    ijkpunt.clock.set_offset(kept);
    if ijkpunt.clock.behind().abs() > NOISE && somebody_sits(ijkpunt).await? {
        tracing::warn!(
            seconds = ijkpunt.clock.behind().num_seconds(),
            "the machine's clock was set while tests are sat: they keep their time"
        );
        return Ok(());
    }
    ijkpunt.clock.set_offset(ours);
    remember(ijkpunt);
    Ok(())
}

/// Once in a while: follows a wall clock that was set, when nobody's time depends on it.
pub async fn follow(ijkpunt: &Ijkpunt) -> Result<(), DbErr> {
    if ijkpunt.clock.behind().abs() > NOISE && !somebody_sits(ijkpunt).await? {
        tracing::warn!(seconds = ijkpunt.clock.behind().num_seconds(), "the machine's clock was set: following it");
        ijkpunt.clock.follow();
        remember(ijkpunt);
    }
    Ok(())
}

/// For the next process of this machine.
fn remember(ijkpunt: &Ijkpunt) {
    if let Some(offset) = ijkpunt.clock.offset()
        && let Err(error) = write(&ijkpunt.config.data, offset)
    {
        tracing::warn!(%error, "the time cannot be kept for the next process");
    }
}

async fn somebody_sits(ijkpunt: &Ijkpunt) -> Result<bool, DbErr> {
    let now = ijkpunt.clock.now();
    let sitting = attempts::Entity::find()
        .filter(attempts::Column::Status.is_in([AttemptStatus::Running, AttemptStatus::Paused]))
        .filter(attempts::Column::StartedAt.gt(now - LONGEST_TEST))
        .filter(attempts::Column::StartedAt.lte(now))
        .count(&ijkpunt.db)
        .await?;
    Ok(sitting > 0)
}

fn file(data: &Path) -> PathBuf {
    data.join("clock")
}

/// The number of an earlier process, if the machine was not started again since.
fn read(data: &Path) -> Option<i64> {
    let boot = std::fs::read_to_string(BOOT_ID).ok()?;
    let text = std::fs::read_to_string(file(data)).ok()?;
    text.strip_prefix(boot.trim())?.trim().parse().ok()
}

fn write(data: &Path, offset: i64) -> std::io::Result<()> {
    let boot = std::fs::read_to_string(BOOT_ID)?;
    // Renamed, so that nobody reads half a number.
    let partial = data.join(format!("clock.{}", std::process::id()));
    std::fs::write(&partial, format!("{} {offset}\n", boot.trim()))?;
    std::fs::rename(partial, file(data))
}
