//! IJkpunt: the platform for civic language tests. ARCHITECTURE.md tells what is where and why.

pub mod access;
pub mod agencies;
pub mod app;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod db;
pub mod delivery;
pub mod demo;
pub mod entity;
pub mod http;
pub mod ids;
pub mod items;
pub mod jobs;
pub mod kiosks;
pub mod locale;
pub mod marking;
pub mod media;
pub mod money;
pub mod policy;
pub mod problem;
pub mod results;
pub mod room;
