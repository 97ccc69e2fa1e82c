//! Databases behind the ports of the engine.
