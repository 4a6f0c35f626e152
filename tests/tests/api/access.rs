//! Logging in, and what happens to those who may not.

use ijkpunt::audit::{self, Verified};
use ijkpunt::entity::audit_log;
use ijkpunt::entity::enums::{AgencyCode, Role};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;
use tests::both;

both! {
    async fn a_member_of_staff_logs_in_sees_who_they_are_and_logs_out(app) {
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        let me = clerk.get("/api/session").await.ok();
        assert_eq!(me["agencies"][0]["code"], "atlas");
        assert_eq!(me["agencies"][0]["roles"], json!(["desk"]));
        assert_eq!(clerk.delete("/api/session").await.status, StatusCode::NO_CONTENT);
        assert_eq!(clerk.get("/api/session").await.code(), "not-logged-in");
    }

    async fn a_wrong_password_and_an_unknown_name_are_refused_alike_and_too_many_tries_are_stopped(app) {
        let stranger = app.anonymous();
        for _ in 0..8 {
            let answer = stranger.post("/api/session", json!({ "username": "niemand", "password": "x" })).await;
            assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, "wrong-credentials"));
        }
        assert_eq!(stranger.post("/api/session", json!({ "username": "niemand", "password": "x" })).await.code(), "too-many-tries");
        app.ijkpunt.clock.advance(chrono::Duration::minutes(16));
        assert_eq!(stranger.post("/api/session", json!({ "username": "niemand", "password": "x" })).await.code(), "wrong-credentials");
    }

    async fn a_session_ends_after_two_idle_hours(app) {
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        app.ijkpunt.clock.advance(chrono::Duration::minutes(119));
        assert_eq!(clerk.get("/api/session").await.status, StatusCode::OK);
        app.ijkpunt.clock.advance(chrono::Duration::minutes(121));
        assert_eq!(clerk.get("/api/session").await.code(), "not-logged-in");
    }

    async fn a_request_from_another_site_changes_nothing(app) {
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        let forged = clerk.http.delete(format!("{}/api/session", app.url)).send().await.unwrap();
        assert_eq!(forged.status(), StatusCode::FORBIDDEN);
        let forged = clerk.http.delete(format!("{}/api/session", app.url)).header("X-IJkpunt", "1").header("Origin", "https://elders.example").send().await.unwrap();
        assert_eq!(forged.status(), StatusCode::FORBIDDEN);
        assert_eq!(clerk.get("/api/session").await.status, StatusCode::OK);
    }

    async fn a_body_that_is_wrong_says_where_in_the_callers_language(app) {
        let stranger = app.anonymous();
        let unknown = stranger.post("/api/session", json!({ "username": "a", "password": "b", "admin": true })).await;
        assert_eq!((unknown.status, unknown.field_code("/admin")), (StatusCode::UNPROCESSABLE_ENTITY, "unknown-field"));
        let missing = stranger.post("/api/session", json!({ "username": "a" })).await;
        assert_eq!(missing.field_code("/password"), "required");
        let wrong = stranger.post("/api/session", json!({ "username": 5, "password": "b" })).await;
        assert_eq!(wrong.field_code("/username"), "wrong-type");
        let french = stranger.http.post(format!("{}/api/session", app.url)).header("X-IJkpunt", "1").header("Accept-Language", "fr-BE").body("{").send().await.unwrap();
        assert_eq!(french.headers()["content-type"], "application/problem+json");
        assert_eq!(french.headers()["content-language"], "fr");
        let body: serde_json::Value = french.json().await.unwrap();
        assert_eq!(body["title"], "La requête n'est pas du JSON valide.");
    }

    async fn the_paper_trail_shows_what_was_changed_behind_its_back(app) {
        let clerk = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        clerk.post("/api/session", json!({ "username": "iemand", "password": "x" })).await;
        let rows = audit_log::Entity::find().all(&app.ijkpunt.db).await.unwrap();
        assert_eq!(audit::verify(&app.ijkpunt.db).await.unwrap(), Verified::Intact { rows: rows.len() as i64 });
        app.ijkpunt.db.execute_unprepared("UPDATE audit_log SET action = 'nothing' WHERE seq = 1").await.unwrap();
        assert_eq!(audit::verify(&app.ijkpunt.db).await.unwrap(), Verified::Broken { seq: 1, what: "it was changed" });
        app.ijkpunt.db.execute_unprepared("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)").await.unwrap();
        app.ijkpunt.db.execute_unprepared("UPDATE audit_log SET action = 'login.succeeded' WHERE seq = 1").await.unwrap();
        assert!(matches!(audit::verify(&app.ijkpunt.db).await.unwrap(), Verified::Broken { what: "rows are missing at the end", .. }));
    }
}
