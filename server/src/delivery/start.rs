//! Opening a sitting: by the candidate's code, or again at the same kiosk after a crash.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::{is_closed, normal_code};
use super::{Refusal, languages, store};
use crate::adaptive::actions::Prepared;
use crate::adaptive::{self, Plans};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::belgian_date;
use crate::crypto::{new_token, token_hash};
use crate::db::begin_write;
use crate::entity::enums::{AttemptStatus, Band, BookingStatus, FormPart, FormStatus, Part, RuleKind, SessionStatus};
use crate::entity::{
    answers, attempt_items, attempts, bookings, enrolments, form_items, forms, kiosks, login_throttles, presence, sittings, test_sessions,
};
use crate::ids::{AttemptId, BookingId, KioskId};
use crate::policy;

/// A code has six digits: a kiosk that guesses is stopped long before it finds one.
const WRONG_CODES: i64 = 10;
const WINDOW: Duration = Duration::minutes(15);

/// Opens the sitting of a one-time code; answers the booking and the new attempt token.
pub async fn start(ijkpunt: &Ijkpunt, kiosk: &kiosks::Model, code: &str, language: &str) -> Result<(BookingId, String), Refusal> {
    let now = ijkpunt.clock.now();
    let guesses = ijkpunt.keys.index("kiosk-guesses", &kiosk.id.to_string());
    let tx = begin_write(&ijkpunt.db).await?;
    let tries = login_throttles::Entity::find_by_id(guesses.clone()).one(&tx).await?;
    if tries.is_some_and(|row| row.failures >= WRONG_CODES && now - row.window_started_at < WINDOW) {
        return Err(Refusal::TooManyTries);
    }
    let Some(booking) = booking_by_code(&tx, ijkpunt, code).await? else {
        count_wrong_code(&tx, guesses, now).await?;
        tx.commit().await?;
        return Err(Refusal::CodeWrong);
    };
    check_code(&booking, kiosk.id, now)?;
    let session = test_sessions::Entity::find_by_id(booking.session_id).one(&tx).await?.ok_or(Refusal::NotFound)?;
    check_session(session.status)?;
    if !languages::interface(&tx, belgian_date(now)).await?.iter().any(|offered| offered.tag == language) {
        return Err(Refusal::LanguageUnknown);
    }
    let used = bookings::Entity::update_many()
        .col_expr(bookings::Column::CodeUsedAt, Expr::value(now))
        .col_expr(bookings::Column::Status, Expr::value(BookingStatus::Attended))
        .filter(bookings::Column::Id.eq(booking.id))
        .filter(bookings::Column::CodeUsedAt.is_null())
        .filter(bookings::Column::Status.is_in([BookingStatus::Booked, BookingStatus::Attended]))
        .exec(&tx)
        .await?;
    if used.rows_affected == 0 {
        return Err(Refusal::CodeUsed);
    }
    if store::attempts_of(&tx, booking.id).await?.is_empty() {
        create_attempts(&tx, &ijkpunt.plans, &booking, (&session, language), now).await?;
    }
    let token = take_over(&tx, booking.id, kiosk.id, Some(language), now).await?;
    let entry = Entry::of(By::Kiosk(kiosk.id), "sitting.started", ("booking", Some(booking.id.0))).at(session.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok((booking.id, token))
}

/// Opens again what was going on at this kiosk, after its browser was closed or died.
pub async fn resume(ijkpunt: &Ijkpunt, kiosk: &kiosks::Model) -> Result<(BookingId, String), Refusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (here, session) = going_on(&tx, kiosk.id).await?.ok_or(Refusal::NothingToResume)?;
    let token = take_over(&tx, here.booking_id, kiosk.id, None, now).await?;
    let entry = Entry::of(By::Kiosk(kiosk.id), "sitting.resumed", ("booking", Some(here.booking_id.0))).at(session.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok((here.booking_id, token))
}

/// The sitting that goes on at a kiosk, with its session.
pub async fn going_on(db: &impl ConnectionTrait, kiosk: KioskId) -> Result<Option<(sittings::Model, test_sessions::Model)>, DbErr> {
    let here =
        sittings::Entity::find().filter(sittings::Column::KioskId.eq(kiosk)).order_by_desc(sittings::Column::StartedAt).one(db).await?;
    let Some(here) = here else { return Ok(None) };
    let attempts = store::attempts_of(db, here.booking_id).await?;
    let Some(current) = store::current(&attempts) else { return Ok(None) };
    let session = test_sessions::Entity::find_by_id(current.session_id).one(db).await?;
    let session = session.filter(|session| matches!(session.status, SessionStatus::Open | SessionStatus::Paused));
    Ok(session.map(|session| (here, session)))
}

async fn booking_by_code(tx: &DatabaseTransaction, ijkpunt: &Ijkpunt, code: &str) -> Result<Option<bookings::Model>, DbErr> {
    bookings::Entity::find()
        .filter(bookings::Column::CodeHash.eq(code_hash(ijkpunt, code)))
        .order_by_desc(bookings::Column::CodeExpiresAt)
        .one(tx)
        .await
}

pub fn code_hash(ijkpunt: &Ijkpunt, code: &str) -> Vec<u8> {
    ijkpunt.keys.index("sitting-code", &normal_code(code))
}

fn check_code(booking: &bookings::Model, kiosk: KioskId, now: DateTime<Utc>) -> Result<(), Refusal> {
    if booking.code_used_at.is_some() {
        return Err(Refusal::CodeUsed);
    }
    if booking.code_expires_at.is_none_or(|end| now > end) {
        return Err(Refusal::CodeExpired);
    }
    if booking.kiosk_id != Some(kiosk) {
        return Err(Refusal::WrongKiosk);
    }
    Ok(())
}

fn check_session(status: SessionStatus) -> Result<(), Refusal> {
    match status {
        SessionStatus::Open => Ok(()),
        SessionStatus::Paused => Err(Refusal::SessionPaused),
        SessionStatus::Planned | SessionStatus::Closed | SessionStatus::Cancelled => Err(Refusal::SessionNotOpen),
    }
}

async fn count_wrong_code(tx: &DatabaseTransaction, key: Vec<u8>, now: DateTime<Utc>) -> Result<(), DbErr> {
    login_throttles::Entity::delete_many()
        .filter(login_throttles::Column::KeyHash.eq(key.clone()))
        .filter(login_throttles::Column::WindowStartedAt.lt(now - WINDOW))
        .exec(tx)
        .await?;
    let one_more = Expr::col((login_throttles::Entity, login_throttles::Column::Failures)).add(1);
    login_throttles::Entity::insert(login_throttles::ActiveModel { key_hash: Set(key), failures: Set(1), window_started_at: Set(now) })
        .on_conflict(OnConflict::column(login_throttles::Column::KeyHash).value(login_throttles::Column::Failures, one_more).to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// Makes this kiosk the one that works on the sitting; whoever held the token before is told so at the next request.
async fn take_over(
    tx: &DatabaseTransaction,
    booking: BookingId,
    kiosk: KioskId,
    language: Option<&str>,
    now: DateTime<Utc>,
) -> Result<String, DbErr> {
    let token = new_token();
    let Some(before) = sittings::Entity::find_by_id(booking).one(tx).await? else {
        sittings::Entity::insert(sittings::ActiveModel {
            booking_id: Set(booking),
            kiosk_id: Set(Some(kiosk)),
            epoch: Set(1),
            token_hash: Set(Some(token_hash(&token))),
            language: Set(language.unwrap_or("nl").to_owned()),
            started_at: Set(now),
            seq_base: Set(0),
        })
        .exec_without_returning(tx)
        .await?;
        return Ok(token);
    };
    // Numbers count anew: another kiosk's clock may be behind, and what the older token signed is refused for that.
    presence::Entity::update_many()
        .col_expr(presence::Column::RequestNumber, Expr::value(0))
        .filter(presence::Column::AttemptId.in_subquery(attempts_of_booking(booking)))
        .exec(tx)
        .await?;
    sittings::Entity::update_many()
        .col_expr(sittings::Column::KioskId, Expr::value(kiosk))
        .col_expr(sittings::Column::Epoch, Expr::value(before.epoch + 1))
        .col_expr(sittings::Column::TokenHash, Expr::value(token_hash(&token)))
        .col_expr(
            sittings::Column::SeqBase,
            Expr::value(if before.kiosk_id == Some(kiosk) { before.seq_base } else { seq_base(tx, booking).await? }),
        )
        .col_expr(sittings::Column::Language, Expr::value(language.unwrap_or(&before.language)))
        .filter(sittings::Column::BookingId.eq(booking))
        .exec(tx)
        .await?;
    Ok(token)
}

/// Another kiosk goes on far above the numbers of the one before, whose last answers may come by hand in a rescue file: they then stand in
/// their place, after what was acknowledged and before what the new kiosk says.
const NUMBERS_KEPT_FREE: i64 = 1_000_000;

async fn seq_base(tx: &DatabaseTransaction, booking: BookingId) -> Result<i64, DbErr> {
    let last = answers::Entity::find()
        .filter(answers::Column::AttemptId.in_subquery(attempts_of_booking(booking)))
        .order_by_desc(answers::Column::Seq)
        .one(tx)
        .await?;
    Ok(last.map_or(0, |last| last.seq) + NUMBERS_KEPT_FREE)
}

fn attempts_of_booking(booking: BookingId) -> SelectStatement {
    Query::select().column(attempts::Column::Id).from(attempts::Entity).and_where(attempts::Column::BookingId.eq(booking)).to_owned()
}

/// One attempt for each part of the booking, each with a published form, its questions as they are now, and the cut-score rule of today.
async fn create_attempts(
    tx: &DatabaseTransaction,
    plans: &Plans,
    booking: &bookings::Model,
    (session, language): (&test_sessions::Model, &str),
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let enrolment = enrolments::Entity::find_by_id(booking.enrolment_id).one(tx).await?.ok_or(Refusal::NotFound)?;
    for (position, part) in store::parts_of(booking)?.into_iter().enumerate() {
        let seed = rand::random::<i64>() & i64::MAX;
        let band = if form_part_has_band(part) { session.band.or(enrolment.band) } else { None };
        let form = choose_form(tx, part, band, seed).await?;
        let rule = policy::rule_at::<serde_json::Value>(tx, RuleKind::CutScore, &form.cut_score_key, belgian_date(now))
            .await?
            .ok_or(Refusal::NoCutScore)?;
        let items = form_items::Entity::find()
            .filter(form_items::Column::FormId.eq(form.id))
            .order_by_asc(form_items::Column::Position)
            .all(tx)
            .await?;
        let adaptive = match part {
            Part::Prescreening => adaptive::actions::prepare(tx, plans, form.id, (belgian_date(now), now)).await?,
            _ => None,
        };
        let attempt = AttemptId::new();
        attempts::Entity::insert(attempts::ActiveModel {
            id: Set(attempt),
            booking_id: Set(booking.id),
            session_id: Set(session.id),
            candidate_id: Set(booking.candidate_id),
            enrolment_id: Set(booking.enrolment_id),
            agency_id: Set(session.agency_id),
            part: Set(part),
            band: Set(band),
            position: Set(i64::try_from(position).unwrap_or(0)),
            form_id: Set(form.id),
            cut_score_rule_id: Set(rule.id),
            seed: Set(seed),
            status: Set(AttemptStatus::Ready),
            language: Set(language.to_owned()),
            time_limit_seconds: Set(adaptive.as_ref().map_or(form.time_limit_seconds, Prepared::seconds)),
            extra_seconds: Set(0),
            created_at: Set(now),
            item_count: Set(i64::try_from(adaptive.as_ref().map_or(items.len(), Prepared::max_items)).unwrap_or(0)),
            ..Default::default()
        })
        .exec_without_returning(tx)
        .await?;
        if let Some(prepared) = &adaptive {
            adaptive::actions::begin(tx, prepared, attempt, seed).await?;
            continue;
        }
        let rows = items.into_iter().enumerate().map(|(position, item)| attempt_items::ActiveModel {
            attempt_id: Set(attempt),
            position: Set(i64::try_from(position).unwrap_or(0)),
            item_version_id: Set(item.item_version_id),
        });
        attempt_items::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The MO test and the pre-screening are one for all; the four skills come in an A1/A2 and a B1/B2 test.
fn form_part_has_band(part: Part) -> bool {
    matches!(part, Part::Reading | Part::Listening | Part::Writing | Part::Speaking)
}

pub const fn form_part(part: Part) -> FormPart {
    match part {
        Part::Prescreening => FormPart::Prescreening,
        Part::Reading => FormPart::Reading,
        Part::Listening => FormPart::Listening,
        Part::Writing => FormPart::Writing,
        Part::Speaking => FormPart::Speaking,
        Part::MoExemption | Part::MoFinal => FormPart::Mo,
    }
}

/// Of several published forms the seed chooses, so that neighbours rarely sit the same one.
async fn choose_form(tx: &DatabaseTransaction, part: Part, band: Option<Band>, seed: i64) -> Result<forms::Model, Refusal> {
    let mut query = forms::Entity::find()
        .filter(forms::Column::Part.eq(form_part(part)))
        .filter(forms::Column::Status.eq(FormStatus::Published))
        .order_by_asc(forms::Column::Key)
        .order_by_asc(forms::Column::Version);
    if let Some(band) = band {
        query = query.filter(forms::Column::Band.eq(band));
    }
    let mut published = query.all(tx).await?;
    if published.is_empty() {
        return Err(Refusal::NoForm);
    }
    let chosen = usize::try_from(seed).unwrap_or(0) % published.len();
    Ok(published.swap_remove(chosen))
}

/// Is somebody at work at this kiosk?
pub async fn is_busy(tx: &DatabaseTransaction, kiosk: KioskId, except: BookingId) -> Result<bool, DbErr> {
    let here =
        sittings::Entity::find().filter(sittings::Column::KioskId.eq(kiosk)).filter(sittings::Column::BookingId.ne(except)).all(tx).await?;
    for sitting in here {
        if store::attempts_of(tx, sitting.booking_id).await?.iter().any(|attempt| !is_closed(attempt.status)) {
            return Ok(true);
        }
    }
    Ok(false)
}
