//! The running product: what every request and job can reach, and the server that listens.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::{App, HttpServer, web};
use sea_orm::DatabaseConnection;

use crate::adaptive::Plans;
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::Keys;
use crate::delivery::writer::Saves;
use crate::http::{middleware, routes};
use crate::kiosks::known::KnownKeys;
use crate::media::MediaStore;
use crate::stopping::Stopping;

/// Everything that a request or a job works with. Cloning is cheap; no state of a person or test lives here.
#[derive(Clone)]
pub struct Ijkpunt {
    pub db: DatabaseConnection,
    pub clock: Clock,
    pub keys: Arc<Keys>,
    pub config: Arc<Config>,
    pub media: MediaStore,
    pub saves: Saves,
    pub kiosk_keys: KnownKeys,
    pub plans: Plans,
    pub stopping: Stopping,
}

impl Ijkpunt {
    pub fn new(db: DatabaseConnection, clock: Clock, keys: Keys, config: Config) -> Self {
        Self {
            saves: Saves::start(db.clone(), clock.clone()),
            media: MediaStore::new(config.data.join("media")),
            plans: Plans::default(),
            db,
            clock,
            kiosk_keys: KnownKeys::default(),
            keys: Arc::new(keys),
            config: Arc::new(config),
            stopping: Stopping::default(),
        }
    }

    /// Answers are saved on a connection of their own, so that a thousand starts at once do not stand in their way.
    pub fn with_saves_on(self, db: DatabaseConnection) -> Self {
        Self { saves: Saves::start(db, self.clock.clone()), ..self }
    }
}

/// Serves on a socket that is already bound, so that the caller knows the port.
pub fn serve(ijkpunt: Ijkpunt, listener: TcpListener, workers: usize) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(ijkpunt.clone()))
            .wrap(actix_web::middleware::Compress::default())
            .wrap(actix_web::middleware::from_fn(middleware::signed_bodies))
            .wrap(actix_web::middleware::from_fn(middleware::in_time))
            .wrap(actix_web::middleware::from_fn(middleware::problems))
            .wrap(actix_web::middleware::from_fn(middleware::security_headers))
            .configure(routes::configure)
            .default_service(web::to(crate::http::assets::serve))
    })
    .workers(workers)
    .shutdown_timeout(20)
    .backlog(4096)
    // Longer than the pause between two heartbeats, or every other one would meet a connection that is just being closed.
    .keep_alive(std::time::Duration::from_secs(75))
    .client_request_timeout(std::time::Duration::from_secs(20))
    // The command line asks it to stop, in its own order.
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
