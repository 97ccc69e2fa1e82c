//! What may hold a password goes to an instance through its environment: command lines are shown to everybody.

use std::process::Command;

use xmlshred_databases::Password;

use crate::args::DatabaseArgs;

/// Addresses and passwords of an instance.
pub(super) struct Secrets<'a> {
    addresses: [(&'static str, Option<&'a str>); 3],
    password: Option<&'a Password>,
}

impl<'a> Secrets<'a> {
    /// Those of the arguments; `asked` is a password that somebody typed.
    pub(super) fn new(args: &'a DatabaseArgs, asked: Option<&'a Password>) -> Self {
        let DatabaseArgs {
            url,
            source_url,
            target_url,
            files: _,
            server: _,
            database: _,
            trust_server_certificate: _,
            username: _,
            password,
            password_file: _,
        } = args;
        let addresses = [
            ("XMLSHRED_URL", url.as_deref()),
            ("XMLSHRED_SOURCE_URL", source_url.as_deref()),
            ("XMLSHRED_TARGET_URL", target_url.as_deref()),
        ];
        Self { addresses, password: asked.or(password.as_ref()) }
    }

    /// Sets the variables. A password that this process got by its environment is inherited.
    pub(super) fn give_to(&self, command: &mut Command) {
        let Self { addresses, password } = self;
        for (name, address) in addresses {
            match address {
                Some(address) => command.env(name, address),
                None => command.env_remove(name),
            };
        }
        if let Some(password) = password {
            command.env("XMLSHRED_PASSWORD", password.reveal());
        }
    }
}
