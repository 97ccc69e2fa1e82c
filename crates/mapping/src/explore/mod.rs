//! A document beside the rows that it gives: every node with what became of it, every cell with the nodes that it read, every row that is not
//! there with the reason; and for what nobody reads the columns that would.
//!
//! Nothing is found out here: rows and cells are taken down as `explain` does (`explain::take_down`, of all tables), what became of each value
//! is asked as `coverage` does (`coverage::Measurer`), and columns are drafted and named by `infer`. [`Explorer`] puts them together:
//! `sheet` writes the nodes down, `masked` knows which of them hold what the contract calls sensitive, `offers` asks `infer`.

mod explored;
mod explorer;
mod masked;
mod offers;
mod sheet;

pub use crate::coverage::Fate;
pub use crate::infer::Offer;
pub use explored::{Cell, Explored, Node, NodeKind, Row, RowFate};
pub use explorer::{Bounds, Explorer};
