//! What whoever runs the server may choose. Flags go before environment, environment before file, file before default.

use std::{fmt, net::SocketAddr, path::Path, path::PathBuf, str::FromStr};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;
use kith_protocol::{Registration, limits};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use url::Url;

use crate::auth::Network;

/// Declares every option once: as flag, environment variable, key in the file, and field of the effective configuration.
macro_rules! options {
    ($($(#[$meta:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// The options as somebody gave them; what is `None` was not given.
        #[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Given {
            $($(#[$meta])* pub $name: Option<$type>,)*
        }

        /// The configuration in force.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        #[expect(missing_docs, reason = "each is described once, at the option that it is given by")]
        pub struct Config {
            $(pub $name: $type,)*
        }

        impl Given {
            /// These options, and where they say nothing, `others`.
            #[must_use]
            pub fn or(self, others: Self) -> Self {
                Self { $($name: self.$name.or(others.$name),)* }
            }

            fn or_default(self) -> Config {
                Config { $($name: self.$name.unwrap_or_else(|| $default),)* }
            }
        }
    };
}

options! {
    /// Folder in which everything is kept; made when it is missing [default: data]
    #[arg(long, env = "KITH_DATA", value_name = "DIR")]
    data: PathBuf = PathBuf::from("data");

    /// Address to listen on [default: 127.0.0.1:8080]
    ///
    /// Loopback by default. For others to reach it, put a reverse proxy with TLS before it, or listen on 0.0.0.0.
    #[arg(long, env = "KITH_LISTEN", value_name = "ADDR")]
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080));

    /// Address under which people reach the server, such as https://chat.example.org
    ///
    /// Cookies and the check of where requests come from follow it. Without it, whatever address a browser asked for.
    #[arg(long, env = "KITH_PUBLIC_URL", value_name = "URL")]
    public_url: PublicUrl = PublicUrl(None);

    /// What the server calls itself [default: Kith]
    #[arg(long, env = "KITH_NAME", value_name = "NAME")]
    name: String = "Kith".into();

    /// Whether anyone who reaches the server may make an account [default: open]
    #[arg(long, env = "KITH_REGISTRATION", value_name = "open|closed", value_parser = parse_registration)]
    registration: Registration = Registration::Open;

    /// Proxies that are believed when they say for whom they ask, such as 127.0.0.1,10.0.0.0/8
    #[arg(long, env = "KITH_TRUSTED_PROXIES", value_name = "NETWORKS")]
    trusted_proxies: Networks = Networks::default();

    /// Largest attachment, in bytes [default: 52428800]
    #[arg(long, env = "KITH_ATTACHMENT_BYTES_MAX", value_name = "BYTES")]
    attachment_bytes_max: u64 = limits::ATTACHMENT_BYTES_MAX as u64;

    /// Room on the disk that attachments leave to text, in bytes [default: 536870912]
    #[arg(long, env = "KITH_DISK_RESERVE_BYTES", value_name = "BYTES")]
    disk_reserve_bytes: u64 = 512 * 1024 * 1024;

    /// Connections at one time [default: 100000]
    #[arg(long, env = "KITH_CONNECTIONS_MAX", value_name = "COUNT")]
    connections_max: usize = 100_000;

    /// How often a socket is asked whether it is still there, in milliseconds [default: 25000]
    #[arg(long, env = "KITH_PING_INTERVAL_MS", value_name = "MS")]
    ping_interval_ms: u64 = 25_000;

    /// How long a socket may take to answer that, in milliseconds [default: 20000]
    #[arg(long, env = "KITH_PING_TIMEOUT_MS", value_name = "MS")]
    ping_timeout_ms: u64 = 20_000;

    /// Threads that read from the database [default: 2]
    #[arg(long, env = "KITH_READER_THREADS", value_name = "COUNT")]
    reader_threads: usize = 2;

    /// Threads that check passwords, each with 19 MiB while it does [default: 1]
    #[arg(long, env = "KITH_PASSWORD_THREADS", value_name = "COUNT")]
    password_threads: usize = 1;

    /// Threads that make thumbnails, each with up to 408 MiB while it does [default: 1]
    #[arg(long, env = "KITH_IMAGE_THREADS", value_name = "COUNT")]
    image_threads: usize = 1;

    /// What is logged: error, warn, info, debug, trace, or directives such as kith_server=debug [default: info]
    #[arg(long, env = "KITH_LOG_LEVEL", value_name = "LEVEL")]
    log_level: String = "info".into();

    /// How it is logged [default: text]
    #[arg(long, env = "KITH_LOG_FORMAT", value_name = "FORMAT")]
    log_format: LogFormat = LogFormat::Text;

    /// Address on which figures for Prometheus can be read, at /metrics; 127.0.0.1:9464 when only the flag is given
    ///
    /// Off by default. They tell nothing of anyone, but are not for everyone: keep them on loopback or in a network of your own.
    #[arg(long, env = "KITH_METRICS", num_args = 0..=1, require_equals = true, default_missing_value = "127.0.0.1:9464", value_name = "ADDR")]
    metrics: MetricsAddress = MetricsAddress(None);

    /// Fill an empty folder with people and conversations to look around in; on a loopback address only
    #[arg(long, env = "KITH_DEMO", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    demo: bool = false;

    /// Have a demonstration write a conversation of 100,000 messages, which takes it a few seconds; false leaves it out
    #[arg(long, env = "KITH_DEMO_LIBRARY", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL")]
    demo_library: bool = true;
}

impl Config {
    /// The configuration that flags and environment (`given`) and a file make together.
    ///
    /// # Errors
    /// Says which file, which option and why.
    pub fn load(given: Given, file: Option<&Path>) -> Result<Self> {
        let from_file = file.map(read).transpose()?.unwrap_or_default();
        let config = given.or(from_file).or_default();
        config.check()?;
        Ok(config)
    }

    /// As TOML, in the form in which a file may hold it. No option is a secret: those are made by the program and kept in
    /// the data folder.
    ///
    /// # Errors
    /// When a path is not UTF-8.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string_pretty(self).context("the configuration cannot be written as TOML")
    }

    fn check(&self) -> Result<()> {
        for (option, value) in [
            ("attachment_bytes_max", self.attachment_bytes_max),
            ("connections_max", self.connections_max as u64),
            ("ping_interval_ms", self.ping_interval_ms),
            ("ping_timeout_ms", self.ping_timeout_ms),
        ] {
            ensure!(value > 0, "{option} must be greater than 0");
        }
        for (option, threads) in [
            ("reader_threads", self.reader_threads),
            ("password_threads", self.password_threads),
            ("image_threads", self.image_threads),
        ] {
            ensure!((1..=THREADS_MAX).contains(&threads), "{option} must be between 1 and {THREADS_MAX}");
        }
        let name = self.name.trim();
        ensure!(!name.is_empty(), "name must not be empty");
        ensure!(
            kith_protocol::limits::utf16_len(name) <= limits::NAME_UTF16_MAX,
            "name must not be longer than {} characters",
            limits::NAME_UTF16_MAX
        );
        if self.demo && !self.listen.ip().is_loopback() {
            bail!(
                "demo is for looking around on one's own machine: it is refused on {}, which others can reach",
                self.listen
            );
        }
        Ok(())
    }
}

/// More than any machine that Kith runs on has a use for.
const THREADS_MAX: usize = 64;

fn read(path: &Path) -> Result<Given> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not a configuration", path.display()))
}

fn parse_registration(text: &str) -> Result<Registration, String> {
    match text {
        "open" => Ok(Registration::Open),
        "closed" => Ok(Registration::Closed),
        _ => Err("it is either open or closed".into()),
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// Where people reach the server, if that was said: an origin, without path, query or password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicUrl(pub Option<Url>);

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let url = Url::parse(text).map_err(|_| "it is no URL such as https://chat.example.org")?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("it begins with https:// or http://".into());
        }
        let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !plain || !url.username().is_empty() || url.password().is_some() {
            return Err("it is only scheme, name and port, such as https://chat.example.org".into());
        }
        Ok(Self(Some(url)))
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(url) => f.write_str(&url.origin().ascii_serialization()),
            None => Ok(()),
        }
    }
}

/// Where the figures are to be read, if anywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricsAddress(pub Option<SocketAddr>);

impl FromStr for MetricsAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let address = text.parse().map_err(|_| "it is no address such as 127.0.0.1:9464")?;
        Ok(Self(Some(address)))
    }
}

impl fmt::Display for MetricsAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |address| address.fmt(f))
    }
}

impl Serialize for MetricsAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MetricsAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A list of networks: separated by commas where it is one word, a list in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(pub Vec<Network>);

impl FromStr for Networks {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let networks = words.map(|word| word.parse().map_err(|error| format!("{word}: {error}")));
        networks.collect::<Result<_, _>>().map(Self)
    }
}

impl Serialize for PublicUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Networks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Network::to_string))
    }
}

impl<'de> Deserialize<'de> for Networks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        let networks = words.iter().map(|word| word.parse().map_err(|error| format!("{word}: {error}")));
        networks.collect::<Result<_, String>>().map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(toml: &str) -> Given {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn what_is_given_first_wins_and_the_rest_is_filled_up() {
        let config = given("name = 'Flag'").or(given("name = 'File'\nregistration = 'closed'")).or_default();
        assert_eq!(config.name, "Flag");
        assert_eq!(config.registration, Registration::Closed);
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let text = "public_url = 'https://chat.example'\ntrusted_proxies = ['127.0.0.1', 'fd00::/8']\ndemo = true\nmetrics = '[::1]:9'";
        let config = given(text).or_default();
        assert_eq!(given(&config.to_toml().unwrap()).or_default(), config);
        let config = Given::default().or_default();
        assert_eq!(given(&config.to_toml().unwrap()).or_default(), config);
    }

    #[test]
    fn the_help_names_the_defaults_as_they_are() {
        use clap::Args;
        let defaults = serde_json::to_value(Given::default().or_default()).unwrap();
        let mut named = 0;
        for option in Given::augment_args(clap::Command::new("kith")).get_arguments() {
            let help = option.get_help().map(ToString::to_string).unwrap_or_default();
            let Some(default) = help.split("[default: ").nth(1).and_then(|rest| rest.strip_suffix(']'))
            else {
                continue;
            };
            let actual = &defaults[option.get_id().as_str()];
            let actual = actual.as_str().map_or_else(|| actual.to_string(), str::to_owned);
            assert_eq!(default, actual, "{}", option.get_id());
            named += 1;
        }
        assert_eq!(named, 14);
    }

    #[test]
    fn a_public_url_is_an_origin() {
        for text in ["https://chat.example", "http://192.168.1.2:8080/", "https://[::1]"] {
            assert!(text.parse::<PublicUrl>().is_ok(), "{text}");
        }
        for text in
            ["chat.example", "ftp://a", "https://a/b", "https://a?b", "https://me:secret@a", "https://"]
        {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn unknown_keys_and_useless_numbers_are_refused() {
        assert!(toml::from_str::<Given>("listne = '127.0.0.1:80'").is_err());
        for text in ["image_threads = 0", "image_threads = 65", "connections_max = 0", "name = ' '"] {
            assert!(given(text).or_default().check().is_err(), "{text}");
        }
        assert!(given("image_threads = 64").or_default().check().is_ok());
    }

    #[test]
    fn the_demonstration_stays_on_loopback() {
        assert!(given("demo = true\nlisten = '[::1]:0'").or_default().check().is_ok());
        assert!(given("demo = true\nlisten = '0.0.0.0:0'").or_default().check().is_err());
    }
}
