//! Reading a password: from standard input, or from a person at a terminal, who does not see it.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Result, bail, ensure};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Reads one: the first line of standard input, or what a person types twice.
pub(super) fn read(from_stdin: bool) -> Result<String> {
    if from_stdin {
        return line();
    }
    ensure!(
        io::stdin().is_terminal(),
        "there is nobody to ask for a password here; pass it with --password-stdin"
    );
    let password = ask("New password: ")?;
    if ask("And again: ")? != password {
        bail!("these were two different passwords; nothing was changed");
    }
    Ok(password)
}

fn line() -> Result<String> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    ensure!(!password.is_empty(), "no password came in");
    Ok(password.to_owned())
}

fn ask(prompt: &str) -> Result<String> {
    eprint!("{prompt}");
    io::stderr().flush()?;
    let silence = Silence::begin()?;
    let password = line();
    drop(silence);
    eprintln!();
    password
}

/// The terminal does not show what is typed until this is dropped.
struct Silence(Termios);

impl Silence {
    fn begin() -> Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // There is nobody left to tell if the terminal went away.
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}
