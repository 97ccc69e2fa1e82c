//! Connections, and what holds in each of their sessions.

use xmlshred_engine::ports::PortError;

use super::address::{Intent, SqlServerAddress};
use super::driver::{Driver, NoUnicode};
use super::fault::connect_error;
use super::tiberius_driver::TiberiusDriver;

/// Settings of every session. Any error ends the transaction, a lock is waited for no longer than transactions of ours last: then the
/// engine tries again, with patience, and can be interrupted. Servers and logins may have other defaults for all the others: without
/// counts a load would report no rows, with implicit transactions a look at the log would never end, in another language errors could not
/// be told apart; the last line is what tables with indexed views and computed columns insist on.
const SETTINGS: &str = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 30000; SET TRANSACTION ISOLATION LEVEL READ COMMITTED; \
                        SET IMPLICIT_TRANSACTIONS OFF; SET NOCOUNT OFF; SET LANGUAGE us_english; SET DATEFORMAT ymd; \
                        SET TEXTSIZE 2147483647; \
                        SET ANSI_NULLS ON; SET ANSI_WARNINGS ON; SET ANSI_PADDING ON; SET QUOTED_IDENTIFIER ON; \
                        SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET NUMERIC_ROUNDABORT OFF";

/// A connection whose session is named and set up.
pub(super) fn connect(
    address: &SqlServerAddress,
    application_name: &str,
    intent: Intent,
    no_unicode: NoUnicode,
) -> Result<Box<dyn Driver>, PortError> {
    let driver = TiberiusDriver::connect(address, application_name, intent, no_unicode, SETTINGS)
        .map_err(|error| connect_error(address, error))?;
    Ok(Box::new(driver))
}
