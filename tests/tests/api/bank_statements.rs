//! Bank statements: what they pay, what they leave open, and files that are refused whole.

use std::collections::BTreeMap;

use ijkpunt::entity::enums::{Account, AgencyCode, Role};
use ijkpunt::entity::{bank_files, bank_lines, ledger_entries, payments};
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::{Answer, TestApp, User, both};

use crate::ledger::{Till, balances, till};

/// What a statement says of one movement.
struct Line<'a> {
    cents: i64,
    communication: Option<&'a str>,
    text: &'a str,
}

fn pays(cents: i64, communication: &Value) -> Line<'_> {
    Line { cents, communication: communication.as_str(), text: "" }
}

fn says(cents: i64, text: &str) -> Line<'_> {
    Line { cents, communication: None, text }
}

fn record(fields: &[(usize, &str)]) -> String {
    let mut characters = [' '; 128];
    for (from, text) in fields {
        for (place, c) in (from - 1..).zip(text.chars()) {
            characters[place] = c;
        }
    }
    characters.iter().collect()
}

/// A CODA statement of the agency's account, opening at nothing.
fn coda(number: &str, lines: &[Line]) -> String {
    let amount = |cents: i64| format!("{:012}{:02}0", cents.abs() / 100, cents.abs() % 100);
    let sign = |cents: i64| if cents < 0 { "1" } else { "0" };
    let mut records = vec![
        record(&[(1, "0"), (2, "0000"), (6, "010626"), (12, "725"), (15, "05"), (128, "2")]),
        record(&[(1, "12"), (3, number), (6, "BE68539007547034"), (40, "EUR"), (43, "0"), (44, &amount(0)), (59, "290526"), (126, number)]),
    ];
    for (n, line) in (1..).zip(lines) {
        let sequence = format!("{n:04}");
        let digits: Option<String> = line.communication.map(|text| text.chars().filter(char::is_ascii_digit).collect());
        let words = digits.as_ref().map_or(line.text.to_owned(), |digits| format!("101{digits}"));
        let kind = if digits.is_some() { "1" } else { "0" };
        records.push(record(&[
            (1, "21"),
            (3, &sequence),
            (7, "0000"),
            (11, &format!("REF{number}{sequence}")),
            (32, sign(line.cents)),
            (33, &amount(line.cents)),
            (48, "010626"),
            (54, "00150000"),
            (62, kind),
            (63, &words),
            (116, "010626"),
            (122, number),
            (125, "0"),
            (126, "1"),
            (128, "0"),
        ]));
        records.push(record(&[
            (1, "23"),
            (3, &sequence),
            (7, "0000"),
            (11, "BE71096123456769"),
            (48, "BENALI SAMIRA"),
            (126, "0"),
            (128, "0"),
        ]));
    }
    let closing: i64 = lines.iter().map(|line| line.cents).sum();
    records.push(record(&[
        (1, "8"),
        (2, number),
        (5, "BE68539007547034"),
        (42, sign(closing)),
        (43, &amount(closing)),
        (58, "010626"),
        (128, "0"),
    ]));
    let turnover = |debit: bool| amount(lines.iter().map(|line| line.cents).filter(|cents| (*cents < 0) == debit).sum());
    let count = format!("{:06}", records.len() - 1);
    records.push(record(&[(1, "9"), (17, &count), (23, &turnover(true)), (38, &turnover(false)), (128, "2")]));
    records.join("\n")
}

async fn send(by: &User, agency: &str, file: &str) -> Answer {
    let request = by.http.post(format!("{}/api/agencies/{agency}/bank-files", by.url)).header("X-IJkpunt", "1");
    Answer::read(request.header("Content-Type", "application/octet-stream").body(file.to_owned()).send().await.unwrap()).await
}

async fn open_lines(till: &Till) -> Vec<Value> {
    let lines = till.office.get(&format!("/api/agencies/{}/bank-lines?state=open", till.desk.agency)).await.ok();
    lines.as_array().unwrap().clone()
}

async fn settle(by: &User, line: &Value, settlement: Value) -> Answer {
    by.post(&format!("/api/bank-lines/{}/settle", line["id"].as_str().unwrap()), settlement).await
}

async fn nothing_came_in(app: &TestApp) {
    let db = &app.ijkpunt.db;
    let counts = [
        bank_files::Entity::find().count(db).await.unwrap(),
        bank_lines::Entity::find().count(db).await.unwrap(),
        payments::Entity::find().count(db).await.unwrap(),
    ];
    assert_eq!(counts, [0, 0, 0]);
    assert_eq!(ledger_entries::Entity::find().count(db).await.unwrap(), 1, "only the order");
}

both! {
    async fn a_transfer_with_the_communication_of_an_order_pays_it(app) {
        let till = till(&app).await;
        let file = coda("001", &[pays(18_000, &till.order["communication"])]);
        let brought = send(&till.office, &till.desk.agency, &file).await.ok();
        assert_eq!((&brought["format"], &brought["lines"], &brought["matched"]), (&json!("coda"), &json!(1), &json!(1)));
        let order = till.desk.orders(&till.candidate).await[0].clone();
        assert_eq!((&order["status"], &order["due_cents"], &order["payments"][0]["method"]), (&json!("paid"), &json!(0), &json!("transfer")));
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Bank, 18_000), (Account::Revenue, -18_000)]));
        let undo = format!("/api/payments/{}/reverse", order["payments"][0]["id"].as_str().unwrap());
        assert_eq!(till.desk.clerk.post(&undo, json!({ "reason": "Fout" })).await.code(), "on-statement");
    }

    async fn camt_053_pays_as_well(app) {
        let till = till(&app).await;
        let file = format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><IBAN>BE68539007547034</IBAN></Id></Acct><Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">0</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-05-29</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">180.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-01</Dt></Dt></Bal><Ntry><Amt Ccy=\"EUR\">180.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-06-01</Dt></BookgDt><NtryDtls><TxDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>",
            till.order["communication"].as_str().unwrap()
        );
        assert_eq!(send(&till.office, &till.desk.agency, &file).await.ok()["matched"], 1);
        assert_eq!(till.desk.orders(&till.candidate).await[0]["status"], "paid");
        let malicious = file.replacen("<Document", "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><Document", 1).replace("S1", "&x;");
        let answer = send(&till.office, &till.desk.agency, &malicious).await;
        assert_eq!((answer.code(), &answer.body["facts"]["reason"]), ("bank-file-refused", &json!("doctype")));
    }

    async fn the_same_file_twice_and_at_the_same_time_comes_in_once(app) {
        let till = till(&app).await;
        let file = coda("001", &[pays(18_000, &till.order["communication"])]);
        let colleague = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let (one, two) = tokio::join!(send(&till.office, &till.desk.agency, &file), send(&colleague, &till.desk.agency, &file));
        let mut codes = [one.code().to_owned(), two.code().to_owned()];
        codes.sort_unstable();
        assert_eq!(codes, ["", "bank-file-known"], "{} {}", one.body, two.body);
        assert_eq!(send(&till.office, &till.desk.agency, &file).await.code(), "bank-file-known");
        // The same statement in a file that differs by an empty line.
        let again = send(&till.office, &till.desk.agency, &format!("{file}\n")).await;
        assert_eq!((again.code(), &again.body["facts"]["statement"]), ("bank-statement-known", &json!("2026-06-01/001")));
        assert_eq!(payments::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Bank, 18_000), (Account::Revenue, -18_000)]));
    }

    async fn a_file_cut_in_half_is_refused_with_line_and_reason_and_changes_nothing(app) {
        let till = till(&app).await;
        let whole = coda("001", &[pays(18_000, &till.order["communication"]), says(500, "?")]);
        let lines: Vec<&str> = whole.lines().collect();
        for (file, line, reason) in [
            (lines[..lines.len() / 2].join("\n"), 4, "cut-off"),
            (lines[..lines.len() - 1].join("\n"), 7, "cut-off"),
            (whole[..whole.len() / 2 + 20].to_owned(), 5, "record-length"),
            (whole.replace("000018000", "000018001"), 8, "turnover"),
            (whole.replace("BE68539007547034", "BE71096123456769"), 1, "other-account"),
            ("naam;bedrag\n".to_owned(), 1, "unknown-format"),
            (String::new(), 1, "empty"),
        ] {
            let answer = send(&till.office, &till.desk.agency, &file).await;
            assert_eq!((answer.status, answer.code()), (StatusCode::UNPROCESSABLE_ENTITY, "bank-file-refused"), "{reason}: {}", answer.body);
            assert_eq!((&answer.body["facts"]["reason"], &answer.body["facts"]["line"]), (&json!(reason), &json!(line)), "{reason}");
        }
        nothing_came_in(&app).await;
        // Of a file with a whole statement and a broken one, nothing comes in either.
        let two = format!("{}\n{}", coda("001", &[pays(18_000, &till.order["communication"])]), lines[..3].join("\n"));
        assert_eq!(send(&till.office, &till.desk.agency, &two).await.body["facts"]["reason"], "cut-off");
        nothing_came_in(&app).await;
    }

    async fn what_does_not_fit_waits_in_the_work_list(app) {
        let till = till(&app).await;
        let communication = &till.order["communication"];
        let unknown = json!("+++312/4013/98067+++");
        let file = coda("001", &[pays(10_000, communication), pays(9_000, communication), pays(18_000, communication), pays(4_000, &unknown), says(2_000, "dank u"), says(-300, "KOSTEN")]);
        let brought = send(&till.office, &till.desk.agency, &file).await.ok();
        assert_eq!((&brought["lines"], &brought["matched"]), (&json!(6), &json!(0)));
        let lines = open_lines(&till).await;
        let told: Vec<(i64, i64, &str)> = lines.iter().map(|line| (line["amount_cents"].as_i64().unwrap(), line["left_cents"].as_i64().unwrap(), line["remark"].as_str().unwrap())).collect();
        assert_eq!(told, [
            (10_000, 0, "underpaid"), (9_000, 1_000, "overpaid"), (18_000, 18_000, "duplicate"),
            (4_000, 4_000, "unknown"), (2_000, 2_000, "no_communication"), (-300, -300, "outgoing"),
        ]);
        assert_eq!((&lines[4]["text"], &lines[4]["holder"], &lines[4]["iban"]), (&json!("dank u"), &json!("BENALI SAMIRA"), &json!("BE71 0961 2345 6769")));
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Bank, 42_700), (Account::Unallocated, -24_700), (Account::Revenue, -18_000)]));

        // Assigned to an order of the agency, returned to the payer, and put elsewhere in the books.
        let (candidate, enrolment) = till.desk.enrolled("Haddad", "mo_final").await;
        till.desk.clerk.post(&format!("/api/enrolments/{enrolment}/orders"), json!({ "parts": ["mo_final"] })).await.ok();
        let other = till.desk.orders(&candidate).await[0].clone();
        let assign = |number: &Value| json!({ "settle_as": "assigned", "order_number": number, "reason": "Verkeerde mededeling" });
        assert_eq!(settle(&till.office, &lines[3], assign(&json!("B2026-99999"))).await.field_code("/order_number"), "no-such-order");
        assert_eq!(settle(&till.office, &lines[3], json!({ "settle_as": "ignored", "reason": "" })).await.field_code("/reason"), "required");
        let colleague = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let (one, two) = tokio::join!(settle(&till.office, &lines[3], assign(&other["number"])), settle(&colleague, &lines[3], assign(&other["number"])));
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", one.body, two.body);
        assert_eq!(till.desk.orders(&candidate).await[0]["due_cents"], 5_000);

        assert_eq!(settle(&till.office, &lines[2], json!({ "settle_as": "returned", "reason": "Dubbel betaald" })).await.status, StatusCode::NO_CONTENT);
        assert_eq!(settle(&till.office, &lines[5], json!({ "settle_as": "returned", "reason": "x" })).await.field_code("/settle_as"), "not-for-this-line");
        for (line, elsewhere) in [(&lines[0], "other"), (&lines[1], "other"), (&lines[4], "terminal"), (&lines[5], "other")] {
            assert_eq!(settle(&till.office, line, json!({ "settle_as": "ignored", "elsewhere": elsewhere, "reason": "Gezien" })).await.status, StatusCode::NO_CONTENT);
        }
        assert_eq!(open_lines(&till).await, Vec::<Value>::new());
        let expected = BTreeMap::from([
            (Account::Bank, 42_700), (Account::Receivable, 5_000), (Account::RefundsDue, -18_000), (Account::TerminalClearing, -2_000), (Account::Other, -700), (Account::Revenue, -27_000),
        ]);
        assert_eq!(balances(&app).await, expected);

        // The return is above the amount that one person decides; once rejected, its line is open again.
        let asked = till.office.get(&format!("/api/agencies/{}/refunds?status=requested", till.desk.agency)).await.ok();
        assert_eq!((&asked[0]["amount_cents"], &asked[0]["iban"], &asked[0]["order_number"]), (&json!(18_000), &json!("BE71 0961 2345 6769"), &Value::Null));
        colleague.post(&format!("/api/refunds/{}/reject", asked[0]["id"].as_str().unwrap()), json!({ "reason": "Eerst bellen" })).await;
        let open = open_lines(&till).await;
        assert_eq!((open.len(), &open[0]["left_cents"]), (1, &json!(18_000)));
        assert_eq!(balances(&app).await[&Account::Unallocated], -18_000);
    }

    async fn what_a_clerk_wrote_down_before_the_bank_showed_it_counts_once(app) {
        let till = till(&app).await;
        till.pay("transfer", 18_000).await;
        let brought = send(&till.office, &till.desk.agency, &coda("001", &[pays(18_000, &till.order["communication"])])).await.ok();
        assert_eq!(brought["matched"], 1);
        assert_eq!(till.desk.orders(&till.candidate).await[0]["due_cents"], 0);
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Bank, 18_000), (Account::Revenue, -18_000)]));
    }

    async fn a_refund_by_transfer_is_found_again_on_the_statement(app) {
        let till = till(&app).await;
        till.pay("cash", 20_000).await;
        let refund = json!({ "idempotency_key": uuid::Uuid::new_v4(), "ground": "overpaid", "amount_cents": 2_000, "method": "transfer", "iban": "BE71 0961 2345 6769", "holder": "Samira Benali", "reason": "Te veel" });
        let order = till.desk.clerk.post(&format!("/api/orders/{}/refunds", till.order["id"].as_str().unwrap()), refund).await.ok();
        let made = &order["refunds"][0];
        till.office.post(&format!("/api/refunds/{}/pay", made["id"].as_str().unwrap()), json!({})).await;
        let text = format!("terugbetaling {}", made["number"].as_str().unwrap());
        assert_eq!(send(&till.office, &till.desk.agency, &coda("001", &[says(-2_000, &text)])).await.ok()["matched"], 1);
        assert_eq!(balances(&app).await, BTreeMap::from([(Account::Cash, 20_000), (Account::Bank, -2_000), (Account::Revenue, -18_000)]));
    }

    async fn statements_are_the_office_of_that_agency_alone(app) {
        let till = till(&app).await;
        let file = coda("001", &[pays(18_000, &till.order["communication"])]);
        assert_eq!(send(&till.desk.clerk, &till.desk.agency, &file).await.status, StatusCode::FORBIDDEN);
        let amal = app.user(AgencyCode::Amal, &[Role::Office]).await;
        assert_eq!(send(&amal, &till.desk.agency, &file).await.status, StatusCode::NOT_FOUND);
        // The order of another agency is not found by its communication.
        let agency = app.agency(AgencyCode::Amal).await.to_string();
        assert_eq!(send(&amal, &agency, &file).await.ok()["matched"], 0);
        assert_eq!(till.desk.orders(&till.candidate).await[0]["status"], "open");
        let line = amal.get(&format!("/api/agencies/{agency}/bank-lines?state=open")).await.ok()[0].clone();
        assert_eq!(line["remark"], "unknown");
        assert_eq!(settle(&till.office, &line, json!({ "settle_as": "ignored", "reason": "x" })).await.status, StatusCode::NOT_FOUND);
        let assign = json!({ "settle_as": "assigned", "order_number": till.order["number"], "reason": "x" });
        assert_eq!(settle(&amal, &line, assign).await.field_code("/order_number"), "no-such-order");
        assert_eq!(amal.get(&format!("/api/agencies/{}/bank-statements", till.desk.agency)).await.status, StatusCode::NOT_FOUND);
    }
}
