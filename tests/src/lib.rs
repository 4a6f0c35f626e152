//! What the tests share: the product, running on a database of its own, and people who use it.

pub mod crowd;
pub mod hall;
pub mod journey;
pub mod postgres;
pub mod process;
pub mod rescue;

use std::net::TcpListener;
use std::path::Path;
use std::sync::OnceLock;

use chrono::{DateTime, TimeZone, Utc};
use ijkpunt::app::{self, Ijkpunt};
use ijkpunt::clock::Clock;
use ijkpunt::config::{Config, embedded_url};
use ijkpunt::crypto::Keys;
use ijkpunt::entity::enums::{AgencyCode, Role};
use ijkpunt::entity::{agencies, user_roles, users};
use ijkpunt::ids::{AgencyId, UserId};
use reqwest::{Method, StatusCode};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, Database, EntityTrait, QueryFilter};
use serde_json::Value;
use tempfile::TempDir;

/// Declares tests that run on SQLite and on PostgreSQL alike: `both! { async fn a_sentence(app) { … } }`.
#[macro_export]
macro_rules! both {
    ($($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn check($app: $crate::TestApp) $body

            #[test]
            fn on_sqlite() {
                $crate::run($crate::Backend::Sqlite, check);
            }

            #[test]
            fn on_postgres() {
                $crate::run($crate::Backend::Postgres, check);
            }
        }
    )+};
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The product, serving on a port of its own. Its clock stands at 1 June 2026, 09:00 UTC, until a test moves it.
pub struct TestApp {
    pub ijkpunt: Ijkpunt,
    pub url: String,
    pub backend: Backend,
    server: actix_web::dev::ServerHandle,
    pub folder: TempDir,
}

pub fn run<F: Future<Output = ()>>(backend: Backend, check: impl FnOnce(TestApp) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let app = TestApp::start(backend).await;
        let server = app.server.clone();
        check(app).await;
        server.stop(false).await;
    });
}

pub fn start_of_tests() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 6, 1, 9, 0, 0).unwrap()
}

impl TestApp {
    pub async fn start(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = match backend {
            Backend::Sqlite => {
                tokio::task::spawn_blocking(sqlite_template).await.unwrap();
                std::fs::copy(sqlite_template(), folder.path().join("ijkpunt.db")).unwrap();
                embedded_url(folder.path())
            }
            Backend::Postgres => postgres_copy().await,
        };
        Self::on(backend, folder, database_url).await
    }

    /// On a database that is empty yet, beside which others will serve.
    pub async fn on_empty(backend: Backend, folder: TempDir, database_url: String) -> Self {
        prepare(&database_url).await;
        std::fs::write(folder.path().join("keys"), KEY_FILE).unwrap();
        Self::on(backend, folder, database_url).await
    }

    async fn on(backend: Backend, folder: TempDir, database_url: String) -> Self {
        let config = Config {
            data: folder.path().to_owned(),
            database_url: database_url.clone(),
            listen: "127.0.0.1:0".into(),
            public_origin: "http://ijkpunt.test".into(),
            smtp_url: None,
            mail_from: "IJkpunt <noreply@ijkpunt.test>".into(),
            demo: false,
            drain: std::time::Duration::ZERO,
            share_port: false,
        };
        let db = ijkpunt::db::connect(&database_url).await.unwrap();
        let ijkpunt = Ijkpunt::new(db, Clock::manual(start_of_tests()), Keys::new([7; 32], [8; 32]), config);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = app::serve(ijkpunt.clone(), listener, 2).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        Self { ijkpunt, url, backend, server: handle, folder }
    }

    /// Somebody who has not logged in.
    pub fn anonymous(&self) -> User {
        // The server ends a connection that was idle for five seconds, as while a calibration is computed: it is not to be taken up again then.
        let http = reqwest::Client::builder().cookie_store(true).pool_idle_timeout(std::time::Duration::from_secs(2)).build().unwrap();
        User { http, url: self.url.clone(), id: None }
    }

    pub async fn agency(&self, code: AgencyCode) -> AgencyId {
        let row = agencies::Entity::find().filter(agencies::Column::Code.eq(code)).one(&self.ijkpunt.db).await.unwrap();
        row.expect("the four agencies are there from the first start").id
    }

    /// A member of staff with these roles at one agency, logged in.
    pub async fn user(&self, agency: AgencyCode, roles: &[Role]) -> User {
        let agency = self.agency(agency).await;
        let (id, username) = (UserId::new(), format!("u{}", uuid::Uuid::new_v4().simple()));
        let user = users::ActiveModel {
            id: Set(id),
            username: Set(username.clone()),
            display_name: Set("Test Persoon".into()),
            email: Set("test@ijkpunt.test".into()),
            password_hash: Set(password_hash().to_owned()),
            locale: Set("nl".into()),
            created_at: Set(self.ijkpunt.clock.now()),
            disabled_at: Set(None),
        };
        users::Entity::insert(user).exec_without_returning(&self.ijkpunt.db).await.unwrap();
        for role in roles {
            let row = user_roles::ActiveModel { user_id: Set(id), agency_id: Set(agency), role: Set(*role) };
            user_roles::Entity::insert(row).exec_without_returning(&self.ijkpunt.db).await.unwrap();
        }
        let mut user = User { id: Some(id), ..self.anonymous() };
        let answer = user.post("/api/session", serde_json::json!({ "username": username, "password": PASSWORD })).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        user.id = Some(id);
        user
    }

    /// Fills the bank with the sample items, as a first start does.
    pub async fn load_sample_bank(&self) {
        ijkpunt::items::load::load_if_empty(&self.ijkpunt.db, &self.ijkpunt.media, self.ijkpunt.clock.now()).await.unwrap();
    }

    /// Does the background work that is due.
    pub async fn work(&self) {
        ijkpunt::jobs::run_due(&self.ijkpunt).await.unwrap();
    }
}

/// The keys of the test's product, as a key file has them.
const KEY_FILE: &str = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\nCAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=\n";

pub const PASSWORD: &str = "een heel lang wachtwoord";

/// Hashing takes 25 ms, so that it is done once.
fn password_hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| ijkpunt::access::passwords::hash(PASSWORD).unwrap())
}

/// A browser with its cookies.
#[derive(Clone)]
pub struct User {
    pub http: reqwest::Client,
    pub url: String,
    pub id: Option<UserId>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    /// The body as JSON; null when it is something else.
    pub body: Value,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.body);
        self.body
    }

    /// The stable code of a refusal.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The code said of one field, by its JSON pointer.
    pub fn field_code(&self, pointer: &str) -> &str {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().find(|error| error["pointer"] == pointer).and_then(|error| error["code"].as_str()).unwrap_or_default()
    }
}

impl User {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.url)).header("X-IJkpunt", "1");
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::read(request.send().await.unwrap()).await
    }
}

impl Answer {
    pub async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        Self { body: serde_json::from_slice(&bytes).unwrap_or_default(), status, headers, bytes }
    }
}

/// A fresh database as `ijkpunt serve` makes it at first start.
async fn prepare(url: &str) {
    let db = ijkpunt::db::open(url).await.unwrap();
    ijkpunt::cli::serve::fill_fresh(&db, start_of_tests()).await.unwrap();
    if url.starts_with("sqlite") {
        db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    }
    db.close().await.unwrap();
}

/// Making a database takes a second; copying one takes a millisecond.
fn sqlite_template() -> &'static Path {
    static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
    static FILE: OnceLock<std::path::PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        let folder = TEMPLATE.get_or_init(|| tempfile::tempdir().unwrap());
        std::thread::scope(|scope| {
            scope.spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(prepare(&embedded_url(folder.path())))).join().unwrap();
        });
        folder.path().join("ijkpunt.db")
    })
}

/// A PostgreSQL database of this test's own, copied from a template that this process makes once.
async fn postgres_copy() -> String {
    static TEMPLATE: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let server = std::env::var("IJKPUNT_TEST_POSTGRES")
        .expect("run the tests through `make test` or scripts/with-postgres.sh, which start a PostgreSQL");
    let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
    let template = TEMPLATE
        .get_or_init(|| async {
            let name = format!("template_{}", std::process::id());
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
            prepare(&format!("{server}/{name}")).await;
            name
        })
        .await;
    let name = format!("test_{}", uuid::Uuid::new_v4().simple());
    // PostgreSQL copies a template only while nobody else does.
    static COPYING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let copying = COPYING.lock().await;
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
    drop(copying);
    admin.close().await.unwrap();
    format!("{server}/{name}")
}

/// The PostgreSQL that the tests run on.
pub fn postgres_server() -> String {
    std::env::var("IJKPUNT_TEST_POSTGRES").expect("run the tests through `make test` or scripts/with-postgres.sh, which start a PostgreSQL")
}
