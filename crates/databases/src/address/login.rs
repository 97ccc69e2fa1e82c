//! What an address is completed with: who connects, and the environment.

use super::password::Password;

/// Looks an environment variable up.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Who connects, where that is said apart from the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// Name.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Password>,
}
