//! Whole attempts while everything goes wrong that can: processes, database, network, disk and clock. At the end nothing that was acknowledged is
//! lost, nothing is there twice, no deadline has moved, and all that follows a test was done once.
//!
//! `make test` runs this with 300 attempts, `make soak` with 10,000. The seed is printed; FAULTS_SEED runs it again, FAULTS_ATTEMPTS sets how many.
//! The faults and what each candidate does are drawn from the seed; how they meet is up to the machine.

mod candidate;
mod dice;
mod machine;
mod network;
mod plan;
mod verdict;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ijkpunt::crypto::Place;
use ijkpunt::entity::enums::{Band, FormPart, JobStatus, Level, Part, SessionKind};
use ijkpunt::entity::{bookings, candidates, enrolments, forms, jobs};
use ijkpunt::ids::BookingId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;
use tests::hall::{Hall, Kiosk, choice_item};
use tests::{Backend, TestApp, User};
use tokio::sync::{Mutex, Semaphore};

use candidate::{Candidate, Sat, Sort};
use dice::Dice;
use machine::Machine;
use network::Network;

/// Kiosks of a hall, and so candidates at once.
const KIOSKS: usize = 24;
/// Attempts of an installation: after so many everything is looked at, and another one begins.
const EVENING: usize = 150;
/// The time limit of those who are hurried.
pub const HURRIED_SECONDS: u64 = 6;
const QUESTIONS: usize = 6;

/// What a hall sat, on its way to the verdict.
struct Evening {
    sat: Vec<Sat>,
    faults: BTreeMap<&'static str, usize>,
    requests: (u64, u64),
    took: Duration,
}

fn parameter(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn everything_goes_wrong_on(backend: Backend) {
    // One after the other: each wants the whole machine.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let attempts = parameter("FAULTS_ATTEMPTS").unwrap_or(300) as usize / 2;
    let seed = parameter("FAULTS_SEED").unwrap_or_else(|| std::time::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64);
    for first in (0..attempts).step_by(EVENING) {
        let (seed, count) = (seed + (first / EVENING) as u64, EVENING.min(attempts - first));
        println!("{}: {count} attempts, FAULTS_SEED={seed}", plan::name(backend));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let evening = runtime.block_on(evening(backend, seed, count));
        report(backend, seed, &evening);
    }
}

#[test]
fn nothing_is_lost_whatever_goes_wrong_on_sqlite() {
    everything_goes_wrong_on(Backend::Sqlite);
}

#[test]
fn nothing_is_lost_whatever_goes_wrong_on_postgres() {
    everything_goes_wrong_on(Backend::Postgres);
}

fn report(backend: Backend, seed: u64, evening: &Evening) {
    let sum = |count: fn(&Sat) -> usize| evening.sat.iter().map(count).sum::<usize>();
    println!(
        "{} {seed}: {} attempts, {} answers acknowledged, {} late, {} recordings, {} browsers killed, {} sittings taken back, {} of {} requests disturbed, {:?}, in {:.0} s",
        plan::name(backend),
        evening.sat.len(),
        sum(|sat| sat.given.values().filter(|given| given.acknowledged).count()),
        sum(|sat| sat.given.values().filter(|given| given.late).count()),
        sum(|sat| sat.recordings.len()),
        sum(|sat| sat.resumed),
        sum(|sat| sat.taken_back),
        evening.requests.1,
        evening.requests.0,
        evening.faults,
        evening.took.as_secs_f64()
    );
}

async fn evening(backend: Backend, seed: u64, count: usize) -> Evening {
    let begun = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let mut machine = Machine::new(backend, folder.path());
    let app = TestApp::on_empty(backend, folder, machine.database_url.clone()).await;
    app.ijkpunt.clock.advance(chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()) - app.ijkpunt.clock.now());
    let dice = Dice::new(seed);
    let hall = Hall::new(&app, SessionKind::First).await;
    let people = prepare(&hall, &dice, count).await;
    let mut kiosks = Vec::new();
    for n in 0..KIOSKS.min(count) {
        kiosks.push(hall.kiosk(&format!("Kiosk {n}")).await);
    }
    let network = Network::before(machine.ports.clone()).await;
    machine.start();
    let machine = Arc::new(machine);
    let over = Arc::new(AtomicBool::new(false));
    let breaking = tokio::spawn(break_things(machine.clone(), dice.child(u64::MAX), over.clone()));
    let sat = sit_all(people, kiosks, &hall.invigilator, &network, &dice).await;
    over.store(true, Ordering::SeqCst);
    let faults = breaking.await.unwrap();
    network.calm();
    let verifying = ijkpunt::db::connect(&machine.database_url).await.unwrap();
    let ijkpunt = ijkpunt::app::Ijkpunt { db: verifying, ..app.ijkpunt.clone() };
    work_is_done(&ijkpunt).await;
    let mut found = verdict::faults(&ijkpunt, &sat).await;
    let Ok(mut machine) = Arc::try_unwrap(machine) else { panic!("nobody breaks the machine any more") };
    found.extend(machine.finish());
    assert!(found.is_empty(), "FAULTS_SEED={seed} on {}:\n{}", plan::name(backend), found.join("\n"));
    Evening { sat, faults, requests: network.counts(), took: begun.elapsed() }
}

/// The papers and the people of an evening.
async fn prepare(hall: &Hall<'_>, dice: &Dice, count: usize) -> Vec<(Sort, BookingId)> {
    let questions = |name: &str| (0..QUESTIONS).map(|n| (choice_item(&format!("{name}-{n}")), Level::A2, false)).collect::<Vec<_>>();
    hall.form(FormPart::Reading, Some(Band::A1A2), questions("lezen"), json!({})).await;
    hall.form(FormPart::Speaking, Some(Band::A1A2), questions("spreken"), json!({})).await;
    let hurried = hall.form(FormPart::Listening, Some(Band::A1A2), questions("luisteren"), json!({})).await;
    let db = &hall.app.ijkpunt.db;
    forms::Entity::update_many()
        .col_expr(forms::Column::TimeLimitSeconds, Expr::value(HURRIED_SECONDS as i64))
        .filter(forms::Column::Id.eq(hurried))
        .exec(db)
        .await
        .unwrap();
    hall.open().await;
    let mut people = Vec::new();
    for n in 0..count {
        let (sort, part) = match dice.child(n as u64).between(0, 10) {
            0..6 => (Sort::Reading, Part::Reading),
            6..8 => (Sort::Hurried, Part::Listening),
            _ => (Sort::Speaking, Part::Speaking),
        };
        let booking = hall.candidate("Samira", &format!("Achahbar {n}"), &[part]).await;
        let row = bookings::Entity::find_by_id(booking).one(db).await.unwrap().unwrap();
        enrolments::Entity::update_many()
            .col_expr(enrolments::Column::Required, Expr::value(json!({ part.as_str(): "A1" })))
            .filter(enrolments::Column::Id.eq(row.enrolment_id))
            .exec(db)
            .await
            .unwrap();
        let place = Place { table: "candidates", column: "email_enc", row: row.candidate_id.0 };
        candidates::Entity::update_many()
            .col_expr(candidates::Column::EmailEnc, Expr::value(hall.app.ijkpunt.keys.seal(place, "samira@ijkpunt.test")))
            .filter(candidates::Column::Id.eq(row.candidate_id))
            .exec(db)
            .await
            .unwrap();
        people.push((sort, booking));
    }
    people
}

async fn sit_all(people: Vec<(Sort, BookingId)>, kiosks: Vec<Kiosk>, invigilator: &User, network: &Network, dice: &Dice) -> Vec<Sat> {
    let seats = Arc::new(Semaphore::new(kiosks.len()));
    let free = Arc::new(Mutex::new(kiosks));
    let invigilator = User { url: network.url.clone(), ..invigilator.clone() };
    let mut sitting = Vec::new();
    for (n, (sort, booking)) in people.into_iter().enumerate() {
        let (seats, free, url, invigilator) = (seats.clone(), free.clone(), network.url.clone(), invigilator.clone());
        let dice = dice.child(1_000_000 + n as u64);
        sitting.push(tokio::spawn(async move {
            let _seat = seats.acquire().await.unwrap();
            let kiosk = free.lock().await.pop().unwrap();
            let at = Kiosk { url, ..kiosk.clone() };
            let sat = Candidate { sort, booking, invigilator, kiosk: at, dice }.sit().await;
            free.lock().await.push(kiosk);
            sat
        }));
    }
    let mut sat = Vec::new();
    for one in sitting {
        sat.push(one.await.unwrap());
    }
    sat
}

/// Draws faults until the candidates are done; answers how many there were of each sort.
async fn break_things(machine: Arc<Machine>, mut dice: Dice, over: Arc<AtomicBool>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    while !over.load(Ordering::SeqCst) {
        let (pause, fault) = plan::next(&mut dice);
        tokio::time::sleep(pause).await;
        // However slow the machine is, something gets done between two faults.
        while !machine.serves().await && !over.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        *counts.entry(fault.name()).or_insert(0) += 1;
        plan::happen(&machine, fault).await;
    }
    counts
}

/// Waits until the workers have caught up, with the leases of those that were killed.
async fn work_is_done(ijkpunt: &ijkpunt::app::Ijkpunt) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        let left = jobs::Entity::find()
            .filter(jobs::Column::Status.is_in([JobStatus::Queued, JobStatus::Running]))
            .count(&ijkpunt.db)
            .await
            .unwrap_or(u64::MAX);
        if left == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
