//! Python's generator of random numbers, so that `random(seed=inventory_hostname)` gives what Ansible gives.

use std::io::Read;

use num_bigint::{BigInt, BigUint};
use rustle_value::Value;
use sha2::{Digest, Sha512};

use crate::error::{Error, ErrorKind};

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// The Mersenne Twister MT19937.
pub(crate) struct Random {
    state: [u32; SIZE],
    at: usize,
}

impl Random {
    /// Python's `random.Random(seed)`; without a seed, one from the operating system.
    ///
    /// # Errors
    /// If the seed has another type than Python accepts, or the operating system gives none.
    pub(crate) fn new(seed: Option<&Value>) -> Result<Random, Error> {
        let key = match seed {
            None | Some(Value::None) => {
                let mut bytes = [0; 64];
                std::fs::File::open("/dev/urandom")
                    .and_then(|mut source| source.read_exact(&mut bytes))
                    .map_err(|error| Error::new(ErrorKind::Io, format!("/dev/urandom: {error}")))?;
                BigUint::from_bytes_be(&bytes)
            }
            Some(Value::Int(int)) => BigUint::from(int.unsigned_abs()),
            Some(Value::Bool(bool)) => BigUint::from(u8::from(*bool)),
            Some(Value::BigInt(int)) => int.magnitude().clone(),
            Some(Value::Float(float)) => float_hash(*float),
            Some(Value::Str(text)) => text_key(text.as_bytes()),
            Some(Value::Bytes(bytes)) => text_key(bytes),
            Some(_) => {
                return Err(Error::type_error(
                    "The only supported seed types are: None,\nint, float, str, bytes, and bytearray.",
                ));
            }
        };
        Ok(Random::of_key(&key.to_u32_digits()))
    }

    fn of_seed(seed: u32) -> Random {
        let mut state = [0; SIZE];
        let mut last = seed;
        for (index, word) in (0u32..).zip(state.iter_mut()) {
            if index > 0 {
                last = 1_812_433_253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(index);
            }
            *word = last;
        }
        Random { state, at: SIZE }
    }

    /// The generator that a key of words stands for.
    fn of_key(key: &[u32]) -> Random {
        let key = if key.is_empty() { &[0] } else { key };
        let mut random = Random::of_seed(19_650_218);
        let state = &mut random.state;
        let (mut i, mut j) = (1, 0);
        let mixed = |state: &[u32; SIZE], i: usize, factor: u32| {
            state[i] ^ (state[i - 1] ^ (state[i - 1] >> 30)).wrapping_mul(factor)
        };
        for _ in 0..SIZE.max(key.len()) {
            let word = key.get(j).copied().unwrap_or_default();
            state[i] = mixed(state, i, 1_664_525).wrapping_add(word).wrapping_add(j as u32);
            i += 1;
            j = (j + 1) % key.len();
            if i >= SIZE {
                state[0] = state[SIZE - 1];
                i = 1;
            }
        }
        for _ in 0..SIZE - 1 {
            state[i] = mixed(state, i, 1_566_083_941).wrapping_sub(i as u32);
            i += 1;
            if i >= SIZE {
                state[0] = state[SIZE - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
        random
    }

    fn next_word(&mut self) -> u32 {
        if self.at >= SIZE {
            for i in 0..SIZE {
                let word = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % SIZE] & 0x7fff_ffff);
                let twist = if word & 1 == 0 { 0 } else { 0x9908_b0df };
                self.state[i] = self.state[(i + SHIFT) % SIZE] ^ (word >> 1) ^ twist;
            }
            self.at = 0;
        }
        let mut word = self.state[self.at];
        self.at += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// So many random bits, at most 64.
    fn bits(&mut self, count: u32) -> u64 {
        match count {
            0 => 0,
            1..=32 => u64::from(self.next_word() >> (32 - count)),
            _ => {
                let low = u64::from(self.next_word());
                let high = u64::from(self.next_word() >> (64 - count.min(64)));
                high << 32 | low
            }
        }
    }

    /// A number below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        let bits = u64::BITS - limit.leading_zeros();
        loop {
            let number = self.bits(bits);
            if number < limit {
                return number;
            }
        }
    }

    /// The items in another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            let other = self.below(index as u64 + 1);
            items.swap(index, usize::try_from(other).unwrap_or(index));
        }
    }
}

/// The key of a seed that is text: itself with its SHA-512 behind.
fn text_key(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(&[bytes, &Sha512::digest(bytes)].concat())
}

/// Python's hash of a float, without its sign: the number modulo 2**61 - 1.
fn float_hash(float: f64) -> BigUint {
    let modulus = (BigInt::from(1) << 61) - 1;
    if !float.is_finite() {
        return BigUint::from(if float.is_nan() { 0u32 } else { 314_159 });
    }
    // The float is a whole mantissa times a power of two; two to the power of 61 is one.
    let bits = float.abs().to_bits();
    let exponent = i64::try_from(bits >> 52).unwrap_or(0);
    let mantissa = bits & ((1 << 52) - 1) | if exponent == 0 { 0 } else { 1 << 52 };
    let shift = (exponent.max(1) - 1075).rem_euclid(61);
    let hash: BigInt = (BigInt::from(mantissa) << shift) % modulus;
    hash.magnitude().clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Recorded from CPython.
    #[test]
    fn numbers_are_pythons() {
        let words = |seed: Value| {
            let mut random = Random::new(Some(&seed)).unwrap();
            [random.bits(32), random.bits(32), random.bits(50)]
        };
        assert_eq!(words(Value::Int(42)), [2746317213, 478163327, 834911684991697]);
        assert_eq!(words(Value::Int(-7)), [1390851128, 4071050724, 444529763028279]);
        assert_eq!(words(Value::str("host1")), [2088216970, 1065768100, 1099408127557468]);
        assert_eq!(words(Value::Float(1.5)), [2369807148, 3534653101, 163759612973336]);
        assert_eq!(words(Value::Float(0.1)), [3462851686, 1038428652, 1084578620494013]);
        let big = Value::big("123456789012345678901234567890".parse().unwrap());
        assert_eq!(words(big), [3124625047, 947073620, 924157388150174]);
    }
}
