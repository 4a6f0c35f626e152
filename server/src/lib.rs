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
pub mod demo;
pub mod entity;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod locale;
pub mod media;
pub mod money;
pub mod policy;
pub mod problem;
pub mod results;
