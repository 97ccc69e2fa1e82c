//! What addresses of all databases have in common: logins, passwords, what is wrong with them, and how databases are opened.

mod error;
mod escapes;
mod login;
mod options;
mod password;
mod shown;

pub use error::AddressError;
pub(crate) use escapes::percent_decoded;
pub use login::{Environment, Login};
pub use options::OpenOptions;
pub use password::Password;
pub use shown::without_passwords;
pub(crate) use shown::{check_host, check_login_ends, check_name, check_user, holds_login, unknown_option};
