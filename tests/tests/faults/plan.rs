//! What goes wrong, and when, from a seed.

use std::time::Duration;

use tests::Backend;

use crate::dice::Dice;
use crate::machine::Machine;

/// Things that happen to a machine. The processes 0 and 1 serve, 2 works.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    Kill { process: usize },
    Stop { process: usize },
    KillDatabase { down: Duration },
    FreezeDatabase { time: Duration },
    FillDisk { time: Duration },
    SlowDisk { time: Duration, milliseconds: u64 },
    SetClock { seconds: i64 },
}

impl Fault {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill { .. } => "process killed",
            Self::Stop { .. } => "process stopped",
            Self::KillDatabase { .. } => "database killed",
            Self::FreezeDatabase { .. } => "database frozen",
            Self::FillDisk { .. } => "disk full",
            Self::SlowDisk { .. } => "disk slow",
            Self::SetClock { .. } => "clock set",
        }
    }
}

/// The pause before the next fault, and the fault.
pub fn next(dice: &mut Dice) -> (Duration, Fault) {
    let pause = Duration::from_millis(dice.between(300, 1500));
    let time = Duration::from_millis(dice.between(200, 1200));
    let fault = match dice.between(0, 100) {
        0..25 => Fault::Kill { process: dice.between(0, 3) as usize },
        25..40 => Fault::Stop { process: dice.between(0, 3) as usize },
        40..50 => Fault::KillDatabase { down: time },
        50..60 => Fault::FreezeDatabase { time },
        60..75 => Fault::FillDisk { time },
        75..85 => Fault::SlowDisk { time: time * 2, milliseconds: dice.between(20, 300) },
        _ => Fault::SetClock { seconds: dice.between(0, 14_400) as i64 - 7200 },
    };
    (pause, fault)
}

pub async fn happen(machine: &Machine, fault: Fault) {
    match fault {
        Fault::Kill { process } => machine.kill(process),
        Fault::Stop { process } => machine.stop(process),
        Fault::KillDatabase { down } => machine.kill_database(down).await,
        Fault::FreezeDatabase { time } => machine.freeze_database(time).await,
        Fault::FillDisk { time } => machine.fill_disk(time).await,
        Fault::SlowDisk { time, milliseconds } => machine.slow_disk(time, milliseconds).await,
        Fault::SetClock { seconds } => machine.step_clock(seconds),
    }
}

/// The name of a database in a report.
pub fn name(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    }
}
