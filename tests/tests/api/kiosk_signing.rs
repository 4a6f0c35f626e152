//! Requests of a kiosk are signed: what is changed on the way, made up, too old or sent again is refused.

use chrono::Duration;
use ijkpunt::entity::enums::{Part, SessionKind};
use ijkpunt::entity::media_plays;
use ijkpunt::kiosks::signing::DeviceKey;
use reqwest::{Method, StatusCode};
use sea_orm::EntityTrait;
use serde_json::json;
use std::sync::Arc;
use tests::hall::{Hall, Kiosk};
use tests::{Answer, both};

/// Sends the same bytes, signature and all, a second time.
async fn twice(request: reqwest::RequestBuilder) -> (Answer, Answer) {
    let again = request.try_clone().unwrap();
    (Answer::read(request.send().await.unwrap()).await, Answer::read(again.send().await.unwrap()).await)
}

fn save(seq: i64) -> Vec<u8> {
    let at = "2026-06-01T00:00:00Z";
    let event = json!({ "seq": seq, "position": 0, "response": { "r1": "a" }, "flagged": false, "client_at": at });
    json!({ "events": [event], "position": 0, "sent_at": at }).to_string().into_bytes()
}

both! {
    async fn a_request_that_was_signed_with_another_key_is_refused(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let thief = Kiosk { key: Arc::new(DeviceKey::generate().unwrap()), ..kiosk.clone() };
        assert_eq!(thief.get("/me").await.code(), "signature-wrong");
        assert_eq!(thief.save(&attempt, 1, 0, json!({"r1": "a"})).await.code(), "signature-wrong");
        assert_eq!(thief.resume_refused().await, "signature-wrong");
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
    }

    async fn what_was_changed_on_the_way_is_refused(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        let path = format!("/attempts/{attempt}/answers");
        let refused = async |request: reqwest::RequestBuilder| Answer::read(request.send().await.unwrap()).await;
        let body = kiosk.request(Method::POST, &path, &save(1)).body(save(2));
        assert_eq!(refused(body).await.code(), "signature-wrong");
        // The header stands twice, and the one that counts is not the one that was signed.
        let token = kiosk.request(Method::POST, &path, &save(1));
        let mut built = token.build().unwrap();
        built.headers_mut().insert("X-Attempt", "another".parse().unwrap());
        assert_eq!(Answer::read(kiosk.http.execute(built).await.unwrap()).await.code(), "signature-wrong");
        let mut built = kiosk.request(Method::POST, &path, &save(1)).build().unwrap();
        built.url_mut().set_query(Some("x=1"));
        assert_eq!(Answer::read(kiosk.http.execute(built).await.unwrap()).await.code(), "signature-wrong");
        for header in ["", "Kiosk", "Kiosk x.y.z", "Bearer x"] {
            let mut built = kiosk.request(Method::POST, &path, &save(1)).build().unwrap();
            built.headers_mut().insert("Authorization", header.parse().unwrap());
            let answer = Answer::read(kiosk.http.execute(built).await.unwrap()).await;
            assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "kiosk-unknown"), "{header}");
        }
        assert_eq!(kiosk.get("/sitting").await.ok()["current"]["last_seq"], 0);
    }

    async fn what_is_sent_again_is_taken_once(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let sound = hall.media("audio/ogg", b"OggS").await;
        let items = vec![(tests::hall::listening_item("l"), ijkpunt::entity::enums::Level::A1, false)];
        let media = json!({ "audio/bakker-dialoog-juist-b.opus": sound });
        hall.form(ijkpunt::entity::enums::FormPart::Listening, Some(ijkpunt::entity::enums::Band::A1A2), items, media).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Listening]).await;
        let play = json!({ "position": 0, "media": "m1" }).to_string().into_bytes();
        let (first, second) = twice(kiosk.request(Method::POST, &format!("/attempts/{attempt}/plays"), &play)).await;
        assert_eq!((first.ok()["plays"].as_i64(), second.code()), (Some(1), "request-replayed"));
        assert_eq!(media_plays::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap().plays, 1);
        let (first, second) = twice(kiosk.request(Method::POST, &format!("/attempts/{attempt}/answers"), &save(1))).await;
        assert_eq!((first.ok()["acknowledged"].as_i64(), second.code()), (Some(1), "request-replayed"));
        // A resume that was overheard takes nothing over.
        let (first, second) = twice(kiosk.request(Method::POST, "/resume", b"")).await;
        assert_eq!((first.ok()["current"]["epoch"].as_i64(), second.code()), (Some(2), "request-replayed"));
    }

    async fn a_request_that_was_kept_for_later_is_refused(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.heartbeat(&attempt).await.ok();
        let kept = kiosk.request(Method::POST, &format!("/attempts/{attempt}/answers"), &save(1));
        app.ijkpunt.clock.advance(Duration::seconds(70));
        let refused = Answer::read(kept.send().await.unwrap()).await;
        assert_eq!(refused.code(), "signature-stale");
        // The server says its time, by which the kiosk signs anew.
        assert_eq!(refused.body["facts"]["server_time"], app.ijkpunt.clock.now().timestamp_millis());
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        // What was taken is forgotten when its number is too old to be taken again.
        app.ijkpunt.clock.advance(Duration::minutes(10));
        ijkpunt::delivery::store::forget_requests(&app.ijkpunt.db, app.ijkpunt.clock.now()).await.unwrap();
        assert!(ijkpunt::entity::kiosk_requests::Entity::find().all(&app.ijkpunt.db).await.unwrap().is_empty());
    }

    async fn a_machine_that_was_replaced_is_told_so(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (old, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        old.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        let renewed = hall.admin.post(&format!("/api/kiosks/{}/code", old.id.as_str().unwrap()), json!({})).await.ok();
        // Until the code is used, the old machine goes on.
        old.save(&attempt, 2, 0, json!({"r1": "b"})).await.ok();
        let mut new = Kiosk::enrol(&app.url, renewed["code"].as_str().unwrap()).await;
        assert_eq!(new.id, old.id);
        // Its key is still at hand in the server's memory; the database decides.
        assert_eq!(old.get("/me").await.code(), "signature-wrong");
        let saved = old.save(&attempt, 3, 0, json!({"r1": "c"})).await;
        assert!(["signature-wrong", "taken-over"].contains(&saved.code()), "{}", saved.body);
        assert_eq!(new.resume().await.ok()["current"]["last_seq"], 2);
        new.save(&attempt, 3, 0, json!({"r1": "d"})).await.ok();
    }
}
