//! Tests of the mapping crate from outside.

mod wellformed;
