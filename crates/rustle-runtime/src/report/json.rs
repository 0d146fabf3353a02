//! `--json`: one event a line.

use std::io::Write;

use rustle_schema::event::Event;

use super::Reporter;

/// Writes one event a line, each at once.
pub struct JsonLines<W> {
    out: W,
    /// Whether whoever reads has gone away.
    closed: bool,
}

impl<W: Write + Send> JsonLines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> JsonLines<W> {
        JsonLines { out, closed: false }
    }
}

impl<W: Write + Send> Reporter for JsonLines<W> {
    fn event(&mut self, event: &Event) {
        if self.closed {
            return;
        }
        let mut line = match serde_json::to_vec(event) {
            Ok(line) => line,
            Err(error) => {
                format!(r#"{{"event":"warning","message":"an event is lost: {error:?}"}}"#).into_bytes()
            }
        };
        line.push(b'\n');
        // The run goes on for the host's sake, whoever listens.
        self.closed = self.out.write_all(&line).and_then(|()| self.out.flush()).is_err();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_is_one_line() {
        let mut out = Vec::new();
        let mut reporter = JsonLines::new(&mut out);
        reporter.event(&Event::PlayStart { play: "a\nb".into() });
        reporter.event(&Event::End { exit_code: 2, stopped: None });
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "{\"event\":\"play_start\",\"play\":\"a\\nb\"}\n{\"event\":\"end\",\"exit_code\":2}\n"
        );
    }
}
