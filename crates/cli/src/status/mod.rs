//! How far the work is, and who is at it: [`Looker`] asks log, source and server, [`Picture`] says what that means, [`text()`] and [`json()`] tell it.

mod json;
mod look;
mod picture;
mod rates;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use json::json;
pub(crate) use look::Looker;
pub(crate) use picture::Picture;
pub(crate) use rates::Rates;
pub(crate) use text::{Shown, text};
