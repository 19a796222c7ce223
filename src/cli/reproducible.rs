//! A world in which every render of the same input is the same: no clock, no chance.

use crate::host::Host;
use std::cell::Cell;

/// What templates see of the world in a factory command.
///
/// The numbers are not secret, since anyone can compute them: a platform hands in its secrets and makes none.
pub struct Reproducible {
    state: Cell<u64>,
}

impl Reproducible {
    /// The world of one service, whose numbers depend on its name and on nothing else.
    pub fn new(service: &str) -> Reproducible {
        // FNV-1a.
        let hash = service
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Reproducible { state: Cell::new(hash) }
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
        (0, 0)
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_service_sees_the_same_numbers() {
        let draw = |service: &str| {
            let mut bytes = [0; 13];
            Reproducible::new(service).random(&mut bytes);
            bytes
        };
        assert_eq!(draw("orders"), draw("orders"));
        assert_ne!(draw("orders"), draw("mailer"));
        assert_ne!(draw("orders")[..4], draw("orders")[8..12]);
    }
}
