//! SQL Server's error numbers:
//! <https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors>. Which of them pass by
//! themselves is Microsoft's word: the list of its driver for .NET (`SqlConfigurableRetryFactory`), and
//! <https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues>.

use xmlshred_engine::ports::Fault;

use crate::catalog::known_names::{KnownNames, UNKNOWN};

/// What Babelfish, which is PostgreSQL behind the protocol of SQL Server, gives errors that it has no number for.
pub(super) const BABELFISH_NUMBER: u32 = 33_557_097;

/// A lock or room for work is not given now; the connection lives.
const BUSY: &[u32] = &[
    // Objects and rows that change meanwhile; locks: none left, not in time, of a database.
    601, 617, 669, 1203, 1204, 1221, 1222, 1807, //
    // Memory and time to compile.
    701, 8628, 8645, 8651, //
    // Snapshots in conflict, and tables in memory.
    3935, 3960, 3966, 41_301, 41_302, 41_305, 41_325, 41_839, //
    // Azure: limits of the resource, too many requests, too many operations.
    10_928, 10_929, 10_936, 40_501, 40_648, 49_918, 49_919, 49_920,
];

/// The server stops, starts, fails over, or has ended the session: a new connection helps.
const GONE: &[u32] = &[
    // What the transport under a connection says, where a gateway passes it on.
    0, 20, 64, 121, 233, 258, 997, 10_053, 10_054, 10_060, //
    // The session was killed, the database is not open yet, in transition, in recovery, on a replica that does not answer.
    596, 615, 921, 922, 924, 926, 927, 942, 945, 952, 976, 978, 983, 4221, //
    // Shutdown, a log that cannot be had, logins that take too long or must wait.
    6005, 6006, 9001, 17_197, 17_830, 18_401, 18_451, 18_461, //
    // Azure: an error while processing, moving, unavailable, reconfigured.
    40_143, 40_166, 40_197, 40_540, 40_545, 40_613, //
    // Azure: the session was ended for a long transaction, its locks, tempdb, log or memory.
    40_549, 40_550, 40_551, 40_552, 40_553, //
    // A pool that is paused or warms up; no thread, no memory, no room for one more connection.
    42_108, 42_109, 17_189, 17_803, 17_809,
];

/// What a number is about, where its fault does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Name, password, account, or a trigger that guards logins.
    Login,
    /// The server does not talk to this machine.
    Firewall,
    /// A limit that somebody set for the size of the database, not the disk's.
    Quota,
    Other,
}

/// What a number is about. Babelfish's, and those of procedures, are large, too: no range says anything.
pub(super) fn kind(number: u32) -> Kind {
    match number {
        17_806 | 17_892 | 18_450 | 18_452 | 18_456 | 18_462..=18_465 | 18_470 | 18_486..=18_488 | 40_607 => {
            Kind::Login
        }
        40_615 | 40_914 | 47_073 => Kind::Firewall,
        1132 | 40_544 | 41_823 | 41_840 => Kind::Quota,
        _ => Kind::Other,
    }
}

pub(super) fn fault(known: KnownNames<'_>, number: u32, message: &str) -> Fault {
    let table = || known.table_or_at_hand(None);
    let named = || quoted(message).and_then(|name| known.found(name)).unwrap_or(UNKNOWN).to_owned();
    match number {
        2627 | 2601 => Fault::UniqueViolation { table: table() },
        547 if message.contains("CHECK") || message.contains("check constraint") => {
            Fault::CheckViolation { table: table() }
        }
        547 => Fault::ForeignKeyViolation { table: table() },
        515 => Fault::NotNullViolation { table: table(), column: None },
        // Raised by triggers and procedures of the target, or a view's WITH CHECK OPTION.
        50_000.. if number != BABELFISH_NUMBER => Fault::CheckViolation { table: table() },
        550 | 3609 => Fault::CheckViolation { table: table() },
        // Truncated, out of range, not of the type, XML that is none, a row that is too long, a bulk load's cell that is invalid.
        220
        | 232
        | 241
        | 242
        | 244
        | 245
        | 248
        | 295
        | 296
        | 511
        | 517
        | 535
        | 1946
        | 2628
        | 4815
        | 4863
        | 4864
        | 7339
        | 8114
        | 8115
        | 8152
        | 8169
        | 9400..=9499
        | 9803 => Fault::ValueRejected { table: table(), column: None },
        1205 => Fault::Deadlock,
        number if BUSY.contains(&number) => Fault::Busy,
        17_142..=17_148 => Fault::ConnectionLost,
        number if GONE.contains(&number) => Fault::ConnectionLost,
        1101 | 1105 | 9002 => Fault::DiskFull,
        number if kind(number) == Kind::Quota => Fault::DiskFull,
        3906 | 3908 | 5063 => Fault::ReadOnly,
        number if matches!(kind(number), Kind::Login | Kind::Firewall) => Fault::AccessDenied,
        229 | 230 | 262 | 297 | 300 | 916 | 1088 | 4834 | 15_247 => Fault::AccessDenied,
        // Passes where a database starts or fails over, and a run that has seen it waits; at the start it is a wrong name.
        4060 | 4062..=4064 | 911 | 40_532 => Fault::CannotConnect,
        208 => Fault::MissingTable { table: named() },
        // No such column or schema, another type, an identity or computed column that takes no values, a collation in conflict.
        207 | 264 | 2705 | 2760 | 206 | 213 | 271 | 468 | 544 | 545 | 8101 | 8102 => {
            Fault::WrongTable { table: named() }
        }
        823..=825 | 5242 | 5243 => Fault::Corrupt,
        BABELFISH_NUMBER => babelfish(known, message),
        _ => Fault::Refused { code: format!("error {number}"), table: table(), column: None },
    }
}

/// Words of PostgreSQL, where there is no number.
fn babelfish(known: KnownNames<'_>, message: &str) -> Fault {
    let table = known.table_or_at_hand(None);
    let named = || quoted(message).and_then(|name| known.found(name)).unwrap_or(UNKNOWN).to_owned();
    let says = |words: &str| message.contains(words);
    if says("does not exist") && says("column") {
        Fault::WrongTable { table: named() }
    } else if says("does not exist") && says("database") {
        Fault::CannotConnect
    } else if says("does not exist") && says("relation") {
        Fault::MissingTable { table: named() }
    } else if says("deadlock") {
        Fault::Deadlock
    } else if says("lock timeout") || says("could not obtain lock") {
        Fault::Busy
    } else if says("permission denied") {
        Fault::AccessDenied
    } else if says("terminating connection")
        || says("shutting down")
        || says("starting up")
        || says("recovery mode")
    {
        Fault::ConnectionLost
    } else if says("violates foreign key") {
        Fault::ForeignKeyViolation { table }
    } else if says("violates check constraint") {
        Fault::CheckViolation { table }
    } else if says("violates not-null") {
        Fault::NotNullViolation { table, column: None }
    } else if says("duplicate key") {
        Fault::UniqueViolation { table }
    } else if says("too long for type")
        || says("out of range")
        || says("invalid input")
        || says("overflow")
        || says("truncated")
    {
        Fault::ValueRejected { table, column: None }
    } else if says("No space left") || says("disk full") {
        Fault::DiskFull
    } else {
        Fault::Refused { code: format!("error {BABELFISH_NUMBER}"), table, column: None }
    }
}

/// Whether the server does not understand a statement, or does not know a name in it.
pub(super) fn is_misunderstood(number: u32, message: &str) -> bool {
    match number {
        102 | 105 | 156 | 170 | 195 | 207 | 208 | 4104 => true,
        BABELFISH_NUMBER => message.contains("syntax error") || message.contains("does not exist"),
        _ => false,
    }
}

/// The name in quotes of a message such as `Invalid object name 'dbo.t'.`
pub(super) fn quoted(message: &str) -> Option<&str> {
    message.split(['\'', '"']).nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: u32) -> Fault {
        fault(KnownNames::LOG, number, "")
    }

    #[test]
    fn what_microsoft_calls_transient_is_tried_again() {
        // The list of `SqlConfigurableRetryFactory`, and that of Azure SQL Database.
        let transient = [
            1204, 1205, 1222, 49_918, 49_919, 49_920, 4221, 40_143, 40_613, 40_501, 40_540, 40_197, 42_108,
            42_109, 10_929, 10_928, 10_060, 10_054, 10_053, 997, 233, 64, 20, 0, 615, 926, 258,
        ];
        for number in transient {
            assert!(
                matches!(of(number), Fault::Busy | Fault::Deadlock | Fault::ConnectionLost),
                "{number}: {:?}",
                of(number)
            );
        }
        // A wrong name at the start, and a database that fails over later.
        assert_eq!(of(4060), Fault::CannotConnect);
        assert!(BUSY.iter().all(|number| !GONE.contains(number)));
    }

    #[test]
    fn a_quota_is_a_full_disk_of_its_own_kind() {
        for number in [1132, 40_544, 41_823, 41_840] {
            assert_eq!((of(number), kind(number)), (Fault::DiskFull, Kind::Quota), "{number}");
        }
        assert_eq!((of(1105), kind(1105)), (Fault::DiskFull, Kind::Other));
    }

    #[test]
    fn a_large_number_alone_is_no_login() {
        assert_eq!(kind(18_456), Kind::Login);
        for number in [229, 18_210, 20_000, 50_001, BABELFISH_NUMBER] {
            assert_eq!(kind(number), Kind::Other, "{number}");
        }
        let denied = fault(KnownNames::LOG, BABELFISH_NUMBER, "permission denied for table t");
        assert_eq!(denied, Fault::AccessDenied);
    }
}
