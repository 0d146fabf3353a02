//! Messages on a pipe: the length in four bytes, the lowest first, then CBOR.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest message: larger ones come from something that is no worker.
pub const MAX: u32 = 1 << 30;

/// Writes a message.
///
/// # Errors
/// If it is too long, or the pipe is closed.
pub fn write<T: Serialize>(out: &mut impl Write, message: &T) -> io::Result<()> {
    let mut bytes = vec![0; 4];
    ciborium::into_writer(message, &mut bytes).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len() - 4).ok().filter(|length| *length <= MAX);
    let length = length.ok_or_else(|| io::Error::other("the message is too long"))?;
    for (slot, byte) in bytes.iter_mut().zip(length.to_le_bytes()) {
        *slot = byte;
    }
    out.write_all(&bytes)?;
    out.flush()
}

/// Reads a message; `None` at the end of the pipe.
///
/// # Errors
/// If the pipe breaks off within a message, or it is none.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    if let Err(error) = from.read_exact(&mut length) {
        return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let length = u32::from_le_bytes(length);
    if length > MAX {
        return Err(io::Error::other("this is no message"));
    }
    // What is announced need not come, so nothing is allocated for it before it is there.
    let mut bytes = Vec::new();
    from.take(length.into()).read_to_end(&mut bytes)?;
    if bytes.len() != length as usize {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    decode(&bytes).map(Some)
}

/// The message that `bytes` are, without their length.
///
/// # Errors
/// If they are none.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    ciborium::from_reader(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_pass_and_garbage_does_not() {
        let mut pipe = Vec::new();
        write(&mut pipe, &("a", 1)).unwrap();
        write(&mut pipe, &("b", 2)).unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(read::<(String, i32)>(&mut from).unwrap(), Some(("a".into(), 1)));
        assert_eq!(read::<(String, i32)>(&mut from).unwrap(), Some(("b".into(), 2)));
        assert_eq!(read::<(String, i32)>(&mut from).unwrap(), None);
        assert!(read::<(String, i32)>(&mut &pipe[..7]).is_err());
        assert!(read::<(String, i32)>(&mut [255_u8; 9].as_ref()).is_err());
    }
}
