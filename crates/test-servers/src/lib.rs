//! Servers for tests and benchmarks: a private PostgreSQL, and a proxy that cuts connections. No part of the product.
//!
//! Nothing here touches a server that was there before: data directories are temporary, ports are free ones of loopback.

mod postgres;
mod proxy;
mod skipped;

pub use postgres::{PostgresServer, Unavailable};
pub use proxy::{Cut, Proxy};
pub use skipped::skip;
