//! What the product computes from stored attempts is what the command line computes from the same answers in a file.

use std::path::Path;
use std::process::Command;

use chrono::Duration;
use ijkpunt::entity::enums::{AgencyCode, Role};
use ijkpunt::entity::{attempts, marks};
use item_bank::measure::Item;
use item_bank::measure::random::Random;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tests::crowd::{Crowd, Sitter, by_model, hall};
use tests::{Backend, TestApp, run};

#[test]
fn reports_of_the_product_and_of_the_command_line_are_the_same_numbers() {
    run(Backend::Sqlite, |app| async move { compare(&app).await });
}

async fn compare(app: &TestApp) {
    let hall = hall(app).await;
    let office = app.user(AgencyCode::Atlas, &[Role::Office]).await;
    let crowd = Crowd::new(&hall, 8).await;
    let items: Vec<Item> = (0..8).map(|i| Item::Logistic { a: 1.2, b: -1.0 + 0.25 * f64::from(i), c: 0.0 }).collect();
    let mut random = Random::seeded(17);
    let people: Vec<Sitter> =
        (0..420).map(|n| Sitter { contact_language: if n % 2 == 0 { "nl" } else { "ar" }, ..Sitter::of(random.normal()) }).collect();
    crowd.sits(&people, app.ijkpunt.clock.now() - Duration::days(2), by_model(&items, &mut random)).await;
    let file = app.folder.path().join("answers.csv");
    std::fs::write(&file, matrix(app, &crowd, &people).await).unwrap();

    let ask = async |asked: Value| {
        let run = office.post("/api/measurement/runs", asked).await.ok();
        app.work().await;
        office.get(&format!("/api/measurement/runs/{}", run["id"].as_str().unwrap())).await.ok()
    };
    let period = |mut asked: Value| {
        (asked["from"], asked["until"]) = (json!("2026-05-01"), json!("2026-06-01"));
        asked
    };
    let analysis = ask(period(json!({ "kind": "analysis", "form": crowd.form }))).await["analysis"].take();
    let told = measure(&["calibrate", "--model", "2pl", "--fit", "--ignore", "group", "--responses"], &file);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(analysis["model"], "2pl");
    for (name, theirs) in [("alpha", "alpha"), ("sem", "sem"), ("mean", "total_mean"), ("sd", "total_sd")] {
        same(&analysis[name], &told["classical"][theirs], name);
    }
    for place in 0..8 {
        let (ours, classical, fitted) = (&analysis["items"][place], &told["classical"]["items"][place], &told["items"][place]);
        let pairs = [("rit", classical, "rit"), ("rir", classical, "rir"), ("alpha_without", classical, "alpha_if_deleted")];
        let fits = [
            ("s_x2", fitted, "S_X2"),
            ("df", fitted, "df"),
            ("fit_p", fitted, "p"),
            ("infit", fitted, "infit"),
            ("outfit", fitted, "outfit"),
        ];
        for (name, theirs, called) in pairs.into_iter().chain(fits) {
            same(&ours[name], &theirs[called], name);
        }
        assert!((ours["p"].as_f64().unwrap() - classical["p"].as_f64().unwrap()).abs() < 1e-12);
    }
    let calibration =
        ask(period(json!({ "kind": "calibration", "forms": [crowd.form], "model": "2pl", "anchoring": "none" }))).await["calibration"]
            .take();
    for place in 0..8 {
        for name in ["a", "b", "se_a", "se_b"] {
            same(&calibration["items"][place]["new"][name], &told["items"][place][name], name);
        }
    }
    let dif = ask(period(json!({ "kind": "dif", "form": crowd.form, "by": "contact_language", "reference": "nl", "purify": true }))).await;
    let told = measure(&["dif", "--reference", "nl", "--focal", "ar", "--purify", "--format", "json", "--responses"], &file);
    let told: Value = serde_json::from_str(&told).unwrap();
    let ours = dif["dif"]["comparisons"][0]["items"].as_array().unwrap();
    for (place, item) in ours.iter().enumerate() {
        let pairs = [("delta", "deltaMH"), ("se", "se_deltaMH"), ("chisq", "chisq"), ("p", "p"), ("p_adjusted", "p_adjusted")];
        for (name, called) in pairs.into_iter().chain([("raw_class", "ets"), ("eb_delta", "deltaEB"), ("eb_se", "se_deltaEB")]) {
            same(&item[name], &told["items"][place][called], name);
        }
    }
}

/// Equal up to the last digit that a number loses on its way through a database.
#[track_caller]
fn same(ours: &Value, theirs: &Value, what: &str) {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(one), Some(other)) => assert!((one - other).abs() <= 1e-12 * other.abs().max(1e-3), "{what}: {one} and {other}"),
        _ => assert_eq!(ours, theirs, "{what}"),
    }
}

/// The answers as a file: a group and a column a question.
async fn matrix(app: &TestApp, crowd: &Crowd<'_>, people: &[Sitter]) -> String {
    let sat = attempts::Entity::find()
        .filter(attempts::Column::FormId.eq(crowd.form))
        .order_by_asc(attempts::Column::Id)
        .all(&app.ijkpunt.db)
        .await
        .unwrap();
    let header = (1..=8).map(|n| format!("V{n}")).collect::<Vec<_>>().join(",");
    let mut lines = vec![format!("group,{header}")];
    for (attempt, person) in sat.iter().zip(people) {
        let mark = marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt.id)).one(&app.ijkpunt.db).await.unwrap().unwrap();
        let scores = mark.explanation["items"].as_array().unwrap().iter().map(|item| item["score"].as_f64().unwrap().to_string());
        lines.push(format!("{},{}", person.contact_language, scores.collect::<Vec<_>>().join(",")));
    }
    lines.join("\n") + "\n"
}

fn measure(arguments: &[&str], file: &Path) -> String {
    let output = Command::new(tests::process::binary()).arg("measure").args(arguments).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
