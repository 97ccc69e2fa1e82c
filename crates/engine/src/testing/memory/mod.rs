//! A database in memory: source, target and log. Several ports, and so several instances, share it.

mod fixture;
mod ports;
mod store;
mod tables;

pub use fixture::MemoryBench;
pub use ports::{JournalSight, MemoryPorts};
pub use store::MemoryStore;
