//! People in every state of the journey. Time goes by on a clock of the example's own, so that the past is made as it would have happened.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::people::person;
use super::{answers, staff};
use crate::adaptive::actions::Step;
use crate::app::Ijkpunt;
use crate::clock::Clock;
use crate::delivery::writer::{Event, SaveRequest};
use crate::entity::enums::{Advice, AgencyCode, Band, IdentityDocument, Part, PaymentMethod, Role, SessionKind, Sex};
use crate::entity::{agencies, attempt_items, attempts, bookings, enrolments, item_versions, kiosks, ratings, rubrics, sites, user_roles};
use crate::fees::actions::NewPayment;
use crate::ids::{AgencyId, AttemptId, SessionId, SiteId, UserId};
use crate::items::qti::seed;
use crate::kiosks::signing::{self, DeviceKey};
use crate::people::rules::Details;
use crate::purposes::actions::Choice;
use crate::sessions::book::Wish;
use crate::sessions::rules::NewSession;
use crate::{adaptive, certificates, crypto, delivery, fees, jobs, marking, people, purposes, room, sessions};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One agency's room, with those who work there.
struct Place {
    past: Ijkpunt,
    agency: AgencyId,
    site: SiteId,
    desk: UserId,
    invigilator: UserId,
    examiners: Vec<UserId>,
    kiosks: Vec<kiosks::Model>,
}

pub async fn make(ijkpunt: &Ijkpunt) -> Result<(), Failure> {
    let now = ijkpunt.clock.now();
    let start = morning(now, 60);
    let past = Ijkpunt::new(ijkpunt.db.clone(), Clock::manual(start), (*ijkpunt.keys).clone(), (*ijkpunt.config).clone());
    for code in AgencyCode::ALL {
        let place = settle(&past, *code).await?;
        if *code == AgencyCode::Atlas {
            whole_journeys(&place, now).await?;
        }
        sessions_to_come(&place, now).await?;
    }
    Ok(())
}

/// Finds the people of an agency and enrols the kiosks of its first site.
async fn settle(past: &Ijkpunt, code: AgencyCode) -> Result<Place, Failure> {
    let db = &past.db;
    let agency = agencies::Entity::find().filter(agencies::Column::Code.eq(code)).one(db).await?.ok_or("no agency")?.id;
    let site = sites::Entity::find()
        .filter(sites::Column::AgencyId.eq(agency))
        .order_by_asc(sites::Column::Code)
        .one(db)
        .await?
        .ok_or("no site")?;
    let staff = user_roles::Entity::find().filter(user_roles::Column::AgencyId.eq(agency)).all(db).await?;
    let with = |role: Role| staff.iter().filter(|row| row.role == role).map(|row| row.user_id).collect::<Vec<_>>();
    let first = |role: Role| with(role).first().copied().ok_or("nobody has that role");
    let mut kiosks = Vec::new();
    for n in 1..=staff::KIOSKS_ENROLLED {
        let (_, code) = crate::kiosks::actions::create(past, first(Role::Admin)?, site.id, &format!("Voorbeeldkiosk {n}")).await?;
        let key = DeviceKey::generate()?;
        let proof = key.sign(&signing::enrolment_text(&code))?;
        kiosks.push(crate::kiosks::actions::enrol(past, &code, key.public_key(), &proof).await?);
    }
    Ok(Place {
        past: past.clone(),
        agency,
        site: site.id,
        desk: first(Role::Desk)?,
        invigilator: first(Role::Invigilator)?,
        examiners: with(Role::Examiner),
        kiosks,
    })
}

/// Sittings of the last weeks, from the pre-screening to the certificate.
async fn whole_journeys(place: &Place, now: DateTime<Utc>) -> Result<(), Failure> {
    let amina =
        enrolled(place, &person("Amina", "El Haddad", (1991, 3, 14), Sex::Female, "ar", Some(Advice::CvoStandard)), "nationality").await?;
    let oleks =
        enrolled(place, &person("Олександр", "Шевченко", (1988, 11, 2), Sex::Male, "en", Some(Advice::CvoShort)), "nt2_exemption").await?;
    let jose = enrolled(place, &person("José", "Muñoz Peña", (1979, 7, 23), Sex::Male, "fr", Some(Advice::CvoExtended)), "taxi").await?;
    let selam = enrolled(place, &person("Selam", "Tesfay", (1995, 1, 30), Sex::Female, "en", Some(Advice::Cbe)), "nationality").await?;
    let layla = enrolled(place, &person("ليلى", "حداد", (1993, 5, 9), Sex::Female, "ar", Some(Advice::CvoStandard)), "nationality").await?;
    let yusuf = enrolled(place, &person("Yusuf", "Demir", (2001, 9, 17), Sex::Male, "nl", Some(Advice::CvoShort)), "mo_exemption").await?;

    // The pre-screening, eight weeks ago.
    let pre = plan(place, SessionKind::Prescreening, None, morning(now, 56)).await?;
    run(place, pre, &[(&amina, 50), (&selam, 25)]).await?;

    // The first sittings: three pass, one does not.
    let first = plan(place, SessionKind::First, Some(Band::A1A2), morning(now, 49)).await?;
    run(place, first, &[(&amina, 90), (&oleks, 95), (&layla, 85), (&selam, 20)]).await?;
    let first_b = plan(place, SessionKind::First, Some(Band::B1B2), morning(now, 47)).await?;
    run(place, first_b, &[(&jose, 80)]).await?;
    let mo = plan(place, SessionKind::MoExemption, None, morning(now, 42)).await?;
    run(place, mo, &[(&yusuf, 90)]).await?;

    // The second sittings; the examiners have rated two of the three, so that scripts wait in their queue.
    let second = plan(place, SessionKind::Second, Some(Band::A1A2), morning(now, 28)).await?;
    run(place, second, &[(&amina, 100), (&oleks, 100)]).await?;
    rate_all(place, 4).await?;
    let second_b = plan(place, SessionKind::Second, Some(Band::B1B2), morning(now, 7)).await?;
    run(place, second_b, &[(&jose, 100)]).await?;
    jobs::run_due(&place.past).await?;
    revoke_one(place, &oleks).await?;
    Ok(())
}

/// What is planned from today on, with people in the room, and somebody on a waiting list.
async fn sessions_to_come(place: &Place, now: DateTime<Utc>) -> Result<(), Failure> {
    let today = plan(place, SessionKind::First, Some(Band::A1A2), afternoon(now, 0)).await?;
    let newcomers = [
        person("Fatou", "Diallo", (1997, 2, 11), Sex::Female, "fr", Some(Advice::CbeNt2)),
        person("Mehmet", "Yılmaz", (1985, 6, 3), Sex::Male, "nl", Some(Advice::CvoStandard)),
        person("Thi Hoa", "Nguyễn", (1990, 12, 19), Sex::Female, "en", Some(Advice::CvoExtended)),
    ];
    for (n, details) in newcomers.iter().enumerate() {
        let mut details = details.clone();
        // One person is one record: every agency has newcomers of its own.
        let offset = i64::from(details.birth_date.day0()) + i64::try_from(place.agency.0.as_u128() % 300).unwrap_or(0);
        details.birth_date = details.birth_date.checked_add_days(Days::new(offset.unsigned_abs())).unwrap_or(details.birth_date);
        details.insz = Some(super::people::insz(details.birth_date, if details.sex == Sex::Male { 983 } else { 984 }));
        let enrolment = enrolled(place, &details, "nationality").await?;
        if n < 2 {
            book(place, today, &enrolment).await?;
        }
    }
    for (days, (kind, band)) in (1..).zip([
        (SessionKind::Prescreening, None),
        (SessionKind::Second, Some(Band::A1A2)),
        (SessionKind::First, Some(Band::B1B2)),
        (SessionKind::MoFinal, None),
        (SessionKind::Second, Some(Band::B1B2)),
    ]) {
        plan(place, kind, band, afternoon(now, days)).await?;
    }
    Ok(())
}

/// Half past nine in Belgium, this many days ago, on a working day.
fn morning(now: DateTime<Utc>, days_ago: u64) -> DateTime<Utc> {
    let mut date = crate::clock::belgian_date(now).checked_sub_days(Days::new(days_ago)).unwrap_or_default();
    while matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
        date = date.pred_opt().unwrap_or(date);
    }
    in_belgium(date, 9, 30)
}

/// Half past one in Belgium on the working day that comes so many working days after today.
fn afternoon(now: DateTime<Utc>, working_days: u32) -> DateTime<Utc> {
    let works = |date: &NaiveDate| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    let days = crate::clock::belgian_date(now).iter_days().filter(works);
    in_belgium(days.take(working_days as usize + 1).last().unwrap_or_default(), 13, 30)
}

fn in_belgium(date: NaiveDate, hour: u32, minute: u32) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let local = chrono_tz::Europe::Brussels.from_local_datetime(&date.and_time(time)).earliest();
    local.map_or_else(|| Utc.from_utc_datetime(&date.and_time(time)), |local| local.with_timezone(&Utc))
}

/// Lets time go by; it never goes back.
fn wait_until(place: &Place, at: DateTime<Utc>) {
    let now = place.past.clock.now();
    if at > now {
        place.past.clock.advance(at - now);
    }
}

async fn enrolled(place: &Place, details: &Details, purpose: &str) -> Result<enrolments::Model, Failure> {
    let person = people::actions::register(&place.past, place.desk, place.agency, details, true).await?;
    let choice = Choice { purpose: purpose.to_owned(), level: None, parts: None };
    Ok(purposes::actions::enrol(&place.past, place.desk, place.agency, person.id, &choice).await?)
}

async fn plan(place: &Place, kind: SessionKind, band: Option<Band>, starts_at: DateTime<Utc>) -> Result<SessionId, Failure> {
    let session = NewSession {
        site_id: place.site,
        room: "Lokaal 1".into(),
        kind,
        band,
        starts_at,
        ends_at: starts_at + chrono::Duration::minutes(180),
        capacity: 8,
    };
    Ok(sessions::actions::plan(&place.past, place.desk, &session).await?.id)
}

/// Books a seat and pays what is owed for it.
async fn book(place: &Place, session: SessionId, enrolment: &enrolments::Model) -> Result<bookings::Model, Failure> {
    let wish = Wish { enrolment_id: enrolment.id, parts: None, waiting_list: false };
    let booked = sessions::book::book(&place.past, place.desk, session, &wish).await?;
    if let Some(order) = booked.order.filter(|order| order.total_cents.0 > 0) {
        let payment =
            NewPayment { idempotency_key: Uuid::now_v7(), method: PaymentMethod::Cash, amount_cents: order.total_cents, reference: None };
        fees::actions::pay(&place.past, place.desk, order.id, &payment).await?;
    }
    Ok(booked.booking)
}

/// A whole session: bookings the day before, identity, seats and codes, the tests, and the marks. Each candidate gets so many per cent right.
async fn run(place: &Place, session: SessionId, candidates: &[(&enrolments::Model, u32)]) -> Result<(), Failure> {
    let mut seats = Vec::new();
    for (enrolment, per_cent) in candidates {
        seats.push((book(place, session, enrolment).await?, *per_cent));
    }
    let starts_at = sessions::store::session(&place.past.db, session).await?.ok_or("the session is gone")?.starts_at;
    wait_until(place, starts_at);
    room::actions::open(&place.past, place.invigilator, session).await?;
    for ((booking, per_cent), kiosk) in seats.iter().zip(&place.kiosks) {
        room::actions::check_identity(&place.past, place.invigilator, booking.id, IdentityDocument::Eid, "592-1234567-89", false).await?;
        room::actions::seat(&place.past, place.invigilator, booking.id, kiosk.id, None).await?;
        let code = room::actions::new_code(&place.past, place.invigilator, booking.id).await?;
        sit(place, kiosk, &code, *per_cent).await?;
    }
    room::actions::close(&place.past, place.invigilator, session, true).await?;
    jobs::run_due(&place.past).await?;
    Ok(())
}

/// One candidate works through all parts of a sitting.
async fn sit(place: &Place, kiosk: &kiosks::Model, code: &str, per_cent: u32) -> Result<(), Failure> {
    let past = &place.past;
    let kiosk = delivery::store::kiosk(&past.db, kiosk.id).await?.ok_or("the kiosk is gone")?;
    let (booking, token) = delivery::start::start(past, &kiosk, code, "nl").await?;
    let sitting = delivery::store::sitting_by_token(&past.db, kiosk.id, &token).await?.ok_or("the sitting is gone")?;
    for attempt in delivery::store::attempts_of(&past.db, booking).await? {
        delivery::actions::begin(past, &sitting, attempt.id, chrono::Duration::zero()).await?;
        let mut seq = 0;
        let mut items = items_of(past, attempt.id).await?;
        items.reverse();
        while let Some((position, version)) = items.pop() {
            seq += 1;
            let response = match attempt.part {
                Part::Writing => json!({ "r1": WRITTEN }),
                Part::Speaking => json!({ "r1": record(past, &sitting, attempt.id, position).await? }),
                _ => answers::answer(&version.qti, seed(attempt.seed, position), (position as u32 * 37 + 11) % 100 < per_cent),
            };
            past.clock.advance(chrono::Duration::seconds(35));
            let event = Event { seq, position, response, flagged: false, client_at: past.clock.now(), age: chrono::Duration::zero() };
            let request = SaveRequest {
                attempt: attempt.id,
                kiosk: kiosk.id,
                kiosk_key: kiosk.public_key.clone().unwrap_or_default().into(),
                number: seq,
                attempt_token_hash: crypto::token_hash(&token),
                events: vec![event],
                position: Some(position),
            };
            past.saves.save(request).await?;
            if adaptive::store::of_attempt(&past.db, attempt.id).await?.is_some()
                && let Step::Question(next) = adaptive::actions::next(past, &sitting, attempt.id, position, seq).await?
            {
                items.extend(items_of(past, attempt.id).await?.into_iter().filter(|(position, _)| *position == next));
            }
        }
        delivery::actions::submit(past, &sitting, attempt.id, seq).await?;
    }
    Ok(())
}

const WRITTEN: &str = "Beste juf, ik ben de mama van Noor. Noor is ziek vandaag. Zij heeft koorts en hoofdpijn. \
    Zij komt morgen ook niet naar school. Wat moet zij thuis leren? Kunt u het mij mailen? Dank u wel en tot gauw.";

/// A recording of the example: a sentence of the bank's own synthetic voice.
async fn record(past: &Ijkpunt, sitting: &crate::entity::sittings::Model, attempt: AttemptId, position: i64) -> Result<String, Failure> {
    let sound = crate::items::load::sample_sound()?;
    let recording = delivery::recordings::begin(past, sitting, attempt, position, "audio/ogg;codecs=opus").await?;
    delivery::recordings::put_slice(past, sitting, (attempt, recording), 0, &Sha256::digest(&sound), &sound).await?;
    delivery::recordings::complete(past, sitting, (attempt, recording), 1, 6_000).await?;
    Ok(recording.to_string())
}

async fn items_of(past: &Ijkpunt, attempt: AttemptId) -> Result<Vec<(i64, item_versions::Model)>, Failure> {
    let rows = attempt_items::Entity::find()
        .filter(attempt_items::Column::AttemptId.eq(attempt))
        .order_by_asc(attempt_items::Column::Position)
        .all(&past.db)
        .await?;
    let mut items = Vec::new();
    for row in rows {
        items.push((row.position, item_versions::Entity::find_by_id(row.item_version_id).one(&past.db).await?.ok_or("an item is gone")?));
    }
    Ok(items)
}

/// The examiners rate the oldest scripts, with good marks, until so many attempts are done.
async fn rate_all(place: &Place, most: usize) -> Result<(), Failure> {
    let past = &place.past;
    for _ in 0..most * 3 {
        let open = ratings::Entity::find()
            .filter(ratings::Column::Status.eq(crate::entity::enums::RatingStatus::Open))
            .order_by_asc(ratings::Column::CreatedAt)
            .one(&past.db)
            .await?;
        let Some(rating) = open else { break };
        let attempt = attempts::Entity::find_by_id(rating.attempt_id).one(&past.db).await?.ok_or("an attempt is gone")?;
        let rubric = rubrics::Entity::find_by_id(rating.rubric_id).one(&past.db).await?.ok_or("a rubric is gone")?;
        let examiner =
            place.examiners.get(usize::try_from(rating.round - 1).unwrap_or(0) % place.examiners.len().max(1)).ok_or("no examiner")?;
        marking::ratings::actions::claim(past, *examiner, &attempt, rating.id).await?;
        let claimed = ratings::Entity::find_by_id(rating.id).one(&past.db).await?.ok_or("a rating is gone")?;
        let criteria: marking::ratings::rules::Rubric = serde_json::from_value(rubric.body)?;
        let scores = criteria.criteria.iter().map(|criterion| (criterion.key.clone(), 4)).collect();
        marking::ratings::actions::submit(past, *examiner, &claimed, &attempt, &scores, "Duidelijk en volledig.").await?;
    }
    jobs::run_due(past).await?;
    Ok(())
}

/// One certificate of the example is revoked, so that the verification page has one to show.
async fn revoke_one(place: &Place, enrolment: &enrolments::Model) -> Result<(), Failure> {
    use crate::entity::certificates::{Column, Entity};
    if let Some(certificate) = Entity::find().filter(Column::EnrolmentId.eq(enrolment.id)).one(&place.past.db).await? {
        certificates::actions::revoke(&place.past, place.desk, certificate.id, "Voorbeeld van een intrekking").await?;
        jobs::run_due(&place.past).await?;
    }
    Ok(())
}
