//! What all of HTTP shares: the table of addresses, extractors, what goes around each request, and the web apps' files.

pub mod assets;
pub mod extract;
pub mod middleware;
pub mod routes;
