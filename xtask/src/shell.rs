//! Running other programs: where their output goes, and what is said when they fail.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

/// Where a command's output goes, and our own words about it.
#[derive(Debug)]
pub(crate) enum Output {
    /// The person is watching.
    Terminal,
    /// Several commands run side by side, so each has a file. Colours are off: the file is read by programs too.
    Log(File),
}

impl Output {
    /// Starts a log at `path`, replacing the one of an earlier run.
    pub(crate) fn log(path: &Path) -> Result<Self> {
        let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self::Log(file))
    }

    /// One line of our own.
    pub(crate) fn say(&self, line: &str) -> Result<()> {
        match self {
            Self::Terminal => println!("{line}"),
            Self::Log(file) => {
                let mut file: &File = file;
                writeln!(file, "{line}").context("cannot write to the step's log")?;
            }
        }
        Ok(())
    }

    /// Runs `command` to its end; anything but success is an error that names it.
    pub(crate) fn run(&self, command: &mut Command) -> Result<()> {
        if let Self::Log(file) = self {
            self.say(&format!("$ {}", words(command)))?;
            command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file.try_clone()?);
            command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1").env_remove("FORCE_COLOR");
        }
        let status = command.status().with_context(|| format!("cannot start `{}`", words(command)))?;
        ensure!(status.success(), "`{}` failed ({status})", words(command));
        Ok(())
    }
}

/// Runs `command` and answers what it wrote to its standard output.
///
/// # Errors
/// When it cannot be started, does not succeed (the error then carries what it complained about), or does not write
/// UTF-8.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start `{}`", words(command)))?;
    if !output.status.success() {
        bail!("`{}` failed: {}", words(command), String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{}` did not write UTF-8", words(command)))
}

/// The Cargo that runs us, so that the toolchain stays the same all the way down.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Whether a program of this name can be found on the `PATH`.
pub(crate) fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The command as a person would have typed it, for messages only.
fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_else(|| OsStr::new("?"));
    let words = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_complaint() {
        let error = capture(Command::new("sh").args(["-c", "echo no such luck >&2; exit 3"])).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("`sh -c"), "{text}");
        assert!(text.ends_with("no such luck"), "{text}");
    }

    #[test]
    fn a_log_holds_our_words_and_both_streams_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("step.log");
        let output = Output::log(&path).unwrap();
        output.say("first").unwrap();
        output.run(Command::new("sh").args(["-c", "echo out; echo err >&2"])).unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        assert_eq!(text, "first\n$ sh -c echo out; echo err >&2\nout\nerr\n");
    }

    #[test]
    fn a_missing_program_is_not_on_the_path() {
        assert!(on_path("sh"));
        assert!(!on_path("a-program-that-nobody-has"));
    }
}
