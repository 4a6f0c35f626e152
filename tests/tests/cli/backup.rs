//! The restore drill: a backup made while people work comes back whole, on another machine, without the keys being in it.

use ijkpunt::config::embedded_url;
use ijkpunt::entity::{media_files, recording_slices};
use ijkpunt::media::MediaStore;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, Statement};
use serde_json::json;
use sha2::{Digest, Sha256};
use tests::process::{Installation, stderr, stdout};
use tests::{Backend, PASSWORD};

async fn drill(backend: Backend) {
    let here = Installation::new(backend).await;
    let serving = here.serve();
    let credentials = json!({ "username": "balie.atlas", "password": PASSWORD });
    serving.user().post("/api/session", credentials.clone()).await.ok();

    // Somebody keeps working while the copy is made.
    let stranger = serving.user();
    let work = tokio::spawn(async move {
        for n in 0..20 {
            stranger.post("/api/session", json!({ "username": format!("niemand{n}"), "password": "x" })).await;
        }
    });
    let folder = here.folder.path().join("backup");
    let made = here.run(&["backup", folder.to_str().unwrap()]);
    assert!(made.status.success(), "{}", stderr(&made));
    work.await.unwrap();
    let again = here.run(&["backup", folder.to_str().unwrap()]);
    assert_eq!(again.status.code(), Some(2), "a backup is never written over another");
    serving.kill();

    let there = Installation::new(backend).await;
    let restored = there.run(&["restore", folder.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", stderr(&restored));
    assert!(stdout(&restored).contains("the audit log is intact"), "{}", stdout(&restored));
    assert!(!folder.join("keys").exists());
    let (before, after) = (holdings(&here).await, holdings(&there).await);
    assert!(before.iter().filter(|(_, rows)| *rows > 0).count() > 7, "there was something to bring back: {before:?}");
    assert_eq!(before, after, "every row came back");
    media_are_what_their_names_say(&there).await;
    std::fs::copy(here.folder.path().join("keys"), there.folder.path().join("keys")).unwrap();
    there.serve().user().post("/api/session", credentials).await.ok();

    let twice = there.run(&["restore", folder.to_str().unwrap()]);
    assert!(!twice.status.success(), "a restore goes into an empty place only");
}

async fn database(of: &Installation) -> DatabaseConnection {
    let url = of.database_url.clone().unwrap_or_else(|| embedded_url(of.folder.path()));
    ijkpunt::db::connect(&url).await.unwrap()
}

/// How many rows there are of what nobody wrote while the copy was made.
async fn holdings(of: &Installation) -> Vec<(&'static str, i64)> {
    let db = database(of).await;
    let mut counts = Vec::new();
    for table in [
        "candidates",
        "enrolments",
        "bookings",
        "attempts",
        "answers",
        "recording_slices",
        "marks",
        "results",
        "orders",
        "payments",
        "certificates",
        "decisions",
        "media_files",
        "test_facts",
    ] {
        let count = Statement::from_string(db.get_database_backend(), format!("SELECT count(*) FROM {table}"));
        counts.push((table, db.query_one_raw(count).await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()));
    }
    db.close().await.unwrap();
    counts
}

/// Each file that the database names is there, with the bytes of its hash.
async fn media_are_what_their_names_say(of: &Installation) {
    let (db, media) = (database(of).await, MediaStore::new(of.folder.path().join("media")));
    let mut hashes: Vec<Vec<u8>> = media_files::Entity::find().all(&db).await.unwrap().into_iter().map(|file| file.sha256).collect();
    hashes.extend(recording_slices::Entity::find().all(&db).await.unwrap().into_iter().map(|slice| slice.sha256));
    for hash in hashes {
        let bytes = media.get(&hash).await.unwrap();
        assert_eq!(Sha256::digest(&bytes).as_slice(), hash);
    }
    db.close().await.unwrap();
}

fn damaged(backend: Backend) {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let here = Installation::new(backend).await;
        assert!(here.run(&["migrate"]).status.success());
        let folder = here.folder.path().join("backup");
        assert!(here.run(&["backup", folder.to_str().unwrap()]).status.success());
        let database = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.is_file() && !path.ends_with("manifest.json"))
            .unwrap();
        let mut bytes = std::fs::read(&database).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&database, bytes).unwrap();
        let there = Installation::new(backend).await;
        let refused = there.run(&["restore", folder.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains("is not what was backed up"), "{}", stderr(&refused));
        assert!(!there.folder.path().join("ijkpunt.db").exists(), "nothing was restored");
    });
}

#[test]
fn a_backup_made_while_people_work_comes_back_whole_on_sqlite() {
    tokio::runtime::Runtime::new().unwrap().block_on(drill(Backend::Sqlite));
}

#[test]
fn a_backup_made_while_people_work_comes_back_whole_on_postgres() {
    tokio::runtime::Runtime::new().unwrap().block_on(drill(Backend::Postgres));
}

#[test]
fn a_backup_of_which_one_bit_changed_is_refused() {
    damaged(Backend::Sqlite);
    damaged(Backend::Postgres);
}
