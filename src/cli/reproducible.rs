//! A world in which every render of the same input is the same: no clock, no chance.

use crate::host::Host;
use std::cell::Cell;

/// What `--seed` does, for help.
pub const HELP: &str = "make time, random numbers, keys and certificates depend on this text only [env: MIZZEN_SEED]";

/// The seed that is asked for by flag or environment; the flag counts, also when it is empty.
pub fn seed(flag: Option<&str>) -> Option<String> {
    let environment = || std::env::var("MIZZEN_SEED").ok().filter(|seed| !seed.is_empty());
    flag.map(str::to_owned).or_else(environment)
}

/// What templates see of the world in a factory command, and in `template --seed`.
///
/// The numbers are not secret, since anyone can compute them: a platform hands in its secrets and makes none.
/// The clock stands at SOURCE_DATE_EPOCH, as reproducible-builds.org specifies it, or at 1970.
pub struct Reproducible {
    state: Cell<u64>,
    now: i64,
}

impl Reproducible {
    /// The world of one seed, which is a service's name in the factory.
    pub fn new(seed: &str) -> Reproducible {
        let now = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|seconds| seconds.trim().parse().ok());
        Reproducible::at(seed, now.unwrap_or(0))
    }

    /// Another world of the same seed: what differs in it is of chance or of the clock.
    pub fn elsewhere(seed: &str) -> Reproducible {
        const LATER: i64 = 400 * 24 * 60 * 60 + 12_345;
        let here = Reproducible::new(seed);
        Reproducible { state: Cell::new(!here.state.get()), now: here.now + LATER }
    }

    fn at(seed: &str, now: i64) -> Reproducible {
        // FNV-1a.
        let hash = seed
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Reproducible { state: Cell::new(hash), now }
    }

    /// SplitMix64.
    fn next(&self) -> u64 {
        let state = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.state.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl Host for Reproducible {
    fn now(&self) -> (i64, u32) {
        (self.now, 0)
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The same world, which remembers whether it was asked for the time or for chance.
pub struct Watched {
    world: Reproducible,
    asked: Cell<bool>,
}

impl Watched {
    /// Nobody asked yet.
    pub fn new(world: Reproducible) -> Watched {
        Watched { world, asked: Cell::new(false) }
    }

    /// Whether anyone asked.
    pub fn was_asked(&self) -> bool {
        self.asked.get()
    }
}

impl Host for Watched {
    fn now(&self) -> (i64, u32) {
        self.asked.set(true);
        self.world.now()
    }

    fn random(&self, bytes: &mut [u8]) {
        self.asked.set(true);
        self.world.random(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_service_sees_the_same_numbers() {
        let draw = |service: &str| {
            let mut bytes = [0; 13];
            Reproducible::at(service, 0).random(&mut bytes);
            bytes
        };
        assert_eq!(draw("orders"), draw("orders"));
        assert_ne!(draw("orders"), draw("mailer"));
        assert_ne!(draw("orders")[..4], draw("orders")[8..12]);
    }
}
