//! The demonstration.
use crate::{config::Config, folder::DataFolder, realtime::Realtime, uploads::Uploads, world::SystemClock};
use anyhow::Result;
use kith_chat::{Chat, Clock, Refusal, SignedInDevice};
use kith_protocol::Timestamp;
use std::sync::Arc;
#[derive(Default)]
pub(crate) struct SeedingClock;
impl Clock for SeedingClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }
}
pub(crate) struct Demo;
pub(crate) struct Bots;
impl Demo {
    pub(crate) async fn prepare(
        config: &Config,
        _: &DataFolder,
        _: &Arc<Chat>,
        _: &Arc<Uploads>,
        _: &SeedingClock,
    ) -> Result<Option<Self>> {
        anyhow::ensure!(!config.demo, "this build has no demonstration");
        Ok(None)
    }
    pub(crate) fn people(&self) -> kith_protocol::Demo {
        unreachable!()
    }
    pub(crate) async fn sign_in(&self, _: &Chat, _: &str, _: &str) -> Result<SignedInDevice, Refusal> {
        unreachable!()
    }
    pub(crate) fn wake_bots(&self, _: &Arc<Chat>, _: &Realtime) -> Bots {
        Bots
    }
}
