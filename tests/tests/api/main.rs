//! The API by its front door. A module a subject; each test runs on SQLite and on PostgreSQL.

mod access;
mod desk;
mod fees;
mod kiosk;
mod people;
mod purposes;
mod room;
mod routes;
mod sessions;
