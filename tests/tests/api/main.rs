//! The API by its front door. A module a subject; each test runs on SQLite and on PostgreSQL.

mod access;
mod kiosk;
mod room;
mod desk;
mod fees;
mod people;
mod purposes;
mod routes;
mod sessions;
