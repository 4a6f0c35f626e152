//! The machine-readable credential beside a paper, checked by verifiers that are not ours (npm's and PyPI's), and files that somebody shows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ijkpunt::entity::certificates;
use ijkpunt::entity::enums::{AgencyCode, CertificateStatus, Level, Part, Role, SessionKind};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::hall::Hall;
use tests::journey::{FOUR_SKILLS, Person, a2, mark};
use tests::{Answer, TestApp, User, both};

/// Somebody who passed everything, and their newest paper.
async fn certified<'a>(hall: &'a Hall<'a>) -> (Person<'a>, certificates::Model) {
    let person = Person::new(hall, "Zoë", "Öztürk-Łukasik", "nationality", a2()).await;
    for part in FOUR_SKILLS {
        person.reaches(part, Level::A2).await;
    }
    hall.app.work().await;
    let paper = newest(hall.app, &person).await;
    (person, paper)
}

async fn newest(app: &TestApp, person: &Person<'_>) -> certificates::Model {
    let papers = certificates::Entity::find().filter(certificates::Column::EnrolmentId.eq(person.enrolment));
    papers.order_by_desc(certificates::Column::Id).one(&app.ijkpunt.db).await.unwrap().unwrap()
}

fn verifiers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("verifiers")
}

/// Hands JSON to a verifier and answers what it says.
async fn ask(program: &Path, script: &str, input: Value) -> Value {
    let (program, script) = (program.to_owned(), verifiers().join(script));
    tokio::task::spawn_blocking(move || {
        let child = Command::new(&program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{}: {error}; run scripts/install-test-tools.sh", program.display()));
        child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    })
    .await
    .unwrap()
}

/// What npm's verifiers make of a document.
async fn by_npm(app: &TestApp, credential: &Value) -> Value {
    let input = json!({ "url": app.url, "origin": app.ijkpunt.config.public_origin, "credential": credential, "now": app.ijkpunt.clock.now().to_rfc3339() });
    ask(Path::new("node"), "verify.mjs", input).await
}

/// What PyPI's verifiers make of a token.
async fn by_pypi(app: &TestApp, token: &str) -> Value {
    let stranger = app.anonymous();
    let keys = stranger.get("/api/issuers/amal/keys.json").await.ok();
    let did = stranger.get("/api/issuers/amal/did.json").await.ok()["id"].clone();
    let list = stranger.get("/api/issuers/amal/status-lists/1.jwt").await;
    let list = String::from_utf8(list.bytes).unwrap();
    let input = json!({ "token": token, "keys": keys, "did": did, "list": list });
    ask(&verifiers().join(".venv/bin/python"), "verify.py", input).await
}

async fn document(clerk: &User, paper: &certificates::Model) -> Value {
    clerk.get(&format!("/api/certificates/{}/credential", paper.id)).await.ok()
}

async fn token(clerk: &User, paper: &certificates::Model) -> String {
    String::from_utf8(clerk.get(&format!("/api/certificates/{}/credential?form=token", paper.id)).await.bytes).unwrap()
}

/// Shows a file to the public page.
async fn show(app: &TestApp, bytes: impl Into<Vec<u8>>) -> Value {
    let sent = reqwest::Client::new().post(format!("{}/api/verify-files", app.url)).body(bytes.into()).send().await.unwrap();
    Answer::read(sent).await.ok()
}

both! {
    async fn independent_verifiers_accept_both_forms_and_refuse_them_when_anything_changes(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let (_, paper) = certified(&hall).await;
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;

        let credential = document(&clerk, &paper).await;
        assert_eq!(by_npm(&app, &credential).await, json!({ "verified": true, "current": true, "errors": [] }));
        for (pointer, value) in [("/credentialSubject/result/0/value", "B2"), ("/credentialSubject/identifier/0/identityHash", "Zoe Öztürk-Łukasik"), ("/validFrom", "2026-06-01T09:00:01Z")] {
            let mut altered = credential.clone();
            *altered.pointer_mut(pointer).unwrap() = value.into();
            assert_eq!(by_npm(&app, &altered).await["verified"], false, "{pointer}");
            assert_eq!(show(&app, altered.to_string()).await["status"], "altered", "{pointer}");
        }

        let text = token(&clerk, &paper).await;
        let told = by_pypi(&app, &text).await;
        assert_eq!(told, json!({ "signature": true, "badge": true, "current": true, "error": null, "name": "Zoë Öztürk-Łukasik" }));
        let place = text.find('.').unwrap() + 40;
        let mut altered = text.clone().into_bytes();
        altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        assert_eq!(by_pypi(&app, &altered).await["signature"], false);
        assert_ne!(show(&app, altered).await["status"], "valid");
    }

    async fn a_revoked_paper_is_revoked_for_every_verifier_at_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let (_, paper) = certified(&hall).await;
        let office = app.user(AgencyCode::Amal, &[Role::Office]).await;
        let (credential, text) = (document(&office, &paper).await, token(&office, &paper).await);
        let revoked = office.post(&format!("/api/certificates/{}/revoke", paper.id), json!({ "reason": "Identiteitsfraude" })).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT);
        let told = by_npm(&app, &credential).await;
        assert_eq!(told["current"], false, "{told}");
        let told = by_pypi(&app, &text).await;
        assert_eq!((&told["signature"], &told["current"]), (&json!(true), &json!(false)), "{told}");
        assert_eq!(show(&app, credential.to_string()).await["status"], "revoked");
        assert_eq!(show(&app, text).await["status"], "revoked");
    }

    async fn a_file_that_somebody_shows_is_known_by_its_bytes_or_its_signature(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let (_, paper) = certified(&hall).await;
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        let pdf = clerk.get(&format!("/api/certificates/{}/pdf", paper.id)).await.bytes;

        let found = show(&app, pdf.clone()).await;
        assert_eq!((&found["status"], &found["number"], &found["stated_name"]), (&json!("valid"), &json!(paper.number), &Value::Null));
        let mut altered = pdf.clone();
        *altered.last_mut().unwrap() ^= 1;
        let told = show(&app, altered).await;
        assert_eq!((&told["status"], &told["number"]), (&json!("altered"), &Value::Null));
        assert_eq!(show(&app, "%PDF-1.7 something else").await["status"], "not_ours");

        let credential = document(&clerk, &paper).await;
        let found = show(&app, credential.to_string()).await;
        assert_eq!((&found["status"], &found["stated_name"]), (&json!("valid"), &json!("Zoë Öztürk-Łukasik")));
        // Members in another order and with spaces are the same document.
        assert_eq!(show(&app, serde_json::to_string_pretty(&credential).unwrap()).await["status"], "valid");
        let mut elsewhere = credential.clone();
        elsewhere["issuer"]["id"] = "did:web:elsewhere.example".into();
        assert_eq!(show(&app, elsewhere.to_string()).await["status"], "not_ours");
        for nothing in ["", "{", "{}[]", "abc", "a.b.c"] {
            assert_eq!(show(&app, nothing).await["status"], "unreadable", "{nothing}");
        }
        let large = reqwest::Client::new().post(format!("{}/api/verify-files", app.url)).body(vec![b'{'; 3 << 20]).send().await.unwrap();
        assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn keys_rotate_and_what_an_old_key_signed_stays_good(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let (_, first) = certified(&hall).await;
        let admin = app.user(AgencyCode::Amal, &[Role::Admin, Role::Office]).await;
        let amal = app.agency(AgencyCode::Amal).await;
        assert_eq!(admin.post("/api/issuer-keys/rotate", json!({ "agency_id": amal })).await.status, StatusCode::NO_CONTENT);
        let (_, second) = certified(&hall).await;
        for (paper, generation) in [(&first, "#key-1-ed25519"), (&second, "#key-2-ed25519")] {
            let credential = document(&admin, paper).await;
            assert!(credential["proof"]["verificationMethod"].as_str().unwrap().ends_with(generation));
            assert_eq!(by_npm(&app, &credential).await["verified"], true, "{generation}");
        }
        let elsewhere = app.user(AgencyCode::Atlas, &[Role::Admin]).await;
        assert_eq!(elsewhere.post("/api/issuer-keys/rotate", json!({ "agency_id": amal })).await.status, StatusCode::NOT_FOUND);
        let office = app.user(AgencyCode::Amal, &[Role::Office]).await;
        assert_eq!(office.post("/api/issuer-keys/rotate", json!({ "agency_id": amal })).await.status, StatusCode::FORBIDDEN);
    }

    async fn a_withdrawn_key_counts_no_more_and_its_papers_are_issued_anew(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let (person, paper) = certified(&hall).await;
        let admin = app.user(AgencyCode::Amal, &[Role::Admin, Role::Office]).await;
        let amal = app.agency(AgencyCode::Amal).await;
        let credential = document(&admin, &paper).await;
        let withdraw = json!({ "agency_id": amal, "generation": 1, "reason": "Laptop met de sleutel gestolen" });
        assert_eq!(admin.post("/api/issuer-keys/withdraw", json!({ "agency_id": amal, "generation": 9, "reason": "x" })).await.status, StatusCode::NOT_FOUND);
        assert_eq!(admin.post("/api/issuer-keys/withdraw", json!({ "agency_id": amal, "generation": 1, "reason": " " })).await.field_code("/reason"), "required");
        assert_eq!(admin.post("/api/issuer-keys/withdraw", withdraw.clone()).await.status, StatusCode::NO_CONTENT);
        assert_eq!(admin.post("/api/issuer-keys/withdraw", withdraw).await.code(), "key-withdrawn");
        assert_eq!(show(&app, credential.to_string()).await["status"], "key_withdrawn");
        assert_eq!(by_npm(&app, &credential).await["verified"], false);
        app.work().await;
        let anew = newest(&app, &person).await;
        assert_eq!(anew.supersedes_id, Some(paper.id));
        assert_eq!(by_npm(&app, &document(&admin, &anew).await).await["verified"], true);
    }

    async fn a_paper_about_one_part_is_issued_on_request_and_follows_its_result(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Zoë", "Peeters", "nationality", a2()).await;
        let reading = person.reaches(Part::Reading, Level::A2).await;
        app.work().await;
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        let path = format!("/api/enrolments/{}/certificates", person.enrolment);
        assert_eq!(clerk.post(&path, json!({ "part": "speaking" })).await.code(), "nothing-to-certify");
        assert_eq!(clerk.post(&path, json!({ "part": "dancing" })).await.field_code("/part"), "wrong-type");
        let elsewhere = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        assert_eq!(elsewhere.post(&path, json!({ "part": "reading" })).await.status, StatusCode::NOT_FOUND);
        clerk.post(&path, json!({ "part": "reading" })).await.ok();
        assert_eq!(clerk.post(&path, json!({ "part": "reading" })).await.code(), "already-certified");
        let paper = newest(&app, &person).await;
        assert_eq!((paper.part, paper.levels.clone()), (Some(Part::Reading), json!({ "reading": "A2" })));
        assert_eq!(by_npm(&app, &document(&clerk, &paper).await).await["verified"], true);

        mark(&app, &reading, Level::Below, "wrong key").await;
        app.work().await;
        assert_eq!(newest(&app, &person).await.status, CertificateStatus::Revoked, "the result that it rests on is gone");
    }

    async fn the_whole_paper_comes_beside_that_of_a_part(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Zoë", "Peeters", "nationality", a2()).await;
        person.reaches(Part::Reading, Level::A2).await;
        app.work().await;
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        clerk.post(&format!("/api/enrolments/{}/certificates", person.enrolment), json!({ "part": "reading" })).await.ok();
        for part in [Part::Listening, Part::Writing, Part::Speaking] {
            person.reaches(part, Level::A2).await;
        }
        app.work().await;
        let listed = clerk.get(&format!("/api/candidates/{}/certificates", person.candidate)).await.ok();
        let parts: Vec<&Value> = listed.as_array().unwrap().iter().map(|paper| &paper["part"]).collect();
        assert_eq!(parts, [&Value::Null, &json!("reading")]);
        let path = format!("/api/enrolments/{}/certificates", person.enrolment);
        assert_eq!(clerk.post(&path, json!({ "part": "writing" })).await.code(), "already-certified", "the whole paper says it");
    }

    async fn a_list_of_what_was_revoked_tells_nothing_of_when_or_whom(app) {
        let stranger = app.anonymous();
        for path in ["/api/issuers/nobody/did.json", "/api/issuers/amal/status-lists/2", "/api/issuers/amal/status-lists/x", "/api/issuers/amal/status-lists/0"] {
            assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let empty = stranger.get("/api/issuers/amal/status-lists/1").await;
        assert_eq!(empty.headers["access-control-allow-origin"], "*");
        assert_eq!(empty.headers["cache-control"], "public, max-age=300");
        assert_eq!(empty.ok()["credentialSubject"]["statusPurpose"], "revocation");
    }
}
