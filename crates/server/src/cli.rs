//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Given;

/// Kith: a messenger that runs on your own machine
#[derive(Debug, Parser)]
#[command(name = "kith", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `kith` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    Serve(Box<Serve>),
    /// List, add and rescue accounts, also while the server runs
    User(User),
    /// Check that a data folder is whole, also while the server runs
    ///
    /// Reads every page and every file, changes nothing, and names what is damaged, missing or left over. Ends with status
    /// 0 when everything is as it must be, and with 1 otherwise.
    Verify(Verify),
    /// Put everything into one file, also while the server runs
    ///
    /// The file holds everything as of one moment: accounts with the hashes of their passwords, messages, photos and files.
    /// Only you can read it; keep it so, and keep it on another disk.
    Backup(Backup),
    /// Make a data folder from a backup
    ///
    /// The whole backup is checked before anything is touched. What people deleted after it was made is deleted again, as
    /// far as it is known. Clients begin afresh and send what they had not sent yet.
    Restore(Restore),
}

/// Which data folder.
#[derive(Debug, Args)]
pub struct Folder {
    /// Folder in which everything is kept [default: data]
    #[arg(long, env = "KITH_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// TOML file that names the folder
    #[arg(long, env = "KITH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `kith verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,

    /// The folder.
    #[command(flatten)]
    pub folder: Folder,
}

/// `kith backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// Where to write the backup, such as kith-2026-11-22.tar.zst; must not exist
    pub file: PathBuf,

    /// The folder.
    #[command(flatten)]
    pub folder: Folder,
}

/// `kith restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    pub file: PathBuf,

    /// Put aside what is in the folder, instead of refusing one that is not empty
    #[arg(long)]
    pub replace: bool,

    /// Sign everyone out, such as when a device was stolen after the backup was made
    #[arg(long)]
    pub sign_out: bool,

    /// A copy of the list of deletions, deletions.jsonl, that was kept elsewhere
    #[arg(long, value_name = "FILE")]
    pub deletions: Option<PathBuf>,

    /// The folder.
    #[command(flatten)]
    pub folder: Folder,
}

/// `kith serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// TOML file with options; its keys are the names of the flags, with underscores
    #[arg(long, env = "KITH_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Print the configuration in force as TOML, and end
    #[arg(long)]
    pub print_config: bool,

    /// The options.
    #[command(flatten)]
    pub options: Given,
}

/// `kith user`.
#[derive(Debug, Args)]
pub struct User {
    /// Folder in which everything is kept [default: data]
    #[arg(long, env = "KITH_DATA", value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,

    /// TOML file that names the folder
    #[arg(long, env = "KITH_CONFIG", value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// What to do.
    #[command(subcommand)]
    pub command: UserCommand,
}

/// What the console can do to accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// List all accounts
    List,
    /// Make an account; the first one owns the server
    Add {
        /// Its username
        name: String,
        /// What others call them; the username if not given
        #[arg(long, value_name = "NAME")]
        display_name: Option<String>,
        /// Where its password comes from.
        #[command(flatten)]
        password: AddPassword,
    },
    /// Set a new password and end all sessions of the account
    Password {
        /// Its username
        name: String,
        /// Read the password from standard input, without asking for it
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the devices that are signed in
    Sessions {
        /// The username
        name: String,
        /// End them all
        #[arg(long)]
        end_all: bool,
    },
    /// Keep an account out and end its sessions
    Suspend {
        /// Its username
        name: String,
        /// Let it in again
        #[arg(long)]
        undo: bool,
    },
}

/// Where the password of a new account comes from. It is asked for when nothing is said.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct AddPassword {
    /// Read the password from standard input, without asking for it
    #[arg(long)]
    pub password_stdin: bool,
    /// Take over a password by its hash: argon2 ($argon2…) or bcrypt ($2a$, $2b$, $2y$)
    #[arg(long, value_name = "HASH")]
    pub password_hash: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
