//! `bench --items` and `bench --remark`: a large package in and out, and very many attempts marked again after a correction.

use std::io::Write as _;
use std::time::Instant;

use item_bank::qti::{self, Package, Resource, write_package};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectOptions, ConnectionTrait, Database, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::json;
use tokio::sync::mpsc;

use super::Outcome;
use super::bench::{Failure, on_a_fresh_product};
use super::bench_room::{Seated, seats};
use crate::app::Ijkpunt;
use crate::audit::By;
use crate::entity::enums::{AttemptStatus, Band, FormPart, ItemSkill, ItemStatus, RuleKind};
use crate::entity::{answers, attempt_items, attempts, form_items, forms, item_versions};
use crate::ids::{AttemptId, ItemVersionId};
use crate::items::exchange::{self, Asked};
use crate::items::{load, package_out, store};
use crate::marking::corrections::actions::{CorrectionPreview, preview};
use crate::marking::machine::mark_attempt;

/// Attempts that are made and marked by the product itself; the others are copies of them.
const TEMPLATES: usize = 200;
/// Copies of each in a transaction.
const COPIES: usize = 250;

/// A package of so many items, of which every fourth plays a recording of its own.
pub fn items(count: usize) -> Outcome {
    on_a_fresh_product(async |ijkpunt, _| {
        let sound = load::sample_sound()?;
        let mut package = Package { identifier: "bench".into(), ..Package::default() };
        for n in 0..count {
            let mut resource = Resource { identifier: format!("bench-{n}"), href: format!("items/bench-{n}.xml"), ..Resource::default() };
            let heard = n % 4 == 0;
            if heard {
                let mut bytes = sound.clone();
                bytes.extend(n.to_be_bytes());
                resource.files.push(format!("media/{n}.opus"));
                package.media.insert(format!("media/{n}.opus"), bytes);
            }
            resource.document = made_up_item(n, heard).into_bytes();
            package.items.push(resource);
        }
        let bytes = write_package(&package).map_err(|error| error.to_string())?;
        println!("a package of {count} items, {:.1} MB", bytes.len() as f64 / 1e6);
        for round in ["imported", "imported again, unchanged"] {
            let started = Instant::now();
            let (told, _) = mpsc::unbounded_channel();
            let asked = Asked { by: By::System, skill: ItemSkill::Listening, dry_run: false };
            let outcome = exchange::import(&ijkpunt, &asked, bytes.clone(), told).await?;
            let refused = outcome.iter().filter(|item| !item.faults.is_empty()).count();
            println!("{round} in {:.2} s, {refused} refused", started.elapsed().as_secs_f64());
        }
        let started = Instant::now();
        let wanted = store::Wanted { text: Some("bench-".into()), ..store::Wanted::default() };
        let out = package_out::export(&ijkpunt, &wanted).await?;
        println!("exported in {:.2} s, {:.1} MB", started.elapsed().as_secs_f64(), out.len() as f64 / 1e6);
        Ok(())
    })
}

fn made_up_item(n: usize, heard: bool) -> String {
    let sound = if heard {
        format!(
            r#"<qti-media-interaction response-identifier="HEARD" autostart="false" max-plays="2"><audio src="../media/{n}.opus"/></qti-media-interaction>"#
        )
    } else {
        String::new()
    };
    let played = if heard { r#"<qti-response-declaration identifier="HEARD" cardinality="single" base-type="integer"/>"# } else { "" };
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="bench-{n}" title="Vraag {n}" adaptive="false" time-dependent="false" xml:lang="nl">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier"><qti-correct-response><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>
  {played}
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-item-body>{sound}<p>In zin {n} staat dat Samira elke week naar de markt gaat, behalve als het regent.</p>
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="1" shuffle="true"><qti-prompt>Wanneer gaat Samira niet naar de markt?</qti-prompt>
      <qti-simple-choice identifier="A">in de zomer</qti-simple-choice><qti-simple-choice identifier="B">als het regent</qti-simple-choice><qti-simple-choice identifier="C">op zondag</qti-simple-choice>
    </qti-choice-interaction></qti-item-body>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>"#
    )
}

/// So many stored attempts at the sample reading test, marked again by the same key, which must change nothing, and by another.
pub fn remark(count: usize) -> Outcome {
    on_a_fresh_product(async |ijkpunt, _| {
        if !crate::db::is_sqlite(&ijkpunt.db) {
            return Err("this measurement copies its attempts inside SQLite".into());
        }
        let started = Instant::now();
        let (question, questions) = templates(&ijkpunt).await?;
        let copied = copy(&ijkpunt, count).await?;
        println!("{copied} attempts of {questions} questions stored in {:.0} s", started.elapsed().as_secs_f64());
        let first = item_versions::Entity::find_by_id(question).one(&ijkpunt.db).await?.ok_or("the question is gone")?;
        let same = later(&ijkpunt, &first, 2, first.qti.clone()).await?;
        let found = timed(&ijkpunt, "by the same key", same).await?;
        if found.same != copied as u64 {
            return Err(format!("{} of {copied} attempts are not marked as they were", copied as u64 - found.same).into());
        }
        let item = qti::Item::parse(first.qti.as_bytes()).map_err(|_| "the question cannot be read")?;
        let [one, other] =
            item.simple_choices().into_iter().take(2).collect::<Vec<_>>().try_into().map_err(|_| "the question has no choices")?;
        let value = |identifier: &str| format!("<qti-value>{identifier}</qti-value>");
        let key = if first.qti.contains(&value(one)) { one } else { other };
        let instead = if key == one { other } else { one };
        let corrected = later(&ijkpunt, &first, 3, first.qti.replace(&value(key), &value(instead))).await?;
        timed(&ijkpunt, "by another key", corrected).await?;
        Ok(())
    })
}

async fn timed(ijkpunt: &Ijkpunt, how: &str, by: ItemVersionId) -> Result<CorrectionPreview, Failure> {
    let started = Instant::now();
    let found = preview(ijkpunt, by).await?;
    println!(
        "{how}: {} attempts in {:.1} s; {} the same, {} other points, {} up, {} down and kept, {} passes kept, {} new passes",
        found.attempts,
        started.elapsed().as_secs_f64(),
        found.same,
        found.points,
        found.up,
        found.kept,
        found.kept_passes,
        found.new_passes
    );
    Ok(found)
}

async fn later(ijkpunt: &Ijkpunt, of: &item_versions::Model, version: i64, qti: String) -> Result<ItemVersionId, Failure> {
    let id = ItemVersionId::new();
    let row = item_versions::Model { id, version, qti, status: ItemStatus::Retired, ..of.clone() };
    item_versions::Entity::insert(item_versions::ActiveModel::from(row).reset_all()).exec_without_returning(&ijkpunt.db).await?;
    Ok(id)
}

/// Attempts at the sample reading test, answered by lot and marked as any other; answers the third question and how many there are.
async fn templates(ijkpunt: &Ijkpunt) -> Result<(ItemVersionId, usize), Failure> {
    let db = &ijkpunt.db;
    let form = forms::Entity::find()
        .filter(forms::Column::Part.eq(FormPart::Reading))
        .filter(forms::Column::Band.eq(Band::A1A2))
        .filter(forms::Column::Sample.eq(true))
        .order_by_asc(forms::Column::CreatedAt)
        .one(db)
        .await?
        .ok_or("there is no sample reading form")?;
    let questions = form_items::Entity::find().filter(form_items::Column::FormId.eq(form.id)).order_by_asc(form_items::Column::Position);
    let questions = questions.all(db).await?;
    let now = ijkpunt.clock.now();
    let rule =
        crate::policy::rule_at::<item_bank::standard::CutRule>(db, RuleKind::CutScore, &form.cut_score_key, ijkpunt.clock.today()).await?;
    let rule = rule.ok_or("there is no cut-score rule for the form")?.id;
    for (n, seat) in seats(ijkpunt, TEMPLATES, Seated::AtWork).await?.into_iter().enumerate() {
        for question in &questions {
            let row = attempt_items::ActiveModel {
                attempt_id: Set(seat.attempt),
                position: Set(question.position),
                item_version_id: Set(question.item_version_id),
            };
            attempt_items::Entity::insert(row).exec_without_returning(db).await?;
            let chosen = ["a", "b", "c"].get((n * 7 + question.position as usize * 5) % 3).copied().unwrap_or("a");
            let row = answers::ActiveModel {
                attempt_id: Set(seat.attempt),
                seq: Set(question.position + 1),
                position: Set(question.position),
                response: Set(json!({ "r1": chosen })),
                flagged: Set(false),
                late: Set(false),
                client_at: Set(now),
                received_at: Set(now),
            };
            answers::Entity::insert(row).exec_without_returning(db).await?;
        }
        attempts::Entity::update_many()
            .col_expr(attempts::Column::Status, Expr::value(AttemptStatus::Ended))
            .col_expr(attempts::Column::FormId, Expr::value(form.id))
            .col_expr(attempts::Column::CutScoreRuleId, Expr::value(rule))
            .col_expr(attempts::Column::Seed, Expr::value(n as i64 * 7919))
            .filter(attempts::Column::Id.eq(seat.attempt))
            .exec(db)
            .await?;
        mark_attempt(ijkpunt, seat.attempt).await?;
    }
    let third = questions.get(2).ok_or("the form has too few questions")?.item_version_id;
    Ok((third, questions.len()))
}

/// Copies the templates with all that belongs to them, until there are so many.
async fn copy(ijkpunt: &Ijkpunt, count: usize) -> Result<usize, Failure> {
    let url = ijkpunt.config.database_url.clone();
    let mut options = ConnectOptions::new(url);
    // The copies have no booking each, and need not survive a power cut.
    options.sqlx_logging(false).max_connections(1).map_sqlx_sqlite_opts(|sqlite| {
        sqlite.foreign_keys(false).pragma("journal_mode", "WAL").pragma("synchronous", "OFF").pragma("cache_size", "-200000")
    });
    let db = Database::connect(options).await?;
    let templates: Vec<AttemptId> = attempts::Entity::find()
        .filter(attempts::Column::Status.eq(AttemptStatus::Ended))
        .all(&db)
        .await?
        .into_iter()
        .map(|row| row.id)
        .collect();
    let made = templates.len().max(1);
    db.execute_unprepared("CREATE TEMP TABLE templates (n INTEGER PRIMARY KEY, id BLOB)").await?;
    db.execute_unprepared("INSERT INTO templates (id) SELECT id FROM attempts WHERE status = 'ended'").await?;
    let rounds = count.div_ceil(made).saturating_sub(1);
    for from in (1..=rounds).step_by(COPIES) {
        let to = (from + COPIES - 1).min(rounds);
        let k = format!("WITH RECURSIVE k(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM k WHERE n < {to})");
        let id = "CAST(printf('%08d%08d', k.n, t.n) AS BLOB)";
        db.execute_unprepared("BEGIN").await?;
        for (table, columns) in [(
            "attempts",
            "session_id, candidate_id, enrolment_id, agency_id, part, band, position, form_id, cut_score_rule_id, seed, status, language, time_limit_seconds, extra_seconds, created_at, started_at, deadline_at, item_count",
        )] {
            let named = columns.split(", ").map(|name| format!("o.{name}")).collect::<Vec<_>>().join(", ");
            db.execute_unprepared(&format!("{k} INSERT INTO {table} (id, booking_id, {columns}) SELECT {id}, {id}, {named} FROM k JOIN templates t JOIN {table} o ON o.id = t.id")).await?;
        }
        for (table, columns) in
            [("attempt_items", "position, item_version_id"), ("answers", "seq, position, response, flagged, late, client_at, received_at")]
        {
            let named = columns.split(", ").map(|name| format!("o.{name}")).collect::<Vec<_>>().join(", ");
            db.execute_unprepared(&format!("{k} INSERT INTO {table} (attempt_id, {columns}) SELECT {id}, {named} FROM k JOIN templates t JOIN {table} o ON o.attempt_id = t.id")).await?;
        }
        for (table, columns) in [
            ("marks", "version, score, max_score, level, explanation, cut_score_rule_id, marked_at, reason"),
            ("results", "enrolment_id, candidate_id, mark_id, part, band, level, required_level, passed, sat_on, decided_at"),
        ] {
            let named = columns.split(", ").map(|name| format!("o.{name}")).collect::<Vec<_>>().join(", ");
            db.execute_unprepared(&format!("{k} INSERT INTO {table} (id, attempt_id, {columns}) SELECT {id}, {id}, {named} FROM k JOIN templates t JOIN {table} o ON o.attempt_id = t.id")).await?;
        }
        db.execute_unprepared("COMMIT").await?;
        eprint!("\r{} attempts", (to + 1) * made);
        std::io::stderr().flush()?;
    }
    eprintln!();
    db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    db.close().await?;
    Ok((rounds + 1) * made)
}
