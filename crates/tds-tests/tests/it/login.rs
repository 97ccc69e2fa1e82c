//! Reaching a server: refusals, redirections, named instances, what the login asks for.

use std::net::UdpSocket;
use std::thread;

use xmlshred_engine::ports::Fault;
use xmlshred_test_servers::skip;

use crate::mock::{Mock, source_at};
use crate::peer::{Instead, Moment, Peer};
use crate::sink::{Target, commit};

#[test]
fn a_refused_login_is_told_with_its_number_and_without_the_password() {
    let target = Target::with(Vec::new());
    target.peer.fail(Moment::Login, Instead::Error(18_456, "Login failed for user 'loader'."));
    let error = target.sink().err().unwrap();
    assert_eq!(error.fault, Fault::AccessDenied, "{error}");
    assert!(error.message.contains("18456"), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn a_server_that_sends_us_elsewhere_is_followed() {
    let (target, elsewhere) = (Target::with(Vec::new()), Target::with(Vec::new()));
    target.peer.fail(Moment::Login, Instead::Elsewhere(elsewhere.peer.port()));
    commit(&mut *target.sink().unwrap(), &target.batch()).unwrap();
    assert_eq!(target.peer.bulk_loads().len(), 0);
    assert_eq!(elsewhere.peer.bulk_loads().len(), 2);
}

#[test]
fn servers_that_send_us_to_each_other_are_given_up() {
    let target = Target::with(Vec::new());
    for _ in 0..10 {
        target.peer.fail(Moment::Login, Instead::Elsewhere(target.peer.port()));
    }
    let error = target.sink().err().unwrap();
    assert_eq!(error.fault, Fault::CannotConnect, "{error}");
    assert!(error.message.contains("redirects in a circle"), "{error}");
}

/// Where the login has flags about its kind (MS-TDS 2.2.6.4), and the one for sessions that only read.
const TYPE_FLAGS: usize = 26;
const READ_ONLY_INTENT: u8 = 0x20;

#[test]
fn a_source_alone_asks_for_a_replica_and_a_sink_for_the_server_that_writes() {
    let target = Target::with(Vec::new());
    target.sink().unwrap();
    assert_eq!(target.peer.logins()[0][TYPE_FLAGS] & READ_ONLY_INTENT, 0);
    let mock = Mock::with_keys(&[]);
    let peer = Peer::before(mock.proxy().port(), Vec::new());
    let server = format!("127.0.0.1:{}", peer.port());
    source_at(&server, "").unwrap();
    source_at(&server, "applicationIntent=ReadWrite").unwrap();
    let flags: Vec<_> = peer.logins().iter().map(|login| login[TYPE_FLAGS] & READ_ONLY_INTENT).collect();
    assert_eq!(flags, [READ_ONLY_INTENT, 0]);
}

/// Where SQL Server Browser listens (MC-SQLR 2.1).
const BROWSER: &str = "127.0.0.1:1434";

#[test]
fn a_named_instance_is_looked_up_at_the_browser_and_followed_to_where_it_sends_on() {
    let Ok(browser) = UdpSocket::bind(BROWSER) else {
        return skip("named instances of SQL Server", &"UDP port 1434 is taken: stop what listens there");
    };
    // The instance sends on, to a port that it names: the one who listens there need not be asked for again.
    let mock = Mock::with_keys(&[]);
    let instance = Peer::before(mock.proxy().port(), Vec::new());
    instance.fail(Moment::Login, Instead::Elsewhere(mock.proxy().port()));
    let port = instance.port();
    let asked = thread::spawn(move || {
        let mut question = [0; 64];
        let (length, client) = browser.recv_from(&mut question).unwrap();
        let words =
            format!("ServerName;DB1;InstanceName;SQLEXPRESS;IsClustered;No;Version;16.0.1000.6;tcp;{port};;");
        let answer = [&[0x05], &(words.len() as u16).to_le_bytes()[..], words.as_bytes()].concat();
        browser.send_to(&answer, client).unwrap();
        question[..length].to_vec()
    });
    source_at("127.0.0.1", "instanceName=SQLEXPRESS").unwrap();
    assert_eq!(asked.join().unwrap(), b"\x04SQLEXPRESS");
    assert!(mock.was_told("loader"));
    assert_eq!(instance.logins().len(), 1);
}
