//! Ways through values in memory that Go shares between them.
//!
//! The library that is imitated appends to the way of an object for each value in it, which writes over what it
//! appended for the value before. Since 6.0.3 the violation of a property's name keeps its way and no copy of it, so that
//! it shows what was written there last.

use super::kind::{Kind, Violation};

/// How much of which array: a slice of Go's.
#[derive(Clone, Copy, Debug)]
pub struct Way {
    array: usize,
    length: usize,
}

/// The arrays that ways lie in.
#[derive(Default)]
pub struct Ways {
    arrays: Vec<Array>,
    /// How many ways are kept by violations.
    kept: usize,
}

struct Array {
    tokens: Vec<String>,
    capacity: usize,
}

/// What there was at some time.
#[derive(Clone, Copy)]
pub struct Mark {
    arrays: usize,
    kept: usize,
}

impl Ways {
    /// The empty way, in an array of its own.
    pub fn begin(&mut self) -> Way {
        self.arrays.push(Array { tokens: Vec::new(), capacity: 8 });
        Way { array: self.arrays.len() - 1, length: 0 }
    }

    /// As append: in the same array while that has room.
    pub fn extend(&mut self, Way { mut array, length }: Way, token: &str) -> Way {
        if length == self.arrays[array].capacity {
            self.arrays.push(Array { tokens: self.arrays[array].tokens.clone(), capacity: 2 * length });
            array = self.arrays.len() - 1;
        }
        let tokens = &mut self.arrays[array].tokens;
        match tokens.get_mut(length) {
            Some(slot) => token.clone_into(slot),
            None => tokens.push(token.to_owned()),
        }
        Way { array, length: length + 1 }
    }

    /// A way that a violation holds on to.
    pub fn keep(&mut self, way: Way) -> Way {
        self.kept += 1;
        way
    }

    /// What there is now.
    pub fn mark(&self) -> Mark {
        Mark { arrays: self.arrays.len(), kept: self.kept }
    }

    /// Forgets the arrays that were made since, unless a way was kept that may lie in one.
    pub fn back_to(&mut self, mark: Mark) {
        if self.kept == mark.kept {
            self.arrays.truncate(mark.arrays);
        }
    }

    /// Puts in the place of violations what their ways say in the end.
    pub fn settle(&self, violations: &mut [Violation]) {
        for violation in violations {
            if let Kind::PropertyName { way: Some(Way { array, length }), .. } = violation.kind {
                violation.location = self.arrays[array].tokens[..length].to_vec();
            }
            self.settle(&mut violation.causes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ways: &Ways, way: Way) -> String {
        let kind = Kind::PropertyName { name: String::new(), way: Some(way) };
        let mut violations = [Violation { location: Vec::new(), kind, causes: Vec::new() }];
        ways.settle(&mut violations);
        violations[0].location.join("/")
    }

    #[test]
    fn ways_share_memory() {
        let mut ways = Ways::default();
        let top = ways.begin();
        let a = ways.extend(top, "a");
        let inner = ways.extend(a, "b");
        assert_eq!(shown(&ways, inner), "a/b");
        ways.extend(top, "c");
        assert_eq!(shown(&ways, inner), "c/b");
        let deep = (0..7).fold(a, |way, _| ways.extend(way, "d"));
        let (one, other) = (ways.extend(deep, "e"), ways.extend(deep, "f"));
        assert_eq!((shown(&ways, one), shown(&ways, other)), ("c/d/d/d/d/d/d/d/e".into(), "c/d/d/d/d/d/d/d/f".into()));
    }
}
