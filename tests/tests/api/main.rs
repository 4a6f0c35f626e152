//! The API by its front door. A module a subject; each test runs on SQLite and on PostgreSQL.

mod access;
mod kiosk;
mod room;
mod routes;
