//! What runs have left behind: the log, log files, metrics files, texts of the contract. Put together for `report`, in bounded memory whatever their
//! number.
//!
//! `axis` lays time out in steps, pauses between sessions cut; `fold` takes in the log row by row; `life` reads how a process began and ended from
//! its log file, `figures` what it counted from its metrics file, `texts` the contract at that time. `gather` asks all of them (`instance` for one
//! instance); `found` is the answer, as `--json` prints it, `verdict` what it comes to.

mod axis;
mod extremes;
mod figures;
mod fold;
mod found;
mod gather;
mod instance;
mod life;
mod texts;
mod verdict;

pub(crate) use axis::{Axis, readable};
pub(crate) use found::{DocumentFound, Found, InstanceFound, State};
pub(crate) use gather::{Asked, gather};
pub(crate) use texts::{TextChange, TextLine, keep};
