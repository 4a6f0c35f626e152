//! Orders, payments, receipts and the till.

use ijkpunt::audit::{self, Verified};
use ijkpunt::entity::enums::AgencyCode;
use ijkpunt::entity::payments;
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Answer, TestApp, both};
use uuid::Uuid;

use crate::desk::{Desk, desk, june};

/// A candidate with a seat and an unpaid order of EUR 180.
async fn with_order(app: &TestApp) -> (Desk, String, Value) {
    let desk = desk(app, AgencyCode::Atlas).await;
    let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
    let session = desk.session(desk.plan("first", june(3, 8))).await;
    desk.book(&session, &enrolment).await.ok();
    let order = desk.orders(&candidate).await[0].clone();
    (desk, candidate, order)
}

fn payment(method: &str, cents: i64, reference: Option<&str>) -> Value {
    json!({ "idempotency_key": Uuid::new_v4(), "method": method, "amount_cents": cents, "reference": reference })
}

async fn pay(desk: &Desk, order: &Value, payment: Value) -> Answer {
    desk.clerk.post(&format!("/api/orders/{}/payments", order["id"].as_str().unwrap()), payment).await
}

both! {
    async fn an_order_explains_its_lines_and_carries_a_valid_communication(app) {
        let (_, _, order) = with_order(&app).await;
        assert_eq!((&order["number"], &order["due_cents"]), (&json!("B2026-00001"), &json!(18_000)));
        assert!(ijkpunt::fees::rules::is_structured_communication(order["communication"].as_str().unwrap()));
        let line = &order["lines"][0];
        assert_eq!((&line["bundle"], &line["amount_cents"], &line["since"]), (&json!("oral"), &json!(9000), &json!("2022-03-01")));
        assert!(line["why"]["fr"].as_str().unwrap().contains("90,00"));
        assert!(!line["ground"].as_str().unwrap().is_empty());
    }

    async fn pressing_twice_pays_once(app) {
        let (desk, _, order) = with_order(&app).await;
        let once = payment("cash", 18_000, None);
        let (first, second) = tokio::join!(pay(&desk, &order, once.clone()), pay(&desk, &order, once.clone()));
        assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK), "{} {}", first.body, second.body);
        assert_eq!(payments::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        let now = pay(&desk, &order, once.clone()).await.ok();
        assert_eq!((&now["status"], &now["due_cents"], &now["payments"][0]["receipt_number"]), (&json!("paid"), &json!(0), &json!("R2026-00001")));
        let mut other = once;
        other["amount_cents"] = json!(1);
        assert_eq!(pay(&desk, &order, other).await.code(), "key-reused");
    }

    async fn less_and_more_than_what_is_due_are_taken_and_shown(app) {
        let (desk, _, order) = with_order(&app).await;
        let less = pay(&desk, &order, payment("cash", 9000, None)).await.ok();
        assert_eq!((&less["status"], &less["due_cents"]), (&json!("open"), &json!(9000)));
        let more = pay(&desk, &order, payment("terminal", 10_000, Some("T-0417"))).await.ok();
        assert_eq!((&more["status"], &more["due_cents"]), (&json!("paid"), &json!(-1000)));
    }

    async fn a_payment_that_cannot_be_is_refused_at_its_field(app) {
        let (desk, _, order) = with_order(&app).await;
        for (payment, pointer, code) in [
            (payment("cash", 0, None), "/amount_cents", "out-of-range"),
            (payment("cash", -9000, None), "/amount_cents", "out-of-range"),
            (payment("cash", 10_000_000, None), "/amount_cents", "out-of-range"),
            (payment("terminal", 9000, Some(" ")), "/reference", "required"),
            (payment("terminal", 9000, Some(&"9".repeat(61))), "/reference", "too-long"),
            (payment("barter", 9000, None), "/method", "wrong-type"),
            (json!({ "idempotency_key": "x", "method": "cash", "amount_cents": 1 }), "/idempotency_key", "wrong-type"),
            (json!({ "idempotency_key": Uuid::new_v4(), "method": "cash", "amount_cents": 90.5 }), "/amount_cents", "wrong-type"),
        ] {
            let answer = pay(&desk, &order, payment).await;
            assert_eq!((answer.status, answer.field_code(pointer)), (StatusCode::UNPROCESSABLE_ENTITY, code), "{}", answer.body);
        }
        assert_eq!(payments::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0);
    }

    async fn a_payment_is_undone_once_by_a_second_row(app) {
        let (desk, _, order) = with_order(&app).await;
        let paid = pay(&desk, &order, payment("cash", 18_000, None)).await.ok();
        let path = format!("/api/payments/{}/reverse", paid["payments"][0]["id"].as_str().unwrap());
        assert_eq!(desk.clerk.post(&path, json!({ "reason": " " })).await.field_code("/reason"), "required");
        let (one, two) = tokio::join!(desk.clerk.post(&path, json!({ "reason": "Verkeerde bestelling" })), desk.clerk.post(&path, json!({ "reason": "Verkeerde bestelling" })));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", one.body, two.body);
        let now = desk.clerk.get(&format!("/api/orders/{}", order["id"].as_str().unwrap())).await.ok();
        assert_eq!((&now["status"], &now["due_cents"], now["payments"].as_array().unwrap().len()), (&json!("open"), &json!(18_000), 2));
        assert_eq!(now["payments"][0]["reversed"], true);
    }

    async fn money_of_another_agency_is_out_of_reach(app) {
        let (desk, _, order) = with_order(&app).await;
        let paid = pay(&desk, &order, payment("cash", 18_000, None)).await.ok();
        let payment_id = paid["payments"][0]["id"].as_str().unwrap();
        let amal = crate::desk::desk(&app, AgencyCode::Amal).await;
        assert_eq!(pay(&amal, &order, payment("cash", 100, None)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(amal.clerk.post(&format!("/api/payments/{payment_id}/reverse"), json!({ "reason": "x" })).await.status, StatusCode::NOT_FOUND);
        assert_eq!(amal.clerk.get(&format!("/api/payments/{payment_id}/receipt.pdf")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(amal.clerk.get(&format!("/api/agencies/{}/till", desk.agency)).await.status, StatusCode::NOT_FOUND);
    }

    async fn the_receipt_is_a_pdf_with_an_embedded_font(app) {
        let (desk, _, order) = with_order(&app).await;
        let paid = pay(&desk, &order, payment("terminal", 18_000, Some("T-0417"))).await.ok();
        let receipt = desk.clerk.get(&format!("/api/payments/{}/receipt.pdf", paid["payments"][0]["id"].as_str().unwrap())).await;
        assert_eq!((receipt.status, receipt.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "application/pdf"));
        assert!(receipt.bytes.starts_with(b"%PDF-"));
        let text = String::from_utf8_lossy(&receipt.bytes);
        assert!(text.contains("/FontFile2"), "the font is in the file");
    }

    async fn the_till_adds_up_per_day_method_and_clerk(app) {
        let (desk, _, order) = with_order(&app).await;
        pay(&desk, &order, payment("cash", 9000, None)).await.ok();
        pay(&desk, &order, payment("terminal", 9000, Some("T-1"))).await.ok();
        let till = desk.clerk.get(&format!("/api/agencies/{}/till", desk.agency)).await.ok();
        assert_eq!((&till["date"], &till["total_cents"]), (&json!("2026-06-01"), &json!(18_000)));
        assert_eq!((&till["by_method"]["cash"], &till["by_method"]["terminal"]), (&json!(9000), &json!(9000)));
        assert_eq!((&till["by_clerk"][0]["clerk"], &till["by_clerk"][0]["count"]), (&json!("Test Persoon"), &json!(1)));
        assert_eq!(till["rows"].as_array().unwrap().len(), 2);
        let other_day = desk.clerk.get(&format!("/api/agencies/{}/till?date=2026-05-31", desk.agency)).await.ok();
        assert_eq!((&other_day["total_cents"], &other_day["rows"]), (&json!(0), &json!([])));
    }

    async fn a_paid_order_outlives_a_cancelled_seat_and_pays_for_the_next_one(app) {
        let (desk, candidate, order) = with_order(&app).await;
        pay(&desk, &order, payment("cash", 18_000, None)).await.ok();
        let booking = desk.clerk.get(&format!("/api/candidates/{candidate}/bookings")).await.ok()[0].clone();
        desk.clerk.post(&format!("/api/bookings/{}/cancel", booking["id"].as_str().unwrap()), json!({ "reason": "Ziek" })).await.ok();
        assert_eq!(desk.orders(&candidate).await[0]["status"], "paid");
        let later = desk.session(desk.plan("first", june(10, 8))).await;
        let again = desk.book(&later, booking["enrolment_id"].as_str().unwrap()).await.ok();
        assert_eq!(again["order_id"], Value::Null);
        assert_eq!(desk.orders(&candidate).await.as_array().unwrap().len(), 1);
        assert!(matches!(audit::verify(&app.ijkpunt.db).await.unwrap(), Verified::Intact { .. }));
    }

    async fn the_free_test_is_ordered_for_nothing_and_given_once(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let (candidate, enrolment) = desk.enrolled("Benali", "nt2_exemption").await;
        let session = desk.session(desk.plan("first", june(3, 8))).await;
        let seat = desk.book(&session, &enrolment).await.ok();
        let order = desk.orders(&candidate).await[0].clone();
        assert_eq!((&order["total_cents"], &order["status"]), (&json!(0), &json!("paid")));
        let path = format!("/api/candidates/{candidate}/enrolment-preview");
        let second = desk.clerk.post(&path, json!({ "purpose": "nt2_exemption" })).await.ok();
        assert_eq!(second["total_cents"], 18_000);
        assert!(second["lines"][0]["why"]["nl"].as_str().unwrap().starts_with("De gratis test"));
        desk.clerk.post(&format!("/api/bookings/{}/cancel", seat["booking"]["id"].as_str().unwrap()), json!({ "reason": "Ziek" })).await.ok();
        let after = desk.clerk.post(&path, json!({ "purpose": "nt2_exemption" })).await.ok();
        assert_eq!(after["total_cents"], 0, "a free test that was cancelled was not used");
    }
}
