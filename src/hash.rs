//! A hash that is the same on every machine and in every version, for what is chosen by it.

/// The 64-bit FNV-1a hash of what it was given so far.
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Fnv {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(0xcbf2_9ce4_8422_2325).and(bytes)
    }

    /// That of these bytes too, after those before.
    #[must_use]
    pub fn and(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// The number that it is.
    pub fn value(self) -> u64 {
        self.0
    }

    /// The same with its halves folded: the low bits of similar texts differ little.
    pub fn folded(self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the test suite of the reference implementation, by Landon Curt Noll.
    #[test]
    fn is_that_of_its_authors() {
        for (text, expected) in
            [("", 0xcbf2_9ce4_8422_2325_u64), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(Fnv::of(text.as_bytes()).value(), expected, "{text}");
        }
        assert_eq!(Fnv::of(b"foo").and(b"bar").value(), Fnv::of(b"foobar").value());
    }
}
