//! A body on its way in: counted, timed and compared with what was announced.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use url::Url;

use super::connect::Wire;
use super::redirect::shown;
use super::retry::{self, Failure, explain};
use super::{Reach, Times};
use crate::FetchError;

/// The answer to a request, whose body is still to be read.
pub(crate) struct Incoming {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
    /// From where the host that answered can be reached.
    pub(crate) reach: Reach,
    /// What the server announced, in bytes.
    pub(crate) length: Option<u64>,
    #[cfg(feature = "git")]
    pub(crate) content_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) retry_after: Option<String>,
    pub(super) unsized_body: bool,
    pub(super) reader: ureq::BodyReader<'static>,
    pub(super) wire: Wire,
    pub(super) times: Times,
    pub(super) max: u64,
    pub(super) came: u64,
    pub(super) rate: Rate,
    pub(super) ended: bool,
}

impl Incoming {
    /// That the status is 200.
    pub(crate) fn expect_ok(&self) -> Result<(), Failure> {
        match self.status {
            200 => Ok(()),
            status => Err(retry::status(&self.url, status, self.retry_after.as_deref())),
        }
    }

    /// The next bytes of the body; 0 at its proper end, and only there.
    pub(crate) fn next(&mut self, buffer: &mut [u8]) -> Result<usize, Failure> {
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let began = Instant::now();
        let result = self.reader.read(buffer);
        let took = began.elapsed();
        let count = match result {
            Ok(count) => count,
            Err(error) => return Err(self.broken(error)),
        };
        if count == 0 {
            self.ended = true;
            return self.end().map(|()| 0);
        }
        self.came += count as u64;
        if self.came > self.max {
            return Err(FetchError::Size { url: shown(&self.url), limit: self.max, announced: None }.into());
        }
        if let Some(rate) = self.rate.add(count as u64, took) {
            let min = self.times.min_rate;
            return Err(FetchError::Slow { url: shown(&self.url), rate, min }.into());
        }
        Ok(count)
    }

    /// All of the body.
    pub(crate) fn all(&mut self, mut advance: impl FnMut(u64)) -> Result<Vec<u8>, Failure> {
        // Announcements are not believed further than this.
        let expected = self.length.unwrap_or(0).min(self.max).min(1 << 20);
        let mut body = Vec::with_capacity(usize::try_from(expected).unwrap_or(0));
        let mut buffer = vec![0; 32 << 10];
        loop {
            let count = self.next(&mut buffer)?;
            let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(body) };
            body.extend_from_slice(bytes);
            advance(count as u64);
        }
    }

    fn end(&self) -> Result<(), Failure> {
        if let Some(length) = self.length.filter(|length| *length != self.came) {
            return Err(self.wrong(format!("{length} bytes were announced, {} came", self.came)).into());
        }
        if self.wire.surplus_came() {
            return Err(self.wrong("more bytes came than were announced".to_owned()).into());
        }
        Ok(())
    }

    fn broken(&self, error: io::Error) -> Failure {
        let error = ureq::Error::from(error);
        if let ureq::Error::Io(io) = &error
            && io.kind() == io::ErrorKind::UnexpectedEof
        {
            let announced = match self.length {
                Some(length) => format!("{length} bytes were announced, {} came", self.came),
                None => format!("it broke off after {} bytes", self.came),
            };
            return self.wrong(announced).into();
        }
        if let ureq::Error::Protocol(reason) = &error {
            return self.wrong(format!("its chunks make no sense: {reason}")).into();
        }
        explain(error, &self.url, &self.times)
    }

    fn wrong(&self, reason: String) -> FetchError {
        FetchError::Body { url: shown(&self.url), reason }
    }
}

/// How fast bytes come, window by window. Only the time that is spent waiting counts, not what the reader does with them.
#[derive(Debug)]
pub(super) struct Rate {
    min: u64,
    window: Duration,
    spent: Duration,
    bytes: u64,
}

impl Rate {
    /// At least `min` bytes per second in each `window`; 0 for any rate.
    pub(super) fn new(min: u64, window: Duration) -> Self {
        Self { min, window, spent: Duration::ZERO, bytes: 0 }
    }

    /// So many bytes came in that time. The rate of the window, if it is over and the rate was too low.
    fn add(&mut self, bytes: u64, took: Duration) -> Option<u64> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.spent += took;
        if self.min == 0 || self.spent < self.window {
            return None;
        }
        let rate = self.bytes as f64 / self.spent.as_secs_f64();
        self.spent = Duration::ZERO;
        self.bytes = 0;
        (rate < self.min as f64).then_some(rate as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_window_counts() {
        let second = Duration::from_secs(1);
        let mut rate = Rate::new(100, 3 * second);
        assert_eq!(rate.add(1, second), None);
        assert_eq!(rate.add(1, second), None);
        assert_eq!(rate.add(1, second), Some(1));
        // A new window begins.
        assert_eq!(rate.add(1000, 3 * second), None);
        assert_eq!(Rate::new(0, second).add(1, 9 * second), None);
    }
}
