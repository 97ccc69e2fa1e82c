//! The product against the reference, and both against an independent XPath engine.

mod cases;
mod differential;
mod xpath;
