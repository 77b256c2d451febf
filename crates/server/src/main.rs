//! The program `kith`.

use std::process::ExitCode;

use clap::Parser;
use kith_server::{
    app,
    cli::{Cli, Command, Serve},
    config::Config,
    console, heap, keeping, logging,
};

fn main() -> ExitCode {
    heap::share();
    let outcome = match Cli::parse().command {
        Command::Serve(serve) => run(*serve).map(|()| true),
        Command::User(user) => console::run(user).map(|()| true),
        Command::Verify(verify) => keeping::verify(&verify),
        Command::Backup(backup) => keeping::backup(&backup).map(|()| true),
        Command::Restore(restore) => keeping::restore(&restore).map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("kith: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(Serve { config: file, print_config, options }: Serve) -> anyhow::Result<()> {
    let config = Config::load(options, file.as_deref())?;
    if print_config {
        print!("{}", config.to_toml()?);
        return Ok(());
    }
    let _log = logging::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("kith").build()?;
    runtime.block_on(app::serve(config))
}
