//! A checked contract made ready to run: the target's schema, and all paths in one automaton.

use std::sync::Arc;

use xmlshred_model::TargetSchema;

use crate::contract::Contract;

/// Everything a [`crate::Shredder`] needs. Built once, shared by all workers.
#[derive(Debug)]
pub struct Plan {
    contract: Contract,
    schema: Arc<TargetSchema>,
}

impl Plan {
    /// Compiles a contract.
    pub fn new(contract: Contract) -> Self {
        let schema = Arc::new(TargetSchema {
            namespace: contract.target.schema.clone(),
            on_existing: contract.target.on_existing,
            tables: Vec::new(),
            key_column: contract.source.key.clone(),
        });
        Self { contract, schema }
    }

    /// The contract.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The target's tables.
    pub fn schema(&self) -> &Arc<TargetSchema> {
        &self.schema
    }
}
