//! Acknowledged means durable, and a job is done once whoever dies over it.

use ijkpunt::db;
use ijkpunt::entity::enums::{JobStatus, Part, SessionKind};
use ijkpunt::entity::{jobs, marks};
use ijkpunt::jobs::LEASE;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement};
use serde_json::json;
use tests::hall::Hall;
use tests::{Backend, both};

both! {
    async fn a_commit_waits_for_the_disk(app) {
        let url = &app.ijkpunt.config.database_url;
        for connection in [db::connect(url).await.unwrap(), db::connect_for_saves(url).await.unwrap()] {
            let backend = connection.get_database_backend();
            let ask = async |sql: &str| connection.query_one_raw(Statement::from_string(backend, sql)).await.unwrap().unwrap();
            if app.backend == Backend::Sqlite {
                assert_eq!(ask("PRAGMA synchronous").await.try_get_by_index::<i64>(0).unwrap(), 2, "FULL");
                assert_eq!(ask("PRAGMA journal_mode").await.try_get_by_index::<String>(0).unwrap(), "wal");
            } else {
                assert_eq!(ask("SHOW synchronous_commit").await.try_get_by_index::<String>(0).unwrap(), "on");
                assert_eq!(ask("SHOW fsync").await.try_get_by_index::<String>(0).unwrap(), "on");
            }
        }
    }

    async fn a_job_of_a_worker_that_died_is_done_once_by_another_when_its_lease_has_run_out(app) {
        let hall = Hall::new(&app, SessionKind::First).await;
        hall.reading(3).await;
        hall.open().await;
        let (kiosk, _, attempt) = hall.at_work("Kiosk 1", &[Part::Reading]).await;
        kiosk.save(&attempt, 1, 0, json!({"r1": "a"})).await.ok();
        kiosk.submit(&attempt, 1).await.ok();
        // A worker has taken it and is gone.
        jobs::Entity::update_many()
            .col_expr(jobs::Column::Status, Expr::value(JobStatus::Running))
            .col_expr(jobs::Column::Attempts, Expr::value(1))
            .col_expr(jobs::Column::LeasedUntil, Expr::value(app.ijkpunt.clock.now() + LEASE))
            .filter(jobs::Column::Kind.eq("mark_attempt"))
            .exec(&app.ijkpunt.db)
            .await
            .unwrap();
        app.work().await;
        assert_eq!(marks::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 0, "it may still be at work");
        app.ijkpunt.clock.advance(LEASE + chrono::Duration::seconds(1));
        app.work().await;
        app.work().await;
        assert_eq!(marks::Entity::find().count(&app.ijkpunt.db).await.unwrap(), 1);
        let job = jobs::Entity::find().filter(jobs::Column::Kind.eq("mark_attempt")).one(&app.ijkpunt.db).await.unwrap().unwrap();
        assert_eq!((job.status, job.attempts), (JobStatus::Done, 2));
    }
}
