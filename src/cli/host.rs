//! The real world: the system's clock, time zone, randomness and name service.

use super::reproducible::{self, Reproducible};
use crate::host::Host;
use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, Read};
use std::net::ToSocketAddrs;
use std::time::{SystemTime, UNIX_EPOCH};

/// The world of a render: a reproducible one where there is a seed, by flag or by environment, else the real one.
pub fn choose(seed: Option<&str>) -> Box<dyn Host> {
    match reproducible::seed(seed) {
        Some(seed) => Box::new(Reproducible::new(&seed)),
        None => Box::new(System::default()),
    }
}

/// What templates can ask of the machine.
#[derive(Default)]
pub struct System {
    random: RefCell<Option<BufReader<File>>>,
}

impl Host for System {
    fn now(&self) -> (i64, u32) {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => (i64::try_from(since.as_secs()).unwrap_or(i64::MAX), since.subsec_nanos()),
            Err(before) => (-i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX), 0),
        }
    }

    /// As Go's time package: `TZ`, where it names a zone, otherwise the system's; a name that is none means UTC.
    fn time_zone(&self) -> String {
        match std::env::var("TZ") {
            Ok(zone) if zone.is_empty() => "UTC".to_owned(),
            Ok(zone) => {
                let zone = zone.strip_prefix(':').unwrap_or(&zone);
                zone.rsplit_once("zoneinfo/").map_or(zone, |(_, name)| name).to_owned()
            }
            Err(_) => jiff::tz::TimeZone::system().iana_name().unwrap_or("UTC").to_owned(),
        }
    }

    fn random(&self, bytes: &mut [u8]) {
        let mut source = self.random.borrow_mut();
        if source.is_none() {
            *source = File::open("/dev/urandom").ok().map(BufReader::new);
        }
        let filled = source.as_mut().is_some_and(|source| source.read_exact(bytes).is_ok());
        if !filled {
            // Keys made from anything else would not be secret.
            std::process::abort();
        }
    }

    fn host_by_name(&self, name: &str) -> String {
        let addresses = (name, 0).to_socket_addrs();
        addresses
            .ok()
            .and_then(|mut addresses| addresses.next())
            .map(|address| address.ip().to_string())
            .unwrap_or_default()
    }
}
