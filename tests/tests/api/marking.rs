//! What a kiosk is given and what is made of what it sends: deliveries without keys, marks that explain themselves.

use chrono::Duration;
use ijkpunt::entity::enums::{Band, FormPart, Level, Part, RatingStatus, SessionKind};
use ijkpunt::entity::{jobs, marks, ratings, results};
use ijkpunt::ids::AttemptId;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use tests::hall::{Hall, Kiosk, choice_item, choose, listening_item};
use tests::{TestApp, both};

both! {
    async fn nothing_that_a_kiosk_can_fetch_tells_what_is_right(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(4).await;
        let sound = hall.media("audio/ogg", b"OggS geen echte klank").await;
        let listening = vec![(listening_item("luister-geheim"), Level::A1, true)];
        hall.form(FormPart::Listening, Some(Band::A1A2), listening, json!({ "audio/bakker-dialoog-juist-b.opus": sound })).await;
        hall.open().await;
        let (kiosk, _, reading) = hall.at_work("Kiosk 1", &[Part::Reading, Part::Listening]).await;
        let mut seen = vec![kiosk.get("/me").await, kiosk.get("/sitting").await];
        seen.push(kiosk.get(&format!("/attempts/{reading}/items")).await);
        seen.push(kiosk.save(&reading, 1, 0, json!({"r1": "a"})).await);
        seen.push(kiosk.submit(&reading, 1).await);
        let listening = seen.last().unwrap().body["current"]["id"].as_str().unwrap().to_owned();
        let items = kiosk.get(&format!("/attempts/{listening}/items")).await;
        assert_eq!(items.body["media"].as_array().unwrap().len(), 1);
        let url = items.body["media"][0]["url"].as_str().unwrap().to_owned();
        assert_eq!(items.body["media"][0]["bytes"], 21);
        seen.push(items);
        seen.push(kiosk.post(&format!("/attempts/{listening}/begin"), json!({})).await);
        seen.push(kiosk.get(url.trim_start_matches("/api/kiosk")).await);
        seen.push(kiosk.submit(&listening, 0).await);
        for answer in &seen {
            assert!(answer.status.is_success(), "{}", answer.body);
            let text = format!("{}{:?}", String::from_utf8_lossy(&answer.bytes), answer.headers);
            for told in ["SLEUTEL", "ANTWOORD", "GEHOORD", "geheim", "Geheime", "SCORE", "juist-b", "correct", "mapping", "\"A1\"", "\"A2\"", "core", "topic", "rubric", "feedback"] {
                assert!(!text.contains(told), "{told} stands in {text}");
            }
        }
    }

    async fn a_sound_is_fetched_by_a_name_of_one_attempt_until_it_ends(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let sound = hall.media("audio/ogg", b"OggS geen echte klank").await;
        let listening = vec![(listening_item("l"), Level::A1, false)];
        hall.form(FormPart::Listening, Some(Band::A1A2), listening, json!({ "audio/bakker-dialoog-juist-b.opus": sound })).await;
        hall.open().await;
        let (one, _, first) = hall.at_work("Kiosk 1", &[Part::Listening]).await;
        let (two, _, second) = hall.at_work("Kiosk 2", &[Part::Listening]).await;
        let url = |items: Value| items["media"][0]["url"].as_str().unwrap().to_owned();
        let (of_one, of_two) = (url(one.get(&format!("/attempts/{first}/items")).await.ok()), url(two.get(&format!("/attempts/{second}/items")).await.ok()));
        assert_ne!(of_one, of_two);
        let stranger = app.anonymous();
        let served = stranger.get(&of_one).await;
        assert_eq!((served.bytes.as_slice(), &served.headers["content-type"]), (b"OggS geen echte klank".as_slice(), &"audio/ogg".parse().unwrap()));
        let (half, other_half) = (&of_one[..of_one.len() - 32], &of_two[of_two.len() - 32..]);
        assert_eq!(stranger.get(&format!("{half}{other_half}")).await.code(), "not-found");
        assert_eq!(stranger.get("/api/kiosk/media/x").await.code(), "not-found");
        one.submit(&first, 0).await.ok();
        assert_eq!(stranger.get(&of_one).await.code(), "not-found");
    }

    async fn a_recording_is_played_as_often_as_is_allowed(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let sound = hall.media("audio/ogg", b"OggS").await;
        let listening = vec![(listening_item("l"), Level::A1, false)];
        hall.form(FormPart::Listening, Some(Band::A1A2), listening, json!({ "audio/bakker-dialoog-juist-b.opus": sound })).await;
        hall.open().await;
        let (mut kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Listening]).await;
        let items = kiosk.get(&format!("/attempts/{attempt}/items")).await.ok();
        let media = items["items"][0]["item"]["body"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/attempts/{attempt}/plays");
        let play = json!({ "position": 0, "media": media });
        assert_eq!(kiosk.post(&path, play.clone()).await.ok(), json!({ "plays": 1, "max_plays": 2 }));
        // The plays are the server's to count: a browser that died has no fresh ones.
        let resumed = kiosk.resume().await.ok();
        assert_eq!(resumed["current"]["plays"], json!([{ "position": 0, "media": media, "plays": 1 }]));
        let (left, right) = tokio::join!(kiosk.post(&path, play.clone()), kiosk.post(&path, play.clone()));
        let mut codes = [left.code().to_owned(), right.code().to_owned()];
        codes.sort();
        assert_eq!(codes, ["", "plays-used-up"]);
        assert_eq!(kiosk.post(&path, json!({ "position": 0, "media": "m9" })).await.code(), "not-found");
        assert_eq!(kiosk.post(&path, json!({ "position": 7, "media": media })).await.code(), "not-found");
    }

    async fn the_same_attempt_is_given_the_same_questions_whenever_it_asks(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(12).await;
        hall.open().await;
        let (mut one, _, first) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        let (two, _, second) = hall.at_work("Kiosk 2", &[Part::Reading]).await;
        let items = one.get(&format!("/attempts/{first}/items")).await.ok();
        one.resume().await.ok();
        assert_eq!(one.get(&format!("/attempts/{first}/items")).await.ok(), items);
        // Twelve questions of three options: the chance that two attempts see the same order is one in two thousand million.
        assert_ne!(two.get(&format!("/attempts/{second}/items")).await.ok(), items);
    }

    async fn a_known_set_of_answers_gets_exactly_its_mark(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(5).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        // Right, wrong, right after wrong, wrong after right, and nothing.
        answer(&kiosk, &attempt, &[(0, "brood"), (1, "melk"), (2, "kaas"), (2, "brood"), (3, "brood"), (3, "melk")]).await;
        kiosk.submit(&attempt, 6).await.ok();
        app.work().await;
        let mark = mark_of(&app, &attempt).await;
        assert_eq!((mark.score, mark.max_score, mark.level), (2, 5, Level::A1));
        let items = mark.explanation["items"].as_array().unwrap().clone();
        let scores: Vec<f64> = items.iter().map(|item| item["score"].as_f64().unwrap()).collect();
        assert_eq!(scores, [1.0, 0.0, 1.0, 0.0, 0.0]);
        assert_eq!(items[0]["responses"]["ANTWOORD"], "SLEUTEL-JUIST");
        assert_eq!((&items[3]["answered"], &items[4]["answered"]), (&json!(true), &json!(false)));
        assert_eq!(mark.explanation["rule"]["key"], "reading-A1A2");
        assert_eq!(mark.explanation["judgement"]["outcome"], json!({ "level": "A1" }));
        let result = results::Entity::find().filter(results::Column::AttemptId.eq(mark.attempt_id)).one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!((result.level, result.passed), (Level::A1, false));
    }

    async fn marking_twice_gives_one_mark(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        answer(&kiosk, &attempt, &[(0, "brood"), (1, "brood")]).await;
        kiosk.submit(&attempt, 2).await.ok();
        let id = AttemptId(attempt.parse().unwrap());
        let (one, two) = tokio::join!(ijkpunt::marking::machine::mark_attempt(&app.ijkpunt, id), ijkpunt::marking::machine::mark_attempt(&app.ijkpunt, id));
        one.unwrap();
        two.unwrap();
        app.work().await;
        assert_eq!(marks::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        assert_eq!(results::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        assert_eq!(mark_of(&app, &attempt).await.level, Level::A2);
    }

    async fn late_answers_and_answers_that_no_kiosk_sends_score_nothing(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 1, json!({ "r1": "SLEUTEL-JUIST" })).await.ok();
        app.ijkpunt.clock.advance(Duration::seconds(1830));
        let items = kiosk.get(&format!("/attempts/{attempt}/items")).await.ok();
        kiosk.save(&attempt, 2, 0, choose(&items["items"][0]["item"], "brood")).await.ok();
        app.ijkpunt.clock.advance(Duration::seconds(61));
        app.work().await;
        let mark = mark_of(&app, &attempt).await;
        assert_eq!((mark.score, mark.level), (0, Level::Below));
        assert_eq!(mark.explanation["items"][0]["answered"], false);
        assert!(mark.explanation["items"][1]["problems"][0].is_string(), "the mark says that the answer is odd");
    }

    async fn the_mo_test_is_judged_by_the_rule_of_its_day(app) {
        let hall = Hall::new(&app, SessionKind::MoFinal).await;
        let questions = (0..10).map(|n| (choice_item(&format!("mo-{n}")), Level::A2, n < 4)).collect();
        hall.form(FormPart::Mo, None, questions, json!({})).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::MoFinal]).await;
        // Seven of ten, but of the four core questions only one.
        let right: Vec<(usize, &str)> = (3..10).map(|n| (n, "brood")).collect();
        answer(&kiosk, &attempt, &right).await;
        kiosk.submit(&attempt, 7).await.ok();
        app.work().await;
        let mark = mark_of(&app, &attempt).await;
        assert_eq!((mark.score, mark.level), (7, Level::Failed));
        assert_eq!(mark.explanation["rule"]["valid_from"], "2023-01-01");
        let because = mark.explanation["judgement"]["findings"][0]["because"].clone();
        assert_eq!((&because[0]["met"], &because[1]["met"]), (&json!(true), &json!(false)));
    }

    async fn a_pre_screening_gives_advice(app) {
        let hall = Hall::new(&app, SessionKind::Prescreening).await;
        let questions = [Level::A1, Level::A1, Level::A2, Level::A2, Level::B1, Level::B1].map(|level| (choice_item("p"), level, false)).to_vec();
        hall.form(FormPart::Prescreening, None, questions, json!({})).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Prescreening]).await;
        answer(&kiosk, &attempt, &[(0, "brood"), (1, "brood"), (2, "brood"), (3, "brood"), (4, "brood"), (5, "melk")]).await;
        kiosk.submit(&attempt, 6).await.ok();
        app.work().await;
        let mark = mark_of(&app, &attempt).await;
        assert_eq!(mark.level, Level::Advice);
        assert_eq!(mark.explanation["advice"]["band"], "B1B2");
        assert!(mark.explanation["advice"]["words"]["nl"].as_str().unwrap().contains("B1/B2"));
    }

    async fn writing_goes_to_the_examiners(app) {
        let hall = Hall::new(&app, SessionKind::Second).await;
        hall.form(FormPart::Writing, Some(Band::A1A2), vec![(choice_item("s"), Level::A2, false)], json!({})).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Writing]).await;
        kiosk.submit(&attempt, 0).await.ok();
        app.work().await;
        let opened = ratings::Entity::find().filter(ratings::Column::Status.eq(RatingStatus::Open)).count(&app.ijkpunt.db).await.unwrap();
        assert!((1..=2).contains(&opened), "one examiner, or two when a second is drawn: {opened}");
        assert_eq!(marks::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0);
    }

    async fn what_was_annulled_or_never_begun_is_not_marked(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(2).await;
        hall.open().await;
        let (_, booking, _) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        hall.invigilator.post(&format!("/api/room/bookings/{booking}/annul"), json!({ "reason": "Spiekbrief" })).await.ok();
        let mut kiosk = hall.kiosk("Kiosk 2").await;
        let never = hall.candidate("Tesfay", "Berhane", &[Part::Reading]).await;
        let code = hall.seat(never, &kiosk).await;
        kiosk.start(&code, "nl").await.ok();
        hall.invigilator.post(&format!("/api/room/sessions/{}/close", hall.session), json!({ "end_all": true })).await.ok();
        app.work().await;
        let marking = jobs::Entity::find().filter(jobs::Column::Kind.eq("mark_attempt"));
        assert_eq!(marking.count(&app.ijkpunt.db).await.unwrap(), 0);
        assert_eq!(marks::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0);
    }
}

/// Answers questions of an attempt one after the other, each by the text of the chosen option.
async fn answer(kiosk: &Kiosk, attempt: &str, chosen: &[(usize, &str)]) {
    let items = kiosk.get(&format!("/attempts/{attempt}/items")).await.ok();
    for (seq, (position, text)) in chosen.iter().enumerate() {
        let response = choose(&items["items"][*position]["item"], text);
        let saved = kiosk.save(attempt, seq as i64 + 1, *position as i64, response).await.ok();
        assert_eq!(saved["late"], json!([]));
    }
}

async fn mark_of(app: &TestApp, attempt: &str) -> marks::Model {
    let id = AttemptId(attempt.parse().unwrap());
    marks::Entity::find().filter(marks::Column::AttemptId.eq(id)).one(&app.ijkpunt.db).await.unwrap().expect("the attempt has a mark")
}
