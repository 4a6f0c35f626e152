//! The restore drill: a backup made while people work comes back whole, on another machine, without the keys being in it.

use serde_json::json;
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
    std::fs::copy(here.folder.path().join("keys"), there.folder.path().join("keys")).unwrap();
    there.serve().user().post("/api/session", credentials).await.ok();

    let twice = there.run(&["restore", folder.to_str().unwrap()]);
    assert!(!twice.status.success(), "a restore goes into an empty place only");
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
