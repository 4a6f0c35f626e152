//! Item analysis, calibration, comparison of groups and the setting of standards, on crowds whose abilities and whose items are known.

use chrono::Duration;
use ijkpunt::entity::enums::{AgencyCode, ParameterStatus, Part, Role, Sex};
use ijkpunt::entity::{attempts, item_parameters, measurement_runs};
use item_bank::measure::Item;
use item_bank::measure::random::Random;
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::crowd::{Crowd, KEY, Sitter, by_model, hall};
use tests::{TestApp, User, both};

const RUNS: &str = "/api/measurement/runs";

fn easy_to_hard(count: u32) -> Vec<Item> {
    (0..count)
        .map(|i| Item::Logistic { a: 1.0 + 0.1 * f64::from(i % 4), b: -1.2 + 2.0 / f64::from(count) * f64::from(i), c: 0.0 })
        .collect()
}

fn normal(count: usize, random: &mut Random) -> Vec<Sitter> {
    (0..count).map(|_| Sitter::of(random.normal())).collect()
}

/// Asks for a run, lets the worker do it, and answers the report.
async fn run(app: &TestApp, user: &User, asked: Value) -> Value {
    let asked = user.post(RUNS, asked).await.ok();
    app.work().await;
    let report = user.get(&format!("{RUNS}/{}", asked["id"].as_str().unwrap())).await.ok();
    assert_eq!(report["status"], "done", "{report}");
    report
}

fn analysis(crowd: &Crowd<'_>) -> Value {
    json!({ "kind": "analysis", "form": crowd.form, "from": "2026-05-01", "until": "2026-06-01" })
}

fn flags(item: &Value) -> Vec<(&str, Option<&str>)> {
    item["flags"].as_array().unwrap().iter().map(|flag| (flag["kind"].as_str().unwrap(), flag["option"].as_str())).collect()
}

both! {
    async fn a_wrong_key_is_flagged_by_what_the_best_candidates_choose(app) {
        let hall = hall(&app).await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let crowd = Crowd::new(&hall, 10).await;
        let (items, mut random) = (easy_to_hard(10), Random::seeded(3));
        let people = normal(300, &mut random);
        let now = app.ijkpunt.clock.now();
        let mut model = by_model(&items, &mut random);
        // Who knows the answer to the third question chooses A, which is not the key.
        crowd.sits(&people, now - Duration::days(3), |person, place| match (place, model(person, place)) {
            (2, KEY) => 0,
            (2, 0) => KEY,
            (_, option) => option,
        }).await;
        let report = run(&app, &author, analysis(&crowd)).await;
        let found = &report["analysis"];
        assert_eq!((&found["attempts"], &found["few"]["fit"]), (&json!(300), &json!(false)));
        assert!(flags(&found["items"][2]).contains(&("key_wrong", Some("A"))), "{}", found["items"][2]);
        assert!(flags(&found["items"][2]).contains(&("negative", None)));
        for place in [0, 1, 3, 4, 5, 6, 7, 8, 9] {
            let own = flags(&found["items"][place]);
            assert!(own.iter().all(|(kind, _)| !["key_wrong", "negative"].contains(kind)), "{place}: {own:?}");
        }
        let first = &found["items"][0];
        assert_eq!((&first["exposure"], &first["options"][1]["key"], &first["options"][1]["letter"]), (&json!(1.0), &json!(true), &json!("B")));
        assert_eq!((&first["options"][0]["text"], first["options"][0]["by_group"].as_array().unwrap().len()), (&json!("melk"), 5));
        assert!(found["alpha"].is_number() && found["sem"].is_number() && first["s_x2"].is_number() && first["rir"].is_number());
        let shares: f64 = first["options"].as_array().unwrap().iter().map(|option| option["share"].as_f64().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-9);
    }

    async fn sparse_data_says_too_few_instead_of_a_number(app) {
        let hall = hall(&app).await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let crowd = Crowd::new(&hall, 6).await;
        let (items, mut random) = (easy_to_hard(6), Random::seeded(4));
        let people = normal(29, &mut random);
        crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(1), by_model(&items, &mut random)).await;
        let report = run(&app, &author, analysis(&crowd)).await;
        let found = &report["analysis"];
        assert_eq!(found["few"], json!({ "answers": true, "correlations": true, "fit": true }));
        for name in ["p", "rit", "rir", "s_x2", "infit", "drift", "drift_b"] {
            assert!(found["items"][0][name].is_null(), "{name}");
        }
        assert_eq!((&found["items"][0]["options"], &found["scores"], &found["alpha"]), (&json!([]), &json!([]), &Value::Null));
        // One more, and the shares are told, but no correlation.
        crowd.sits(&[Sitter::of(0.0)], app.ijkpunt.clock.now() - Duration::days(1), |_, _| KEY).await;
        let report = run(&app, &author, analysis(&crowd)).await;
        assert!(report["analysis"]["items"][0]["p"].is_number() && report["analysis"]["items"][0]["rir"].is_null());
        let calibration = json!({ "kind": "calibration", "forms": [crowd.form], "from": "2026-05-01", "until": "2026-06-01", "model": "rasch", "anchoring": "none" });
        let asked = author.post(RUNS, calibration).await.ok();
        app.work().await;
        let failed = author.get(&format!("{RUNS}/{}", asked["id"].as_str().unwrap())).await.ok();
        assert_eq!((&failed["status"], &failed["problem"]), (&json!("failed"), &json!("too-few")));
    }

    async fn an_item_that_leaked_drifts_and_reports_are_never_overwritten(app) {
        let hall = hall(&app).await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let crowd = Crowd::new(&hall, 8).await;
        let (before, mut random) = (easy_to_hard(8), Random::seeded(9));
        let mut now = before.clone();
        now[5] = Item::Logistic { a: 1.0, b: -2.5, c: 0.0 };
        let people = normal(400, &mut random);
        crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(45), by_model(&before, &mut random)).await;
        // The later candidates are better, which is no drift.
        let people: Vec<Sitter> = normal(400, &mut random).into_iter().map(|one| Sitter { theta: one.theta + 0.6, ..one }).collect();
        crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(5), by_model(&now, &mut random)).await;
        let report = run(&app, &author, analysis(&crowd)).await;
        let found = &report["analysis"];
        assert_eq!(found["earlier"]["attempts"], 400);
        let moved: Vec<usize> = (0..8).filter(|place| flags(&found["items"][*place]).contains(&("easier", None))).collect();
        assert_eq!(moved, [5], "{found}");
        assert!((0..8).all(|place| !flags(&found["items"][place]).contains(&("harder", None))));
        let again = run(&app, &author, analysis(&crowd)).await;
        assert_eq!(again["analysis"], report["analysis"], "the same answers give the same report");
        let kept = measurement_runs::Entity::find().count(&app.ijkpunt.db).await.unwrap();
        assert_eq!(kept, 2);
        let history = author.get(&format!("/api/measurement/items/{}", crowd.questions[5].0)).await.ok();
        assert_eq!(history["analyses"].as_array().unwrap().len(), 2);
        assert_eq!(history["analyses"][0]["n"], 400);
    }

    async fn closing_a_session_asks_for_the_analysis_of_its_forms(app) {
        let hall = hall(&app).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("K1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 0, json!({})).await.ok();
        hall.invigilator.post(&format!("/api/room/sessions/{}/close", hall.session), json!({ "end_all": true })).await.ok();
        app.work().await;
        let office = app.user(AgencyCode::Hvn, &[Role::Office]).await;
        let runs = office.get(RUNS).await.ok();
        assert_eq!((&runs[0]["status"], &runs[0]["after_session"], &runs[0]["kind"]), (&json!("queued"), &json!(true), &json!("analysis")), "{runs}");
        app.ijkpunt.clock.advance(Duration::minutes(11));
        app.work().await;
        let report = office.get(&format!("{RUNS}/{}", runs[0]["id"].as_str().unwrap())).await.ok();
        assert_eq!((&report["status"], &report["analysis"]["attempts"]), (&json!("done"), &json!(1)));
        assert_eq!((&report["asked"]["from"], &report["analysis"]["few"]["answers"]), (&json!("2025-06-01"), &json!(true)));
    }

    async fn a_calibration_recovers_what_the_items_measure_and_somebody_else_approves_it(app) {
        let hall = hall(&app).await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let colleague = app.user(AgencyCode::Amal, &[Role::Author]).await;
        let crowd = Crowd::new(&hall, 8).await;
        let (items, mut random) = (easy_to_hard(8), Random::seeded(11));
        let people = normal(900, &mut random);
        crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(3), by_model(&items, &mut random)).await;
        let asked = |model: &str, anchoring: &str| json!({ "kind": "calibration", "forms": [crowd.form], "from": "2026-05-01", "until": "2026-06-01", "model": model, "anchoring": anchoring });
        // Without a scale there is nothing to anchor to.
        let lost = author.post(RUNS, asked("2pl", "fixed")).await.ok();
        app.work().await;
        assert_eq!(author.get(&format!("{RUNS}/{}", lost["id"].as_str().unwrap())).await.ok()["problem"], "no-anchors");

        let report = run(&app, &author, asked("2pl", "none")).await;
        let found = &report["calibration"];
        assert_eq!((&found["converged"], found["items"].as_array().unwrap().len()), (&json!(true), 8));
        let mut square = 0.0;
        for (truth, item) in items.iter().zip(found["items"].as_array().unwrap()) {
            let Item::Logistic { a, b, .. } = truth else { unreachable!() };
            let of = |name: &str| item["new"][name].as_f64().unwrap();
            for z in [(of("a") - a) / of("se_a"), (of("b") - b) / of("se_b")] {
                assert!(z.abs() < 3.6, "{z}: {item}");
                square += z * z / 16.0;
            }
        }
        assert!((0.2..2.5).contains(&square), "the errors are right in size: {square}");

        let path = format!("{RUNS}/{}", report["id"].as_str().unwrap());
        let proposed = |status| item_parameters::Entity::find().filter(item_parameters::Column::Status.eq(status));
        assert_eq!(proposed(ParameterStatus::Proposed).count(&app.ijkpunt.db).await.unwrap(), 8);
        let decision = format!("{path}/decision");
        assert_eq!(author.post(&decision, json!({ "decision": "approved" })).await.code(), "own-calibration");
        assert_eq!(author.post(&decision, json!({ "decision": "rejected", "reason": " " })).await.field_code("/reason"), "required");
        let sat_before = attempts::Entity::find().all(&app.ijkpunt.db).await.unwrap();
        let approved = colleague.post(&decision, json!({ "decision": "approved" })).await.ok();
        assert_eq!((&approved["decision"], &approved["may_approve"]), (&json!("approved"), &json!(false)));
        assert_eq!(colleague.post(&decision, json!({ "decision": "approved" })).await.code(), "nothing-to-decide");
        assert_eq!(proposed(ParameterStatus::Approved).count(&app.ijkpunt.db).await.unwrap(), 8);
        assert_eq!(attempts::Entity::find().all(&app.ijkpunt.db).await.unwrap(), sat_before, "attempts keep theirs");

        // Better candidates on the same questions: anchored to the old scale they show as better, and the questions as the same.
        let people: Vec<Sitter> = normal(900, &mut random).into_iter().map(|one| Sitter { theta: one.theta + 0.8, ..one }).collect();
        app.ijkpunt.clock.advance(Duration::days(1));
        crowd.sits(&people, app.ijkpunt.clock.now(), by_model(&items, &mut random)).await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let mut later = asked("2pl", "linking");
        (later["from"], later["until"]) = (json!("2026-06-02"), json!("2026-06-02"));
        let linked = run(&app, &author, later).await;
        assert!((linked["calibration"]["mean"].as_f64().unwrap() - 0.8).abs() < 0.2, "{}", linked["calibration"]);
        let reject = author.post(&format!("{RUNS}/{}/decision", linked["id"].as_str().unwrap()), json!({ "decision": "rejected", "reason": "Alleen om te vergelijken" })).await.ok();
        assert_eq!(reject["decision"], "rejected");
        assert_eq!(proposed(ParameterStatus::Approved).count(&app.ijkpunt.db).await.unwrap(), 8);
        assert_eq!(proposed(ParameterStatus::Proposed).count(&app.ijkpunt.db).await.unwrap(), 0);
    }

    async fn a_run_is_cancelled_once_and_then_proposes_nothing(app) {
        let hall = hall(&app).await;
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let crowd = Crowd::new(&hall, 3).await;
        let asked = author.post(RUNS, analysis(&crowd)).await.ok();
        let cancel = format!("{RUNS}/{}/cancel", asked["id"].as_str().unwrap());
        assert_eq!(author.post(&cancel, json!({})).await.ok()["status"], "cancelled");
        assert_eq!(author.post(&cancel, json!({})).await.code(), "measurement-ended");
        app.work().await;
        let report = author.get(&format!("{RUNS}/{}", asked["id"].as_str().unwrap())).await.ok();
        assert_eq!((&report["status"], &report["analysis"]), (&json!("cancelled"), &Value::Null));
    }

    async fn an_item_that_is_harder_for_one_language_is_found_and_the_others_are_not(app) {
        let hall = hall(&app).await;
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let crowd = Crowd::new(&hall, 10).await;
        let (items, mut random) = (easy_to_hard(10), Random::seeded(21));
        let harder: Vec<Item> = items.iter().enumerate().map(|(place, item)| match item {
            Item::Logistic { a, b, c } if place == 3 => Item::Logistic { a: *a, b: b + 1.2, c: *c },
            other => other.clone(),
        }).collect();
        let at = app.ijkpunt.clock.now() - Duration::days(3);
        // Speakers of Arabic are weaker on the whole: a difference of the groups, not of an item.
        let of = |count: usize, language: &'static str, shift: f64, random: &mut Random| -> Vec<Sitter> {
            let sex = |n: usize| if n.is_multiple_of(8) { Sex::Male } else { Sex::Female };
            normal(count, random).into_iter().enumerate().map(|(n, one)| Sitter { theta: one.theta + shift, contact_language: language, sex: sex(n), ..one }).collect()
        };
        let (dutch, arabic, french) = (of(500, "nl", 0.0, &mut random), of(400, "ar", -0.4, &mut random), of(12, "fr", 0.0, &mut random));
        crowd.sits(&dutch, at, by_model(&items, &mut random)).await;
        crowd.sits(&arabic, at, by_model(&harder, &mut random)).await;
        crowd.sits(&french, at, by_model(&items, &mut random)).await;
        let asked = |by: &str| json!({ "kind": "dif", "form": crowd.form, "from": "2026-05-01", "until": "2026-06-01", "by": by, "purify": true });
        let report = run(&app, &office, asked("contact_language")).await;
        let found = &report["dif"];
        assert_eq!((&found["reference"], &found["persons"], &found["tests"]), (&json!("nl"), &json!(912), &json!(10)));
        assert_eq!((&found["groups"][2]["group"], &found["groups"][2]["few"], &found["groups"][2]["mean"]), (&json!("fr"), &json!(true), &Value::Null));
        assert_eq!(found["comparisons"].as_array().unwrap().len(), 1, "too few are not compared");
        let compared = found["comparisons"][0]["items"].as_array().unwrap();
        for (place, item) in compared.iter().enumerate() {
            let expected = if place == 3 { ("C", json!("reference")) } else { ("A", Value::Null) };
            assert_eq!((item["class"].as_str().unwrap(), item["favours"].clone()), expected, "{place}: {item}");
        }
        assert_eq!(compared[3]["in_score"], false, "purified");
        let curves = &found["items"][3]["curves"];
        assert!(curves[0][2].as_f64().unwrap() > curves[1][2].as_f64().unwrap() + 0.1);
        assert!(curves[2].as_array().unwrap().iter().all(Value::is_null), "a group of twelve has no curve");
        let by_gender = run(&app, &office, asked("gender")).await;
        assert_eq!((&by_gender["dif"]["comparisons"][0]["focal"], &by_gender["dif"]["comparisons"][0]["small"]), (&json!("male"), &json!(true)));
        let eb = &by_gender["dif"]["comparisons"][0]["items"][0];
        assert!(eb["eb_delta"].as_f64().unwrap().abs() <= eb["delta"].as_f64().unwrap().abs() + 0.3, "{eb}");
        // Groups of people are not everybody's to look at.
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        assert_eq!(author.post(RUNS, asked("gender")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(author.get(&format!("{RUNS}/{}", report["id"].as_str().unwrap())).await.status, StatusCode::FORBIDDEN);
        assert_eq!(author.get(RUNS).await.ok(), json!([]));
    }

    async fn a_panel_sets_a_cut_in_rounds_and_somebody_else_puts_it_in_force(app) {
        let hall = hall(&app).await;
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let head = app.user(AgencyCode::Amal, &[Role::Office]).await;
        let crowd = Crowd::new(&hall, 10).await;
        let (items, mut random) = (easy_to_hard(10), Random::seeded(5));
        let people = normal(250, &mut random);
        crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(3), by_model(&items, &mut random)).await;
        let new = |method: &str| json!({ "title": "Lezen A1/A2", "form": crowd.form, "method": method });
        assert_eq!(office.post("/api/measurement/standards", new("bookmark")).await.field_code("/method"), "no-parameters");
        let setting = office.post("/api/measurement/standards", new("angoff")).await.ok();
        assert_eq!((&setting["levels"], &setting["highest"]), (&json!(["A1", "A2"]), &json!(10)));
        let path = format!("/api/measurement/standards/{}", setting["id"].as_str().unwrap());
        assert_eq!(office.post(&format!("{path}/rounds"), json!({})).await.code(), "round-incomplete");
        let mut panel = Vec::new();
        for name in ["Els", "Wim", "Noor"] {
            let found = office.post(&format!("{path}/panellists"), json!({ "name": name })).await.ok();
            panel.push(found["panellists"].as_array().unwrap().last().unwrap()["id"].clone());
        }
        assert_eq!(office.post(&format!("{path}/panellists"), json!({ "name": "Wim" })).await.field_code("/name"), "name-taken");
        let judge = async |panellist: usize, round: i64, level: &str, chance: f64| {
            let marks = vec![chance; 10];
            office.post(&format!("{path}/judgements"), json!({ "panellist": panel[panellist], "round": round, "level": level, "marks": marks })).await
        };
        assert_eq!(judge(0, 1, "A1", 1.5).await.field_code("/marks/0"), "out-of-range");
        assert_eq!(judge(0, 2, "A1", 0.5).await.code(), "other-round");
        assert_eq!(judge(0, 1, "B2", 0.5).await.field_code("/level"), "out-of-range");
        let short = json!({ "panellist": panel[0], "round": 1, "level": "A1", "marks": [0.5] });
        assert_eq!(office.post(&format!("{path}/judgements"), short).await.field_code("/marks"), "judgement-incomplete");
        for (panellist, chance) in [0.3, 0.4, 0.2].into_iter().enumerate() {
            judge(panellist, 1, "A1", chance).await.ok();
            let seen = judge(panellist, 1, "A2", chance + 0.3).await.ok();
            assert_eq!(seen["rounds"].as_array().unwrap().len(), usize::from(panellist == 2), "feedback comes when the round is complete");
        }
        let second = office.post(&format!("{path}/rounds"), json!({})).await.ok();
        let first = &second["rounds"][0];
        assert_eq!(first["cuts"][1]["panellists"], 3);
        assert!((first["cuts"][1]["cut"].as_f64().unwrap() - 6.0).abs() < 1e-9 && first["impact"][1].is_number());
        assert!((first["cuts"][1]["se"].as_f64().unwrap() - 1.0 / 3.0_f64.sqrt()).abs() < 1e-9);
        assert_eq!(office.post(&format!("{path}/panellists"), json!({ "name": "Bram" })).await.code(), "other-round");
        for (panellist, chance) in [0.3, 0.35, 0.3].into_iter().enumerate() {
            judge(panellist, 2, "A1", chance).await.ok();
            judge(panellist, 2, "A2", chance + 0.35).await.ok();
        }
        let proposal = json!({ "valid_from": "2026-07-01", "ground": "Besluit van het panel van 1 juni 2026" });
        assert_eq!(office.post(&format!("{path}/proposals"), proposal.clone()).await.code(), "standard-open");
        assert_eq!(office.post(&format!("{path}/close"), json!({})).await.ok()["status"], "closed");
        assert_eq!(judge(0, 2, "A1", 0.3).await.code(), "standard-closed");
        assert_eq!(office.post(&format!("{path}/proposals"), json!({ "valid_from": "2026-05-01", "ground": "x" })).await.field_code("/valid_from"), "date-in-past");
        let proposed = office.post(&format!("{path}/proposals"), proposal.clone()).await.ok();
        let cut = &proposed["proposals"][0];
        assert_eq!((&cut["cuts"][0]["score"], &cut["cuts"][1]["score"], &cut["status"]), (&json!(4), &json!(7), &json!("proposed")));
        assert_eq!(office.post(&format!("{path}/proposals"), proposal).await.code(), "already-proposed");
        let decide = format!("/api/measurement/proposals/{}/decision", cut["id"].as_str().unwrap());
        assert_eq!(office.post(&decide, json!({ "in_force": true })).await.code(), "own-proposal");
        let author = app.user(AgencyCode::Amal, &[Role::Author]).await;
        assert_eq!(author.post(&decide, json!({ "in_force": true })).await.status, StatusCode::FORBIDDEN);
        assert_eq!(head.post(&decide, json!({ "in_force": false, "reason": "" })).await.field_code("/reason"), "required");
        let (one, other) = tokio::join!(head.post(&decide, json!({ "in_force": true })), head.post(&decide, json!({ "in_force": true })));
        let statuses = [one.status, other.status];
        assert!(statuses.contains(&StatusCode::OK) && statuses.contains(&StatusCode::CONFLICT), "two at once decide once: {statuses:?}");
        let rules = head.get("/api/policy").await.ok();
        let rule = rules.as_array().unwrap().iter().find(|rule| rule["key"] == "reading-A1A2" && rule["valid_from"] == "2026-07-01").unwrap().clone();
        assert_eq!(rule["body"]["levels"][0]["condition"], json!({ "if": "share_at_least", "of": "all", "share": "7/10" }));
        assert_eq!((&rule["ground"], &rule["version"]), (&json!("Besluit van het panel van 1 juni 2026"), &json!(2)));
        assert_eq!(head.post("/api/audit-log/check", json!({})).await.ok()["intact"], true);
    }

    async fn a_calibrated_form_has_a_booklet_and_tells_how_surely_it_decides(app) {
        let hall = hall(&app).await;
        let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        let head = app.user(AgencyCode::Amal, &[Role::Office]).await;
        let crowd = Crowd::new(&hall, 10).await;
        let (items, mut random) = (easy_to_hard(10), Random::seeded(6));
        let people = normal(300, &mut random);
        crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(3), by_model(&items, &mut random)).await;
        let classify = format!("/api/measurement/forms/{}/classification", crowd.form);
        let before = office.get(&classify).await.ok();
        assert!(before["cuts"][0]["lee"].is_null() && before["cuts"][0]["livingston_lewis"]["accuracy"].is_number(), "{before}");
        let asked = json!({ "kind": "calibration", "forms": [crowd.form], "from": "2026-05-01", "until": "2026-06-01", "model": "rasch", "anchoring": "none" });
        let report = run(&app, &office, asked).await;
        head.post(&format!("{RUNS}/{}/decision", report["id"].as_str().unwrap()), json!({ "decision": "approved" })).await.ok();
        let after = office.get(&classify).await.ok();
        assert_eq!((&after["calibrated"], &after["cuts"][1]["level"], &after["cuts"][1]["score"]), (&json!(true), &json!("A2"), &json!(6)));
        for name in ["lee", "rudner", "livingston_lewis"] {
            let shares = &after["cuts"][1][name];
            let (accuracy, consistency) = (shares["accuracy"].as_f64().unwrap(), shares["consistency"].as_f64().unwrap());
            assert!(accuracy > 0.7 && accuracy < 1.0 && consistency < accuracy, "{name}: {shares}");
        }
        let new = json!({ "title": "Bladwijzer", "form": crowd.form, "method": "bookmark", "response_probability": 0.67 });
        let setting = office.post("/api/measurement/standards", new).await.ok();
        let pages = setting["booklet"].as_array().unwrap();
        assert!(pages.windows(2).all(|pair| pair[0]["location"].as_f64() <= pair[1]["location"].as_f64()) && pages.len() == 10);
        let path = format!("/api/measurement/standards/{}", setting["id"].as_str().unwrap());
        for (name, low, high) in [("Els", 4, 7), ("Wim", 5, 8)] {
            let found = office.post(&format!("{path}/panellists"), json!({ "name": name })).await.ok();
            let panellist = found["panellists"].as_array().unwrap().last().unwrap()["id"].clone();
            for (level, page) in [("A1", low), ("A2", high)] {
                office.post(&format!("{path}/judgements"), json!({ "panellist": panellist, "round": 1, "level": level, "marks": [page] })).await.ok();
            }
        }
        let closed = office.post(&format!("{path}/close"), json!({})).await.ok();
        let cut = &closed["rounds"][0]["cuts"][0];
        let between = (pages[2]["location"].as_f64().unwrap() + pages[3]["location"].as_f64().unwrap()) / 2.0;
        assert!((cut["theta"].as_f64().unwrap() - between).abs() < 1e-9 && cut["se"].is_number(), "{cut}");
    }

    async fn who_neither_authors_nor_runs_an_office_measures_nothing(app) {
        let hall = hall(&app).await;
        let crowd = Crowd::new(&hall, 2).await;
        for role in [Role::Desk, Role::Invigilator, Role::Examiner, Role::Admin] {
            let user = app.user(AgencyCode::Atlas, &[role]).await;
            assert_eq!(user.get("/api/measurement/forms").await.status, StatusCode::FORBIDDEN);
            assert_eq!(user.get(RUNS).await.status, StatusCode::FORBIDDEN);
            assert_eq!(user.post(RUNS, analysis(&crowd)).await.status, StatusCode::FORBIDDEN);
            assert_eq!(user.get("/api/measurement/standards").await.status, StatusCode::FORBIDDEN);
        }
        let author = app.user(AgencyCode::Atlas, &[Role::Author]).await;
        let mut wrong = analysis(&crowd);
        wrong["until"] = json!("2026-04-01");
        assert_eq!(author.post(RUNS, wrong).await.field_code("/until"), "wrong-order");
        let nowhere = json!({ "kind": "analysis", "form": "019abcde-0000-7000-8000-000000000000", "from": "2026-05-01", "until": "2026-06-01" });
        assert_eq!(author.post(RUNS, nowhere).await.field_code("/form"), "form-not-measured");
        let forms = json!({ "kind": "calibration", "forms": [], "from": "2026-05-01", "until": "2026-06-01", "model": "rasch", "anchoring": "none" });
        assert_eq!(author.post(RUNS, forms).await.field_code("/forms"), "required");
        assert_eq!(author.post(RUNS, json!({ "kind": "astrology" })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(author.get(&format!("{RUNS}/019abcde-0000-7000-8000-000000000000")).await.status, StatusCode::NOT_FOUND);
    }
}
