//! Outgoing mail, handed to a server that speaks SMTP over TCP.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Duration;
use ijkpunt::entity::enums::{AgencyCode, Level, MailStatus, Role, SessionKind};
use ijkpunt::entity::mails;
use reqwest::StatusCode;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use tests::hall::Hall;
use tests::journey::{FOUR_SKILLS, Person, a2};
use tests::{TestApp, both};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

/// A mail server for tests: it takes what is sent and remembers it, or refuses all recipients for good.
struct MailServer {
    port: u16,
    inbox: Arc<Mutex<Vec<String>>>,
    refuses: Arc<AtomicBool>,
    listening: tokio::task::JoinHandle<()>,
}

impl MailServer {
    async fn start(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (inbox, refuses) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (to, no) = (inbox.clone(), refuses.clone());
        let listening = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, to.clone(), no.clone()));
            }
        });
        Self { port, inbox, refuses, listening }
    }

    fn stop(self) -> u16 {
        self.listening.abort();
        self.port
    }
}

/// The server's side of the conversation (RFC 5321).
async fn converse(socket: TcpStream, inbox: Arc<Mutex<Vec<String>>>, refuses: Arc<AtomicBool>) {
    let mut lines = BufReader::new(socket);
    lines.write_all(b"220 mail.test ESMTP\r\n").await.unwrap();
    let mut line = String::new();
    while lines.read_line(&mut line).await.is_ok_and(|read| read > 0) {
        let verb = line.split([' ', '\r', ':']).next().unwrap_or_default().to_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-mail.test\r\n250 8BITMIME\r\n",
            "RCPT" if refuses.load(Ordering::SeqCst) => b"550 5.1.1 no such mailbox\r\n",
            "MAIL" | "RCPT" | "RSET" | "NOOP" => b"250 ok\r\n",
            "DATA" => b"354 go on\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"502 not known\r\n",
        };
        lines.write_all(answer).await.unwrap();
        if verb == "DATA" {
            let mut message = String::new();
            while lines.read_line(&mut message).await.is_ok_and(|read| read > 0) && !message.ends_with("\r\n.\r\n") {}
            inbox.lock().await.push(message);
            lines.write_all(b"250 taken\r\n").await.unwrap();
        }
        line.clear();
    }
}

/// The same product, with a mail server.
fn with_smtp(app: &TestApp, port: u16) -> ijkpunt::app::Ijkpunt {
    let mut ijkpunt = app.ijkpunt.clone();
    let mut config = (*ijkpunt.config).clone();
    config.smtp_url = Some(format!("smtp://127.0.0.1:{port}"));
    ijkpunt.config = Arc::new(config);
    ijkpunt
}

async fn passes(person: &Person<'_>) {
    for part in FOUR_SKILLS {
        person.reaches(part, Level::A2).await;
    }
}

async fn only_mail(app: &TestApp) -> mails::Model {
    mails::Entity::find().one(&app.ijkpunt.db).await.unwrap().expect("a mail was written")
}

/// What a mail reader makes of the message: Python's own library, which is not ours.
fn read(message: &str) -> serde_json::Value {
    const READER: &str = r"
import email, email.policy, json, sys
m = email.message_from_string(sys.stdin.read(), policy=email.policy.default)
print(json.dumps({'subject': m['subject'], 'to': m['to'], 'id': m['message-id'], 'text': m.get_body().get_content(),
  'attachments': [[a.get_filename(), a.get_content_type(), a.get_content()[:5].decode()] for a in m.iter_attachments()]}))";
    use std::io::Write;
    let mut python = std::process::Command::new("python3")
        .args(["-c", READER])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(message.trim_end_matches("\r\n.\r\n").as_bytes()).unwrap();
    serde_json::from_slice(&python.wait_with_output().unwrap().stdout).unwrap()
}

both! {
    async fn a_certificate_is_mailed_in_the_contact_language_with_the_paper(app) {
        let server = MailServer::start(0).await;
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "سميرة", "أشهبار", "nationality", a2()).await;
        person.writes("samira@example.test", "ar").await;
        passes(&person).await;
        ijkpunt::jobs::run_due(&with_smtp(&app, server.port)).await.unwrap();
        let inbox = server.inbox.lock().await;
        assert_eq!(inbox.len(), 1);
        let mail = read(&inbox[0]);
        assert_eq!(mail["to"], "samira@example.test");
        assert!(mail["text"].as_str().unwrap().contains("سميرة أشهبار"), "{mail}");
        assert!(mail["subject"].as_str().unwrap().starts_with("شهادتك 2026-"), "{mail}");
        assert_eq!(mail["attachments"][0][1], "application/pdf");
        assert_eq!(mail["attachments"][0][2], "%PDF-");
        let row = only_mail(&app).await;
        assert_eq!((row.status, row.attempts), (MailStatus::Sent, 1));
        assert_eq!(mail["id"], row.message_id);
    }

    async fn a_server_that_is_down_gets_the_mail_when_it_is_back_under_the_same_name(app) {
        let port = MailServer::start(0).await.stop();
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        person.writes("samira@example.test", "nl").await;
        passes(&person).await;
        let product = with_smtp(&app, port);
        ijkpunt::jobs::run_due(&product).await.unwrap();
        let row = only_mail(&app).await;
        assert_eq!((row.status, row.attempts), (MailStatus::Queued, 1));
        assert!(row.last_error.is_some());
        ijkpunt::jobs::run_due(&product).await.unwrap();
        assert_eq!(only_mail(&app).await.attempts, 1, "not before the pause is over");
        let server = MailServer::start(port).await;
        app.ijkpunt.clock.advance(Duration::seconds(30));
        ijkpunt::jobs::run_due(&product).await.unwrap();
        let sent = only_mail(&app).await;
        assert_eq!((sent.status, sent.last_error, &sent.message_id), (MailStatus::Sent, None, &row.message_id));
        app.ijkpunt.clock.advance(Duration::days(1));
        ijkpunt::jobs::run_due(&product).await.unwrap();
        assert_eq!(server.inbox.lock().await.len(), 1);
    }

    async fn an_address_that_does_not_exist_is_not_tried_again_until_the_office_says_so(app) {
        let server = MailServer::start(0).await;
        server.refuses.store(true, Ordering::SeqCst);
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        person.writes("weg@example.test", "nl").await;
        passes(&person).await;
        let product = with_smtp(&app, server.port);
        ijkpunt::jobs::run_due(&product).await.unwrap();
        let failed = only_mail(&app).await;
        assert_eq!(failed.status, MailStatus::Failed);
        assert!(failed.last_error.unwrap().contains("550"));
        app.ijkpunt.clock.advance(Duration::days(1));
        ijkpunt::jobs::run_due(&product).await.unwrap();
        assert_eq!(only_mail(&app).await.attempts, 1);
        server.refuses.store(false, Ordering::SeqCst);
        let office = app.user(AgencyCode::Amal, &[Role::Office]).await;
        ijkpunt::mail::actions::send_again(&product, office.id.unwrap(), &only_mail(&app).await).await.unwrap();
        ijkpunt::jobs::run_due(&product).await.unwrap();
        assert_eq!(only_mail(&app).await.status, MailStatus::Sent);
    }

    async fn without_a_mail_server_mail_is_kept_and_the_office_reads_it(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        person.writes("samira@example.test", "fr").await;
        passes(&person).await;
        app.work().await;
        let office = app.user(AgencyCode::Amal, &[Role::Office]).await;
        let listed = office.get("/api/mails").await.ok();
        assert_eq!((listed.as_array().unwrap().len(), &listed[0]["status"]), (1, &json!("kept")));
        let path = format!("/api/mails/{}", listed[0]["id"].as_str().unwrap());
        let mail = office.get(&path).await.ok();
        assert_eq!(mail["recipient"], "samira@example.test");
        assert!(mail["body"].as_str().unwrap().starts_with("Bonjour Samira Achahbar"));
        assert!(office.get(&format!("{path}/attachment")).await.bytes.starts_with(b"%PDF-"));
        assert_eq!(office.post(&format!("{path}/send"), json!({})).await.code(), "no-mail-server");
        let elsewhere = app.user(AgencyCode::Atlas, &[Role::Office]).await;
        assert_eq!(elsewhere.get("/api/mails").await.ok(), json!([]));
        for (method, path) in [("GET", path.clone()), ("GET", format!("{path}/attachment")), ("POST", format!("{path}/send"))] {
            let answer = elsewhere.send(method.parse().unwrap(), &path, None).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
        let clerk = app.user(AgencyCode::Amal, &[Role::Desk]).await;
        assert_eq!(clerk.get(&path).await.status, StatusCode::FORBIDDEN);
    }

    async fn somebody_without_an_address_gets_no_mail(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        let person = Person::new(&hall, "Samira", "Achahbar", "nationality", a2()).await;
        passes(&person).await;
        app.work().await;
        assert_eq!(mails::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0);
    }
}
