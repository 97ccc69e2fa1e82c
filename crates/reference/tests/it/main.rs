//! The product against the reference, and both against an independent XPath engine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cases;
mod differential;
mod warm;
mod xpath;
