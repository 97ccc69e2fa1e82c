//! What options of an address may say.

use crate::address::AddressError;

/// Options of Microsoft's drivers, in lower case without blanks, that change nothing of what is read and loaded here: sizes and pools of
/// theirs, what they do with types of their languages, and what every session of ours sets itself.
const OF_NO_CONSEQUENCE: [&str; 36] = [
    "authenticationscheme",
    "cancelquerytimeout",
    "connectretrycount",
    "connectretryinterval",
    "currentlanguage",
    "delayloadinglobs",
    "disablestatementpooling",
    "driver",
    "enableprepareonfirstpreparedstatementcall",
    "enlist",
    "ipaddresspreference",
    "language",
    "lastupdatecount",
    "loadbalancetimeout",
    "locktimeout",
    "marsconnection",
    "maxpoolsize",
    "minpoolsize",
    "multipleactiveresultsets",
    "network",
    "networklibrary",
    "packetsize",
    "persistsecurityinfo",
    "poolblockingperiod",
    "pooling",
    "provider",
    "quotedid",
    "replication",
    "responsebuffering",
    "selectmethod",
    "sendstringparametersasunicode",
    "sendtimeasdatetime",
    "sockettimeout",
    "sslprotocol",
    "workstationid",
    "wsid",
];

/// Whether an option (in lower case, without blanks) changes nothing here.
pub(super) fn is_of_no_consequence(name: &str) -> bool {
    OF_NO_CONSEQUENCE.contains(&name)
}

/// A host name, or one whose first label is `*` as a whole and that has two more at least.
pub(super) fn is_certificate_name(name: &str) -> bool {
    let rest = match name.strip_prefix("*.") {
        Some(rest) if rest.contains('.') => rest,
        Some(_) => return false,
        None => name,
    };
    !rest.contains('*') && !rest.starts_with('.')
}

pub(super) fn wrong(name: &str, expected: &'static str) -> AddressError {
    AddressError::Option { name: name.to_owned(), expected }
}

pub(super) fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, AddressError> {
    value.trim().parse().map_err(|_| wrong(name, "a number in its range"))
}

pub(super) fn truth(name: &str, value: &str) -> Result<bool, AddressError> {
    match value.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(wrong(name, "true or false")),
    }
}
