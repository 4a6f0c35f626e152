//! The API by its front door. A module a subject; each test runs on SQLite and on PostgreSQL.

mod access;
mod bank;
mod certificates;
mod corrections;
mod desk;
mod editor;
mod fees;
mod forms;
mod items;
mod kiosk;
mod kiosk_lockdown;
mod kiosk_offline;
mod kiosk_signing;
mod mail;
mod marking;
mod measurement;
mod people;
mod prescreening;
mod purposes;
mod ratings;
mod results;
mod room;
mod routes;
mod sessions;
mod statistics;
mod trajectory;
