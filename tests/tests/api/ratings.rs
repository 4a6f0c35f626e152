//! Examiners: blind scripts, two ratings, a third when they disagree.

use ijkpunt::entity::enums::{AgencyCode, Band, Level, Part, Role, SessionKind};
use ijkpunt::entity::{attempts, marks, ratings, results};
use reqwest::StatusCode;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::hall::Hall;
use tests::journey::{Person, a2, open_ratings, seed};
use tests::{TestApp, User, both};

/// A text of Yasmina Bouzid, given to the examiners.
async fn script<'a>(hall: &'a Hall<'a>, part: Part, second: bool) -> (Person<'a>, attempts::Model) {
    let person = Person::new(hall, "Yasmina", "Bouzid", "nationality", a2()).await;
    let attempt = person.sits(part, Some(Band::A1A2), seed(second)).await;
    if part == Part::Writing {
        person.answers(&attempt, 1, json!({ "r1": "Dag juf" })).await;
        person.answers(&attempt, 2, json!({ "r1": "Dag juf, ik kom morgen niet." })).await;
    }
    open_ratings(hall.app, &attempt).await;
    (person, attempt)
}

fn scores(points: i64) -> Value {
    json!({ "scores": { "task": points, "coherence": points, "vocabulary": points, "grammar": points }, "comment": "" })
}

/// Takes the first script of the queue and hands in these points for each criterion.
async fn rate(examiner: &User, points: i64) {
    let queue = examiner.get("/api/ratings").await.ok();
    let id = queue[0]["id"].as_str().expect("something to rate").to_owned();
    assert_eq!(examiner.post(&format!("/api/ratings/{id}/claim"), json!({})).await.status, StatusCode::NO_CONTENT);
    let handed_in = examiner.post(&format!("/api/ratings/{id}/submit"), scores(points)).await;
    assert_eq!(handed_in.status, StatusCode::NO_CONTENT, "{}", handed_in.body);
}

async fn mark_of(app: &TestApp, attempt: &attempts::Model) -> Option<marks::Model> {
    marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt.id)).one(&app.ijkpunt.db).await.unwrap()
}

both! {
    async fn a_script_in_the_queue_and_in_hand_says_nothing_of_whose_it_is(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (person, attempt) = script(&hall, Part::Writing, false).await;
        let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        let queue = examiner.get("/api/ratings").await.ok();
        assert_eq!((&queue[0]["part"], &queue[0]["band"], &queue[0]["mine"]), (&json!("writing"), &json!("A1A2"), &json!(false)));
        let id = queue[0]["id"].as_str().unwrap();
        assert_eq!(examiner.get(&format!("/api/ratings/{id}")).await.status, StatusCode::NOT_FOUND, "only who has it in hand reads it");
        examiner.post(&format!("/api/ratings/{id}/claim"), json!({})).await;
        let script = examiner.get(&format!("/api/ratings/{id}")).await.ok();
        assert_eq!(script["tasks"][0]["texts"], json!([{ "text": "Dag juf, ik kom morgen niet.", "words": 6 }]));
        assert_eq!(script["rubric"]["criteria"][0]["descriptors"].as_array().unwrap().len(), 6);
        let told = format!("{queue}{script}");
        for secret in ["Yasmina", "Bouzid", &person.candidate.to_string(), &attempt.id.to_string(), &person.enrolment.to_string(), &person.booking.to_string()] {
            assert!(!told.contains(secret), "{secret} in {told}");
        }
    }

    async fn one_rating_marks_the_attempt_and_makes_its_result(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, false).await;
        let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        rate(&examiner, 3).await;
        let mark = mark_of(&app, &attempt).await.unwrap();
        assert_eq!((mark.score, mark.max_score, mark.level), (12, 20, Level::A2));
        assert_eq!(mark.explanation["ratings"][0]["total"], 12);
        let result = results::Entity::find().filter(results::Column::AttemptId.eq(attempt.id)).one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert!(result.passed);
        assert_eq!(examiner.get("/api/ratings").await.ok(), json!([]));
    }

    async fn two_examiners_who_agree_are_averaged(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, true).await;
        let first = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        let second = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        assert_eq!(first.get("/api/ratings").await.ok().as_array().unwrap().len(), 1, "one line a script");
        rate(&first, 3).await;
        assert!(mark_of(&app, &attempt).await.is_none(), "the second rating is waited for");
        assert_eq!(first.get("/api/ratings").await.ok(), json!([]), "nobody gets the same script twice");
        rate(&second, 2).await;
        let mark = mark_of(&app, &attempt).await.unwrap();
        assert_eq!((mark.score, &mark.explanation["summary"]), (10, &json!("mean")));
    }

    async fn when_two_disagree_a_third_is_asked_and_the_middle_one_counts(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, true).await;
        let mut examiners = Vec::new();
        for _ in 0..3 {
            examiners.push(app.user(AgencyCode::Amal, &[Role::Examiner]).await);
        }
        rate(&examiners[0], 5).await;
        rate(&examiners[1], 1).await;
        assert!(mark_of(&app, &attempt).await.is_none());
        assert_eq!(examiners[0].get("/api/ratings").await.ok(), json!([]));
        assert_eq!(examiners[1].get("/api/ratings").await.ok(), json!([]));
        rate(&examiners[2], 3).await;
        let mark = mark_of(&app, &attempt).await.unwrap();
        assert_eq!((mark.score, &mark.explanation["summary"]), (12, &json!("median")));
    }

    async fn of_two_examiners_who_take_a_script_at_the_same_moment_one_gets_it(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, false).await;
        let mut examiners = Vec::new();
        for _ in 0..6 {
            examiners.push(app.user(AgencyCode::Amal, &[Role::Examiner]).await);
        }
        let rating = ratings::Entity::find().filter(ratings::Column::AttemptId.eq(attempt.id)).one(&app.ijkpunt.db).await.unwrap().unwrap();
        let path = format!("/api/ratings/{}/claim", rating.id);
        let claims = examiners.iter().map(|examiner| {
            let (examiner, path) = (examiner.clone(), path.clone());
            tokio::spawn(async move { examiner.post(&path, json!({})).await })
        });
        let mut answers = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            answers.push(claim.await.unwrap());
        }
        assert_eq!(answers.iter().filter(|answer| answer.status == StatusCode::NO_CONTENT).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.code() == "rating-taken").count(), 5);
    }

    async fn an_examiner_cannot_rate_the_same_script_twice(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, true).await;
        let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        rate(&examiner, 3).await;
        let other = ratings::Entity::find().filter(ratings::Column::AttemptId.eq(attempt.id)).filter(ratings::Column::Round.eq(2)).one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!(examiner.post(&format!("/api/ratings/{}/claim", other.id), json!({})).await.code(), "rated-before");
    }

    async fn two_examiners_who_hand_in_at_the_same_moment_make_one_mark(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, true).await;
        let mut at_work = Vec::new();
        for rating in ratings::Entity::find().filter(ratings::Column::AttemptId.eq(attempt.id)).all(&app.ijkpunt.db).await.unwrap() {
            let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
            examiner.post(&format!("/api/ratings/{}/claim", rating.id), json!({})).await;
            at_work.push((examiner, rating.id));
        }
        let handing_in = at_work.into_iter().map(|(examiner, id)| tokio::spawn(async move { examiner.post(&format!("/api/ratings/{id}/submit"), scores(4)).await }));
        for answer in handing_in.collect::<Vec<_>>() {
            assert_eq!(answer.await.unwrap().status, StatusCode::NO_CONTENT);
        }
        let made = marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt.id)).all(&app.ijkpunt.db).await.unwrap();
        assert_eq!(made.iter().map(|mark| mark.score).collect::<Vec<_>>(), [16]);
    }

    async fn a_draft_is_kept_and_wrong_points_are_refused_at_their_criterion(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        script(&hall, Part::Writing, false).await;
        let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        let id = examiner.get("/api/ratings").await.ok()[0]["id"].as_str().unwrap().to_owned();
        examiner.post(&format!("/api/ratings/{id}/claim"), json!({})).await;
        let path = format!("/api/ratings/{id}");
        let saved = examiner.put(&path, json!({ "scores": { "task": 4 }, "comment": "duidelijk" })).await;
        assert_eq!(saved.status, StatusCode::NO_CONTENT);
        let script = examiner.get(&path).await.ok();
        assert_eq!((&script["scores"], &script["comment"]), (&json!({ "task": 4 }), &json!("duidelijk")));
        assert_eq!(examiner.put(&path, json!({ "scores": { "task": 6 } })).await.field_code("/scores/task"), "out-of-range");
        assert_eq!(examiner.put(&path, json!({ "scores": { "style": 1 } })).await.field_code("/scores/style"), "unknown-field");
        assert_eq!(examiner.put(&path, json!({ "scores": {}, "comment": "x".repeat(2_001) })).await.field_code("/comment"), "too-long");
        assert_eq!(examiner.put(&path, json!({ "scores": {}, "name": "?" })).await.field_code("/name"), "unknown-field");
        let half = examiner.post(&format!("{path}/submit"), json!({ "scores": { "task": 4 } })).await;
        assert_eq!(half.field_code("/scores/grammar"), "required");
        assert_eq!(examiner.get(&path).await.ok()["scores"], json!({ "task": 4 }), "a refusal changes nothing");
        assert_eq!(examiner.post(&format!("{path}/submit"), scores(3)).await.status, StatusCode::NO_CONTENT);
        assert_eq!(examiner.put(&path, scores(5)).await.code(), "rating-closed");
        assert_eq!(examiner.post(&format!("{path}/submit"), scores(5)).await.code(), "rating-closed");
        assert_eq!(examiner.post(&format!("{path}/release"), json!({})).await.code(), "rating-closed");
    }

    async fn a_script_that_is_given_back_is_for_others_again(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        script(&hall, Part::Writing, false).await;
        let first = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        let second = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        let id = first.get("/api/ratings").await.ok()[0]["id"].as_str().unwrap().to_owned();
        first.post(&format!("/api/ratings/{id}/claim"), json!({})).await;
        assert_eq!(second.get("/api/ratings").await.ok(), json!([]));
        first.post(&format!("/api/ratings/{id}/release"), json!({})).await;
        rate(&second, 3).await;
    }

    async fn a_recording_is_played_in_the_order_in_which_it_was_spoken(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        let attempt = person.sits(Part::Speaking, Some(Band::A1A2), seed(false)).await;
        let recording = person.records(&attempt, &[b"een ", b"twee ", b"drie"]).await;
        person.answers(&attempt, 1, json!({ "r1": recording })).await;
        open_ratings(&app, &attempt).await;
        let examiner = app.user(AgencyCode::Amal, &[Role::Examiner]).await;
        let id = examiner.get("/api/ratings").await.ok()[0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/ratings/{id}/recordings/{recording}");
        assert_eq!(examiner.get(&path).await.status, StatusCode::NOT_FOUND, "not before it is in hand");
        examiner.post(&format!("/api/ratings/{id}/claim"), json!({})).await;
        let script = examiner.get(&format!("/api/ratings/{id}")).await.ok();
        assert_eq!(script["tasks"][0]["texts"], json!([]), "the id of a recording is no text");
        assert_eq!(script["tasks"][0]["recordings"][0]["duration_ms"], 2_000);
        let sound = examiner.get(&path).await;
        assert_eq!((sound.bytes.as_slice(), &sound.headers["content-type"]), (b"een twee drie".as_slice(), &"audio/webm;codecs=opus".parse().unwrap()));
    }

    async fn scripts_of_other_agencies_are_not_there_and_other_roles_rate_nothing(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, false).await;
        let rating = ratings::Entity::find().filter(ratings::Column::AttemptId.eq(attempt.id)).one(&app.ijkpunt.db).await.unwrap().unwrap();
        let elsewhere = app.user(AgencyCode::Atlas, &[Role::Examiner]).await;
        assert_eq!(elsewhere.get("/api/ratings").await.ok(), json!([]));
        assert_eq!(elsewhere.post(&format!("/api/ratings/{}/claim", rating.id), json!({})).await.status, StatusCode::NOT_FOUND);
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk, Role::Office, Role::Admin]).await;
        assert_eq!(clerk.get("/api/ratings").await.status, StatusCode::FORBIDDEN);
        assert_eq!(clerk.post(&format!("/api/ratings/{}/claim", rating.id), json!({})).await.status, StatusCode::FORBIDDEN);
    }

    async fn opening_ratings_twice_opens_them_once(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        let (_, attempt) = script(&hall, Part::Writing, true).await;
        open_ratings(&app, &attempt).await;
        assert_eq!(ratings::Entity::find().filter(ratings::Column::AttemptId.eq(attempt.id)).all(&app.ijkpunt.db).await.unwrap().len(), 2);
    }
}
