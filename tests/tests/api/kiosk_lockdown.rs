//! What a site asks of the browser at its kiosks, and what kiosks tell the room of themselves.

use ijkpunt::entity::enums::{AgencyCode, Part, Role, SessionKind};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tests::hall::{Hall, Kiosk};
use tests::{Answer, both};

fn hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

const ORIGIN: &str = "http://ijkpunt.test";

/// Starts a sitting while showing this.
async fn start(kiosk: &Kiosk, code: &str, headers: &[(&str, String)]) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    kiosk.send(Method::POST, "/start", &headers, json!({ "code": code, "language": "nl" }).to_string().as_bytes()).await
}

both! {
    async fn a_site_can_require_safe_exam_browser(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        let kiosk = hall.kiosk("Kiosk 1").await;
        let booking = hall.candidate("Samira", "Achahbar", &[Part::Reading]).await;
        let code = hall.seat(booking, &kiosk).await;
        let path = format!("/api/sites/{}/lockdown", hall.site);
        let open = hall.admin.get(&path).await.ok();
        assert_eq!((&open["seb_required"], &open["exam_keys"]), (&json!(false), &json!([])));
        let exam_key = hash("a version of SEB");
        let changed = hall.admin.put(&path, json!({ "seb_required": true, "exam_keys": [exam_key.to_uppercase()] })).await.ok();
        assert_eq!(changed["exam_keys"], json!([exam_key]));
        let config_key = changed["config_key"].as_str().unwrap();

        let at = format!("{ORIGIN}/api/kiosk/start");
        let config = |address: &str| hash(&format!("{address}{config_key}"));
        let exam = |address: &str| hash(&format!("{address}{exam_key}"));
        let headers = |config: String, exam: String| vec![("X-SafeExamBrowser-ConfigKeyHash", config), ("X-SafeExamBrowser-RequestHash", exam)];
        let page = format!("{ORIGIN}/kiosk/");
        let told = |page: &str| vec![("X-Seb-Page", page.to_owned()), ("X-Seb-Config-Key", config(page)), ("X-Seb-Exam-Key", exam(page))];
        for wrong in [
            vec![],
            headers(config(&at), hash("x")),
            headers(hash("x"), exam(&at)),
            // The request's own host counts for nothing.
            headers(config(&format!("{}/api/kiosk/start", app.url)), exam(&format!("{}/api/kiosk/start", app.url))),
            // Nor does a page that is not the kiosk's.
            told(&format!("{ORIGIN}/desk/")),
            told("http://elsewhere.test/kiosk/"),
        ] {
            let refused = start(&kiosk, &code, &wrong).await;
            assert_eq!((refused.status.as_u16(), refused.code()), (403, "seb-required"), "{wrong:?}");
        }
        assert_eq!(kiosk.get("/me").await.code(), "seb-required");
        start(&kiosk, &code, &headers(config(&at), exam(&at))).await.ok();
        // What its JavaScript API told the page does as well, where it sends no headers.
        kiosk.send(Method::GET, "/me", &told(&page).iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>(), b"").await.ok();
    }

    async fn the_file_opens_the_kiosk_and_nothing_else(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let file = hall.admin.get(&format!("/api/sites/{}/kiosk.seb", hall.site)).await;
        assert_eq!(file.headers["content-type"], "application/seb");
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(text.contains("<key>startURL</key>\n<string>http://ijkpunt.test/kiosk/</string>"), "{text}");
        assert!(text.contains("<key>quitURL</key>\n<string>http://ijkpunt.test/kiosk/quit</string>"));
    }

    async fn only_the_own_administrator_changes_a_lockdown(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let path = format!("/api/sites/{}/lockdown", hall.site);
        let body = json!({ "seb_required": true, "exam_keys": [] });
        let other = app.user(AgencyCode::Atlas, &[Role::Admin]).await;
        assert_eq!(other.put(&path, body.clone()).await.code(), "not-found");
        assert_eq!(hall.invigilator.put(&path, body).await.code(), "forbidden");
        let wrong = hall.admin.put(&path, json!({ "seb_required": true, "exam_keys": ["abc"] })).await;
        assert_eq!(wrong.field_code("/exam_keys/0"), "exam-key-shape");
        assert_eq!(other.get(&format!("/api/sites/{}/kiosk.seb", hall.site)).await.code(), "not-found");
    }

    async fn a_kiosk_tells_the_room_of_itself_without_drowning_it(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        let (kiosk, booking, _) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let tell = |kind: &str, ago_ms: i64| json!({ "incidents": [{ "kind": kind, "seconds": 12, "ago_ms": ago_ms }] });
        kiosk.post("/incidents", tell("kiosk-focus-lost", 3000)).await.ok();
        kiosk.post("/incidents", tell("kiosk-focus-lost", 0)).await.ok();
        kiosk.post("/incidents", tell("kiosk-full-screen-left", 0)).await.ok();
        let incidents = hall.room().await["incidents"].clone();
        let kinds: Vec<&Value> = incidents.as_array().unwrap().iter().map(|incident| &incident["kind"]).collect();
        assert_eq!(kinds, [&json!("kiosk-full-screen-left"), &json!("kiosk-focus-lost")]);
        assert_eq!((&incidents[1]["text"], &incidents[1]["booking_id"]), (&json!("12 s"), &json!(booking)));
        app.ijkpunt.clock.advance(chrono::Duration::seconds(61));
        kiosk.post("/incidents", tell("kiosk-focus-lost", 0)).await.ok();
        assert_eq!(hall.room().await["incidents"].as_array().unwrap().len(), 3);
        assert_eq!(kiosk.post("/incidents", tell("written", 0)).await.field_code("/incidents/0/kind"), "out-of-range");
    }
}
