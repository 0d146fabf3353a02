//! What the server answers, and how badly.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::hold;

/// An answer: steps that are carried out one after the other; then the connection is closed.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One thing that a server does.
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends bytes.
    Send(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Sends bytes one at a time, with a pause after each.
    Drip(Vec<u8>, Duration),
    /// Sends the same bytes again and again.
    Forever(Vec<u8>),
    /// Keeps the connection open and says nothing more.
    Hold,
}

impl Reply {
    /// Status 200 with a body, properly announced.
    pub fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::status(200, &[], body)
    }

    /// Any status, with headers and a body, properly announced.
    pub fn status(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len().to_string();
        let mut headers = headers.to_vec();
        if status != 304 {
            headers.push(("Content-Length", &length));
        }
        Self::head(status, &headers).then(Step::Send(body.to_vec()))
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::status(status, &[("Location", to)], b"")
    }

    /// A header alone, announcing what it likes; steps for the body follow.
    pub fn head(status: u16, headers: &[(&str, &str)]) -> Self {
        let mut text = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        Self::raw(text)
    }

    /// Bytes as they are.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { steps: vec![Step::Send(bytes.into())] }
    }

    /// Closes the connection without a word.
    pub fn drop() -> Self {
        Self::default()
    }

    /// One more step.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    pub(super) fn play<C: Read + Write + ?Sized>(self, to: &mut C, stop: &AtomicBool) -> io::Result<()> {
        for step in self.steps {
            match step {
                Step::Send(bytes) => to.write_all(&bytes)?,
                Step::Wait(pause) => std::thread::sleep(pause),
                Step::Drip(bytes, pause) => {
                    for byte in bytes {
                        if stop.load(Ordering::Acquire) {
                            return Ok(());
                        }
                        to.write_all(&[byte])?;
                        to.flush()?;
                        std::thread::sleep(pause);
                    }
                }
                Step::Forever(bytes) => {
                    while !stop.load(Ordering::Acquire) {
                        to.write_all(&bytes)?;
                    }
                }
                Step::Hold => hold(stop),
            }
            to.flush()?;
        }
        Ok(())
    }
}
