//! `kith user`: what whoever has the data folder can do to accounts.
//!
//! Only one process works on a data folder, so while the server runs, the command hands its order to the server through a
//! socket in the folder. Otherwise it opens the folder itself.

mod orders;
mod passwords;
mod socket;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::{
    app,
    cli::{AddPassword, User, UserCommand},
    config::{Config, Given},
    folder::{DataFolder, Hold},
};
pub(crate) use orders::Order;
pub(crate) use socket::Console;

/// Carries out `kith user …` and says what came of it.
///
/// # Errors
/// A sentence that says why nothing came of it.
pub fn run(user: User) -> Result<()> {
    let given = Given { data: user.data, ..Given::default() };
    let config = Config::load(given, user.config.as_deref())?;
    let makes_folder = matches!(user.command, UserCommand::Add { .. });
    ensure!(
        makes_folder || config.data.is_dir(),
        "there is no data folder at {}; name it with --data",
        config.data.display()
    );
    let order = order(user.command)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let said = runtime.block_on(carry_out(&config, order))?;
    print!("{said}");
    Ok(())
}

async fn carry_out(config: &Config, order: Order) -> Result<String> {
    match DataFolder::try_take(&config.data)? {
        Hold::Ours(folder) => alone(&folder, config, order).await,
        Hold::Taken => through_the_server(&config.data, &order).await,
    }
}

async fn alone(folder: &DataFolder, config: &Config, order: Order) -> Result<String> {
    let app::Opened { chat, .. } = app::open(folder, config, app::system_clock())?;
    let said = order.carry_out(&chat).await;
    let closed = chat.close().await;
    let said = said.map_err(explain)?;
    closed.map_err(explain)?;
    Ok(said)
}

async fn through_the_server(data: &Path, order: &Order) -> Result<String> {
    let answer = socket::ask(data, order).await.with_context(|| {
        format!("a kith is running on {} but does not answer its console", data.display())
    })?;
    match answer {
        Ok(said) => Ok(said),
        Err(refusal) => bail!(refusal),
    }
}

fn explain(refusal: kith_chat::Refusal) -> anyhow::Error {
    anyhow::Error::msg(refusal.into_body().message)
}

fn order(command: UserCommand) -> Result<Order> {
    Ok(match command {
        UserCommand::List => Order::List,
        UserCommand::Add { name, display_name, password: AddPassword { password_hash: Some(hash), .. } } => {
            Order::Add { name, display_name, password: None, password_hash: Some(hash) }
        }
        UserCommand::Add { name, display_name, password } => {
            let password = Some(passwords::read(password.password_stdin)?);
            Order::Add { name, display_name, password, password_hash: None }
        }
        UserCommand::Password { name, password_stdin } => {
            Order::Password { name, password: passwords::read(password_stdin)? }
        }
        UserCommand::Sessions { name, end_all } => Order::Sessions { name, end_all },
        UserCommand::Suspend { name, undo } => Order::Suspend { name, suspended: !undo },
    })
}
