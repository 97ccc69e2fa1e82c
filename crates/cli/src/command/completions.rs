//! `xmlshred completions`: a script by which a shell asks this program, at each tab, what it would take.

use std::io::Write as _;

use clap_complete::Shell;
use clap_complete::env::Shells;

use crate::args::CompletionsArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::offered;

/// Prints the script, behind a comment that says where it belongs.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, CommandError> {
    let CompletionsArgs { shell } = args;
    let mut script = Vec::new();
    for line in how_to_install(*shell) {
        writeln!(script, "# {line}")?;
    }
    let shells = Shells::builtins();
    let completer =
        shells.completer(&shell.to_string()).expect("clap_complete's engine knows its own shells");
    completer.write_registration(offered::VARIABLE, "xmlshred", "xmlshred", "xmlshred", &mut script)?;
    std::io::stdout().lock().write_all(&script)?;
    Ok(Exit::Done)
}

fn how_to_install(shell: Shell) -> &'static [&'static str] {
    match shell {
        Shell::Bash => &[
            "With the package bash-completion, once:",
            "  mkdir -p ~/.local/share/bash-completion/completions",
            "  xmlshred completions bash > ~/.local/share/bash-completion/completions/xmlshred",
            "Without it, in ~/.bashrc: source <(xmlshred completions bash)",
        ],
        Shell::Zsh => &["In ~/.zshrc, behind compinit: source <(xmlshred completions zsh)"],
        Shell::Fish => &["Once: xmlshred completions fish > ~/.config/fish/completions/xmlshred.fish"],
        Shell::PowerShell => &[
            "In the file that $PROFILE names:",
            "  xmlshred completions powershell | Out-String | Invoke-Expression",
        ],
        Shell::Elvish => &["In ~/.config/elvish/rc.elv: eval (xmlshred completions elvish | slurp)"],
        shell => unreachable!("a shell of clap_complete's that is new: {shell}"),
    }
}
