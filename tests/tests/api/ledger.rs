//! Money beyond the payment: refunds, the drawer, reliefs on proof, transfers, and a ledger that always balances.

use ijkpunt::entity::enums::{Account, AgencyCode, Role};
use ijkpunt::entity::{ledger_entries, ledger_lines, refunds, relief_proofs};
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tests::{Answer, TestApp, User, both};
use uuid::Uuid;

use crate::desk::{Desk, desk, june};

pub struct Till {
    pub desk: Desk,
    pub office: User,
    pub candidate: String,
    pub enrolment: String,
    pub order: Value,
}

/// A candidate with a seat and an unpaid order of EUR 180 at Atlas, a clerk and somebody of the office.
pub async fn till(app: &TestApp) -> Till {
    let desk = desk(app, AgencyCode::Atlas).await;
    let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
    let (candidate, enrolment) = desk.enrolled("Benali", "nationality").await;
    let session = desk.session(desk.plan("first", june(3, 8))).await;
    desk.book(&session, &enrolment).await.ok();
    let order = desk.orders(&candidate).await[0].clone();
    Till { desk, office, candidate, enrolment, order }
}

impl Till {
    pub async fn pay(&self, method: &str, cents: i64) -> Value {
        let reference = (method == "terminal").then_some("T-1");
        let body = json!({ "idempotency_key": Uuid::new_v4(), "method": method, "amount_cents": cents, "reference": reference });
        self.desk.clerk.post(&self.at_order("payments"), body).await.ok()
    }

    fn at_order(&self, what: &str) -> String {
        format!("/api/orders/{}/{what}", self.order["id"].as_str().unwrap())
    }

    async fn refund(&self, by: &User, ground: &str, lines: &[&Value], cents: i64) -> Answer {
        by.post(&self.at_order("refunds"), refund(ground, lines, cents, "cash")).await
    }

    async fn now(&self) -> Value {
        self.desk.clerk.get(&format!("/api/orders/{}", self.order["id"].as_str().unwrap())).await.ok()
    }

    async fn cancel_seat(&self) {
        let booking = self.desk.clerk.get(&format!("/api/candidates/{}/bookings", self.candidate)).await.ok()[0]["id"].clone();
        self.desk.clerk.post(&format!("/api/bookings/{}/cancel", booking.as_str().unwrap()), json!({ "reason": "Ziek" })).await.ok();
    }
}

fn refund(ground: &str, lines: &[&Value], cents: i64, method: &str) -> Value {
    json!({ "idempotency_key": Uuid::new_v4(), "ground": ground, "lines": lines, "amount_cents": cents, "method": method, "reason": "Zoals afgesproken" })
}

/// What every account stands at; refuses a ledger in which an entry does not balance.
pub async fn balances(app: &TestApp) -> BTreeMap<Account, i64> {
    let lines = ledger_lines::Entity::find().all(&app.ijkpunt.db).await.unwrap();
    let mut by_entry: BTreeMap<_, i64> = BTreeMap::new();
    let mut balances: BTreeMap<Account, i64> = BTreeMap::new();
    for line in lines {
        *by_entry.entry(line.entry_id).or_default() += line.amount_cents.0;
        *balances.entry(line.account).or_default() += line.amount_cents.0;
    }
    assert!(by_entry.values().all(|sum| *sum == 0), "an entry does not balance");
    assert_eq!(by_entry.len() as u64, ledger_entries::Entity::find().count(&app.ijkpunt.db).await.unwrap(), "an entry without lines");
    balances.retain(|_, balance| *balance != 0);
    balances
}

both! {
    async fn order_payment_and_reversal_are_in_the_ledger_and_balance(app) {
        let till = till(&app).await;
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Receivable, 18_000), (Account::Revenue, -18_000)]));
        till.pay("cash", 9_000).await;
        let paid = till.pay("terminal", 9_000).await;
        let expected = BTreeMap::from([(Account::Cash, 9_000), (Account::TerminalClearing, 9_000), (Account::Revenue, -18_000)]);
        assert_eq!(balances(&app).await, expected);
        let card = paid["payments"].as_array().unwrap().iter().find(|payment| payment["method"] == "terminal").unwrap();
        till.desk.clerk.post(&format!("/api/payments/{}/reverse", card["id"].as_str().unwrap()), json!({ "reason": "Dubbel" })).await.ok();
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Receivable, 9_000), (Account::Cash, 9_000), (Account::Revenue, -18_000)]));
    }

    async fn an_unpaid_order_that_lapses_leaves_nothing_in_the_ledger(app) {
        let till = till(&app).await;
        till.cancel_seat().await;
        assert_eq!(till.now().await["status"], "cancelled");
        assert_eq!(balances(&app).await, BTreeMap::new());
    }

    async fn two_clerks_refund_one_order_and_one_is_told(app) {
        let till = till(&app).await;
        till.pay("cash", 20_000).await;
        let colleague = app.user(AgencyCode::Atlas, &[Role::Desk]).await;
        let (one, two) = tokio::join!(till.refund(&till.desk.clerk, "overpaid", &[], 2_000), till.refund(&colleague, "overpaid", &[], 2_000));
        let mut codes = [one.code().to_owned(), two.code().to_owned()];
        codes.sort_unstable();
        assert_eq!(codes, ["", "nothing-to-refund"], "{} {}", one.body, two.body);
        assert_eq!(refunds::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        let now = till.now().await;
        assert_eq!((&now["due_cents"], &now["refunding_cents"]), (&json!(0), &json!(2_000)));
        let id = now["refunds"][0]["id"].as_str().unwrap().to_owned();
        let pay = format!("/api/refunds/{id}/pay");
        let (one, two) = tokio::join!(till.desk.clerk.post(&pay, json!({})), colleague.post(&pay, json!({})));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", one.body, two.body);
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Cash, 18_000), (Account::Revenue, -18_000)]));
        assert_eq!(till.now().await["paid_cents"], 18_000);
    }

    async fn above_an_amount_somebody_else_approves(app) {
        let till = till(&app).await;
        till.pay("cash", 18_000).await;
        till.cancel_seat().await;
        let lines: Vec<Value> = till.order["lines"].as_array().unwrap().iter().map(|line| line["id"].clone()).collect();
        let lines: Vec<&Value> = lines.iter().collect();
        till.refund(&till.office, "session_cancelled", &lines, 18_000).await.ok();
        let id = till.now().await["refunds"][0]["id"].as_str().unwrap().to_owned();
        let (approve, pay) = (format!("/api/refunds/{id}/approve"), format!("/api/refunds/{id}/pay"));
        assert_eq!(till.desk.clerk.post(&pay, json!({})).await.code(), "refund-wrong-state");
        assert_eq!(till.office.post(&approve, json!({})).await.code(), "same-person");
        assert_eq!(till.desk.clerk.post(&approve, json!({})).await.code(), "forbidden");
        let other = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        assert_eq!(other.post(&approve, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(till.desk.clerk.post(&pay, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(balances(&app).await, BTreeMap::new());
        // What was taken back serves nothing any more: the next seat is ordered anew.
        let later = till.desk.session(till.desk.plan("first", june(10, 8))).await;
        let again = till.desk.book(&later, &till.enrolment).await.ok();
        assert_ne!(again["order_id"], Value::Null);
    }

    async fn a_rejected_refund_gives_the_bundle_back_to_the_candidate(app) {
        let till = till(&app).await;
        till.pay("cash", 18_000).await;
        till.cancel_seat().await;
        till.refund(&till.desk.clerk, "force_majeure", &[&till.order["lines"][0]["id"]], 9_000).await.ok();
        let id = till.now().await["refunds"][0]["id"].as_str().unwrap().to_owned();
        let reject = format!("/api/refunds/{id}/reject");
        assert_eq!(till.office.post(&reject, json!({ "reason": " " })).await.field_code("/reason"), "required");
        till.office.post(&reject, json!({ "reason": "Geen bewijs" })).await;
        assert_eq!(till.office.post(&reject, json!({ "reason": "Geen bewijs" })).await.code(), "refund-wrong-state");
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Cash, 18_000), (Account::Revenue, -18_000)]));
        let later = till.desk.session(till.desk.plan("first", june(10, 8))).await;
        assert_eq!(till.desk.book(&later, &till.enrolment).await.ok()["order_id"], Value::Null);
    }

    async fn a_refund_that_cannot_be_is_refused_at_its_field(app) {
        let till = till(&app).await;
        till.pay("cash", 18_000).await;
        let line = &till.order["lines"][0]["id"];
        let path = till.at_order("refunds");
        let by = &till.desk.clerk;
        // The parts have a seat: only an error of ours takes back what is used.
        assert_eq!(till.refund(by, "force_majeure", &[line], 9_000).await.field_code("/lines"), "line-not-refundable");
        assert_eq!(till.refund(by, "zomaar", &[line], 9_000).await.field_code("/ground"), "unknown-ground");
        assert_eq!(till.refund(by, "overpaid", &[line], 9_000).await.field_code("/ground"), "unknown-ground");
        assert_eq!(till.refund(by, "our_error", &[&json!(Uuid::now_v7())], 9_000).await.field_code("/lines"), "line-not-refundable");
        assert_eq!(till.refund(by, "our_error", &[line], 8_999).await.code(), "refund-amount-changed");
        assert_eq!(till.refund(by, "overpaid", &[], 100).await.code(), "nothing-to-refund");
        let mut transfer = refund("our_error", &[line], 9_000, "transfer");
        assert_eq!(by.post(&path, transfer.clone()).await.field_code("/iban"), "not-an-iban");
        transfer["iban"] = json!("BE68 5390 0754 7035");
        assert_eq!(by.post(&path, transfer.clone()).await.field_code("/iban"), "not-an-iban");
        transfer["iban"] = json!("BE68 5390 0754 7034");
        assert_eq!(by.post(&path, transfer.clone()).await.field_code("/holder"), "required");
        assert_eq!(refunds::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0);
        transfer["holder"] = json!("Samira Benali");
        let (one, two) = tokio::join!(by.post(&path, transfer.clone()), by.post(&path, transfer.clone()));
        assert_eq!((one.status, two.status), (StatusCode::CREATED, StatusCode::CREATED), "pressing twice asks once: {} {}", one.body, two.body);
        assert_eq!(refunds::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        let list = till.office.get(&format!("/api/agencies/{}/refunds?status=approved", till.desk.agency)).await.ok();
        assert_eq!((&list[0]["iban"], &list[0]["holder"]), (&json!("BE68 5390 0754 7034"), &json!("Samira Benali")));
        let sealed = refunds::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap().iban_enc.unwrap();
        assert!(!String::from_utf8_lossy(&sealed).contains("BE68"));
        let pay = format!("/api/refunds/{}/pay", list[0]["id"].as_str().unwrap());
        assert_eq!(by.post(&pay, json!({})).await.code(), "forbidden", "a transfer is ordered by the office");
        assert_eq!(till.office.post(&pay, json!({})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Cash, 18_000), (Account::TransferClearing, -9_000), (Account::Revenue, -9_000)]));
    }

    async fn money_of_another_agency_is_neither_refunded_nor_read(app) {
        let till = till(&app).await;
        till.pay("cash", 20_000).await;
        till.refund(&till.desk.clerk, "overpaid", &[], 2_000).await.ok();
        let id = till.now().await["refunds"][0]["id"].as_str().unwrap().to_owned();
        let amal = app.user(AgencyCode::Amal, &[Role::Desk, Role::Office]).await;
        assert_eq!(till.refund(&amal, "overpaid", &[], 2_000).await.status, StatusCode::NOT_FOUND);
        for path in [till.at_order("refunds"), till.at_order("qr.svg"), till.at_order("invitation.pdf")] {
            assert_eq!(amal.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for what in ["approve", "reject", "pay"] {
            assert_eq!(amal.post(&format!("/api/refunds/{id}/{what}"), json!({ "reason": "x" })).await.status, StatusCode::NOT_FOUND, "{what}");
        }
        for what in ["ledger?month=2026-06", "ledger/file?month=2026-06&format=csv", "refunds?status=paid"] {
            assert_eq!(amal.get(&format!("/api/agencies/{}/{what}", till.desk.agency)).await.status, StatusCode::NOT_FOUND, "{what}");
            assert_eq!(till.desk.clerk.get(&format!("/api/agencies/{}/{what}", till.desk.agency)).await.status, StatusCode::FORBIDDEN, "{what}");
        }
    }

    async fn a_change_of_purpose_between_the_sittings_pays_nothing_twice(app) {
        let till = till(&app).await;
        till.pay("cash", 18_000).await;
        let other = till.desk.enrol(&till.candidate, "employer").await;
        // Reading and listening have a seat under the first purpose; writing and speaking of the same bundles are still unused.
        let owed: Vec<&Value> = other["to_order"].as_array().unwrap().iter().map(|line| &line["bundle"]).collect();
        assert_eq!(owed, ["oral", "written"], "all four parts of the new purpose: two of them were bought, but each bundle is needed once more");
        till.cancel_seat().await;
        let enrolments = till.desk.clerk.get(&format!("/api/candidates/{}/enrolments", till.candidate)).await.ok();
        let employer = enrolments.as_array().unwrap().iter().find(|one| one["purpose"] == "employer").unwrap();
        assert_eq!(employer["to_order"], json!([]), "the seat was given back, so that everything bought serves the new purpose");
        let session = till.desk.session(till.desk.plan("first", june(10, 8))).await;
        assert_eq!(till.desk.book(&session, other["id"].as_str().unwrap()).await.ok()["order_id"], Value::Null);
    }

    async fn what_was_bought_at_one_agency_serves_at_another(app) {
        let till = till(&app).await;
        till.pay("cash", 18_000).await;
        till.cancel_seat().await;
        let amal = crate::desk::desk(&app, AgencyCode::Amal).await;
        let enrolment = amal.enrol(&till.candidate, "employer").await;
        let session = amal.session(amal.plan("first", june(10, 8))).await;
        assert_eq!(amal.book(&session, enrolment["id"].as_str().unwrap()).await.ok()["order_id"], Value::Null);
    }

    async fn a_drawer_is_counted_at_opening_and_closing_and_a_difference_needs_a_note(app) {
        let till = till(&app).await;
        let path = format!("/api/agencies/{}/till/counts", till.desk.agency);
        let count = |moment: &str, cents: i64, note: Value| json!({ "moment": moment, "counted_cents": cents, "note": note });
        let by = &till.desk.clerk;
        assert_eq!(by.post(&path, count("opening", 5_000, Value::Null)).await.status, StatusCode::NO_CONTENT);
        till.pay("cash", 18_000).await;
        assert_eq!(by.post(&path, count("closing", 22_000, Value::Null)).await.field_code("/note"), "difference-needs-note");
        assert_eq!(by.post(&path, count("closing", -1, Value::Null)).await.field_code("/counted_cents"), "out-of-range");
        assert_eq!(by.post(&path, count("closing", 22_000, json!("Wisselgeld verkeerd"))).await.status, StatusCode::NO_CONTENT);
        let drawer = by.get(&format!("/api/agencies/{}/till", till.desk.agency)).await.ok()["drawers"][0].clone();
        assert_eq!((&drawer["opening_cents"], &drawer["expected_cents"], &drawer["difference_cents"]), (&json!(5_000), &json!(23_000), &json!(-1_000)));
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Cash, 17_000), (Account::TillDifferences, 1_000), (Account::Revenue, -18_000)]));
        // The missing note turns up: a recount takes the difference back.
        assert_eq!(by.post(&path, count("closing", 23_000, Value::Null)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Cash, 18_000), (Account::Revenue, -18_000)]));
        let amal = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        assert_eq!(amal.post(&path, count("opening", 0, Value::Null)).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_proof_makes_the_test_free_and_what_a_health_proof_says_is_sealed(app) {
        let desk = desk(&app, AgencyCode::Atlas).await;
        let candidate = desk.candidate("Benali").await;
        let path = format!("/api/candidates/{candidate}/reliefs");
        let proof = |ground: &str, until: &str| json!({ "agency_id": desk.agency, "ground": ground, "proof": "Attest van een arts", "detail": "Dialyse op dinsdag", "valid_from": "2026-01-01", "valid_until": until });
        let preview = async |candidate: &str| desk.clerk.post(&format!("/api/candidates/{candidate}/enrolment-preview"), json!({ "purpose": "mo_final" })).await.ok();
        assert_eq!(preview(&candidate).await["total_cents"], 9_000);
        assert_eq!(desk.clerk.post(&path, proof("medical", "2026-05-31")).await.field_code("/valid_until"), "proof-dates");
        assert_eq!(desk.clerk.post(&path, proof("zomaar", "2026-12-31")).await.field_code("/ground"), "unknown-ground");
        assert_eq!(desk.clerk.post(&path, proof("medical", "2026-12-31")).await.status, StatusCode::NO_CONTENT);
        let free = preview(&candidate).await;
        assert_eq!((&free["total_cents"], &free["lines"][0]["rule_since"]), (&json!(0), &json!("2023-09-01")));
        assert!(free["lines"][0]["why"]["nl"].as_str().unwrap().starts_with("Gratis: er is een geldig bewijs gezien"));
        let row = relief_proofs::Entity::find().one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert!(!String::from_utf8_lossy(&row.detail_enc.unwrap()).contains("Dialyse"));
        assert_eq!(desk.clerk.get(&path).await.ok()["proofs"][0]["detail"], "Dialyse op dinsdag");
        let colleague = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        assert_eq!(colleague.get(&path).await.ok()["proofs"][0]["detail"], Value::Null, "others see that there is a proof, not what it says");
        let withdraw = format!("/api/reliefs/{}/withdraw", row.id);
        assert_eq!(colleague.post(&withdraw, json!({ "reason": "Vals" })).await.status, StatusCode::NOT_FOUND);
        assert_eq!(desk.clerk.post(&withdraw, json!({ "reason": "Vals" })).await.status, StatusCode::NO_CONTENT);
        assert_eq!(desk.clerk.post(&withdraw, json!({ "reason": "Vals" })).await.code(), "already-withdrawn");
        assert_eq!(preview(&candidate).await["total_cents"], 9_000);
    }

    async fn the_qr_code_and_the_printed_order_ask_for_what_is_still_due(app) {
        let till = till(&app).await;
        let qr = till.desk.clerk.get(&till.at_order("qr.svg")).await;
        assert_eq!((qr.status, qr.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/svg+xml"));
        let paper = till.desk.clerk.get(&till.at_order("invitation.pdf?lang=fr")).await;
        assert!(paper.bytes.starts_with(b"%PDF-"));
        till.pay("cash", 18_000).await;
        assert_eq!(till.desk.clerk.get(&till.at_order("qr.svg")).await.status, StatusCode::NOT_FOUND, "nothing is due");
    }

    async fn the_month_is_exported_line_by_line_and_adds_up(app) {
        let till = till(&app).await;
        till.pay("cash", 18_000).await;
        let at = |what: &str| format!("/api/agencies/{}/{what}", till.desk.agency);
        let journal = till.office.get(&at("ledger?month=2026-06")).await.ok();
        assert_eq!(journal["entries"].as_array().unwrap().len(), 2);
        let cash = journal["accounts"].as_array().unwrap().iter().find(|account| account["account"] == "cash").unwrap();
        assert_eq!((&cash["opening_cents"], &cash["debit_cents"], &cash["closing_cents"]), (&json!(0), &json!(18_000), &json!(18_000)));
        let later = till.office.get(&at("ledger?month=2026-07")).await.ok();
        assert_eq!((&later["entries"], &later["accounts"][0]["closing_cents"]), (&json!([]), &json!(0)), "{later}");
        let file = till.office.get(&at("ledger/file?month=2026-06&format=csv")).await;
        let text = String::from_utf8(file.bytes).unwrap();
        assert!(text.starts_with('\u{feff}'));
        assert!(text.contains("ATLAS-2026-000002;2026-06-01;payment;R2026-00001;570000;cash;Test Persoon;180,00;"), "{text}");
        assert!(till.office.get(&at("ledger/file?month=2026-06&format=xlsx")).await.bytes.starts_with(b"PK"));
        for wrong in ["ledger?month=2026-13", "ledger?month=juni", "ledger/file?month=2026-06&format=exe"] {
            assert_eq!(till.office.get(&at(wrong)).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
    }
}
