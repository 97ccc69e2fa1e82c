//! A target seen from outside, while runs are at work on it.

use xmlshred_engine::ports::{PortError, RunSession};
use xmlshred_model::TargetSchema;

/// Looks at a target. Changes nothing, and waits for no lock.
pub trait Overview {
    /// The runs that are at work on it, one for each of their sessions; `None` where that cannot be seen.
    ///
    /// # Errors
    /// When it cannot be reached.
    fn sessions(&mut self) -> Result<Option<Vec<RunSession>>, PortError>;

    /// Bytes that the tables of this schema and the log take, with their indexes; of SQLite, those of the file. `None` where nobody tells.
    ///
    /// # Errors
    /// When it cannot be reached.
    fn byte_count(&mut self, schema: &TargetSchema) -> Result<Option<u64>, PortError>;
}
