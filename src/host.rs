//! The outside world as a render sees it: the only way to the clock, to randomness, to DNS and to a cluster.
//!
//! Imports: go.

use crate::go::{Dict, Value};

/// What a template can ask of the world.
pub trait Host {
    /// The time: seconds and nanoseconds since 1970-01-01 UTC.
    fn now(&self) -> (i64, u32);

    /// The name of the local time zone in the IANA database, or `UTC`.
    fn time_zone(&self) -> String {
        "UTC".to_owned()
    }

    /// What the local time zone calls itself.
    fn time_zone_name(&self) -> String {
        "UTC".to_owned()
    }

    /// The nanoseconds since the program started, by a clock that nobody sets.
    fn monotonic(&self) -> i64 {
        50_000_000
    }

    /// Fills `bytes` with random bytes.
    fn random(&self, bytes: &mut [u8]);

    /// An address of a host name, for `getHostByName` under `--enable-dns`; empty where there is none.
    fn host_by_name(&self, _name: &str) -> String {
        String::new()
    }

    /// What the cluster holds, for `lookup`; offline an empty map, also for lists.
    fn lookup(&self, _api_version: &str, _kind: &str, _namespace: &str, _name: &str) -> Value {
        Value::Dict(Dict::new())
    }
}
