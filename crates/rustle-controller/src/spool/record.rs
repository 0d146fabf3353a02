//! One event as the spool keeps it.
//!
//! A record is the length of its payload (4 bytes), a CRC-32 over all that follows (4), its kind (1), its sequence number
//! (8) and the payload, all numbers little-endian. What was torn by a crash or damaged by a disk does not match its
//! checksum, or ends too early.

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The event `start`.
    Start,
    /// Another event.
    Event,
    /// The last event of a run.
    Last,
    /// An event that tells of others that are lost: those between the one before and itself.
    Dropped,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) kind: Kind,
    /// Its sequence number.
    pub(crate) number: u64,
    /// A JSON object.
    pub(crate) json: Vec<u8>,
}

/// The bytes before the payload.
pub(crate) const HEAD: usize = 17;

/// No event is larger. What claims to be is damaged.
pub(crate) const LARGEST: usize = 256 << 20;

impl Record {
    /// How many bytes it takes.
    pub(crate) fn length(&self) -> u64 {
        (HEAD + self.json.len()) as u64
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.json.len());
        let length = u32::try_from(self.json.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.push(match self.kind {
            Kind::Event => 0,
            Kind::Start => 1,
            Kind::Last => 2,
            Kind::Dropped => 3,
        });
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.json);
        let sum = checksum(bytes.get(8..).unwrap_or_default());
        if let Some(place) = bytes.get_mut(4..8) {
            place.copy_from_slice(&sum.to_le_bytes());
        }
        bytes
    }
}

/// The length of the payload that a head announces; `None` if no record is that long.
pub(crate) fn announced(head: &[u8; HEAD]) -> Option<usize> {
    let [a, b, c, d, ..] = *head;
    usize::try_from(u32::from_le_bytes([a, b, c, d])).ok().filter(|length| *length <= LARGEST)
}

/// The record of a head and its payload, if its checksum is right.
pub(crate) fn decode(head: &[u8; HEAD], json: Vec<u8>) -> Option<Record> {
    let (_, rest) = head.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    let (kind, number) = rest.split_first()?;
    let mut crc = flate2::Crc::new();
    crc.update(rest);
    crc.update(&json);
    if crc.sum() != u32::from_le_bytes(*sum) {
        return None;
    }
    let kind = match kind {
        0 => Kind::Event,
        1 => Kind::Start,
        2 => Kind::Last,
        3 => Kind::Dropped,
        _ => return None,
    };
    Some(Record { kind, number: u64::from_le_bytes(number.try_into().ok()?), json })
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Record> {
        let (head, payload) = bytes.split_first_chunk::<HEAD>()?;
        let length = announced(head)?;
        decode(head, payload.get(..length)?.to_vec())
    }

    #[test]
    fn a_record_comes_back_and_no_byte_of_it_may_differ() {
        let record = Record { kind: Kind::Last, number: u64::MAX - 7, json: b"{\"a\":1}".to_vec() };
        let bytes = record.encode();
        assert_eq!(bytes.len() as u64, record.length());
        assert_eq!(read(&bytes), Some(record));
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                assert_eq!(read(&other), None, "byte {at}, bit {bit}");
            }
            assert_eq!(read(&bytes[..at]), None, "{at} bytes");
        }
    }
}
