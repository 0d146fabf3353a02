//! `--timings`: how long each phase of a command takes.

use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches};
use serde_json::{Map, Value};

/// The phases of a command that are over.
#[derive(Debug)]
pub struct Timings {
    asked: Option<Format>,
    began: Instant,
    last: Instant,
    phases: Vec<(&'static str, Duration)>,
    notes: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
}

/// `--timings`.
pub fn arg() -> Arg {
    Arg::new("timings")
        .long("timings")
        .value_name("FORMAT")
        .num_args(0..=1)
        .require_equals(true)
        .default_missing_value("text")
        .value_parser(["text", "json"])
        .help("Tells, on standard error, how long each phase took: `text` or `json`")
}

impl Timings {
    /// The clock begins to run. What has passed since the process began is not in it.
    pub fn begin(matches: &ArgMatches) -> Timings {
        let asked = matches.get_one::<String>("timings").map(|format| match format.as_str() {
            "json" => Format::Json,
            _ => Format::Text,
        });
        let now = Instant::now();
        Timings { asked, began: now, last: now, phases: Vec::new(), notes: Vec::new() }
    }

    /// Whether they are told at the end.
    pub fn are_wanted(&self) -> bool {
        self.asked.is_some()
    }

    /// The phase `name` ends now; it began when the one before it ended.
    pub fn phase(&mut self, name: &'static str) {
        let now = Instant::now();
        self.phases.push((name, now - self.last));
        self.last = now;
    }

    /// The phases that somebody else has measured, which end now.
    pub fn phases(&mut self, measured: &[(&'static str, Duration)]) {
        self.phases.extend(measured);
        self.last = Instant::now();
    }

    /// Something that is told with them.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Tells them, and in text why a compiler ran, if one did.
    pub fn tell(&self, why: Option<&str>) {
        let milliseconds = |duration: &Duration| duration.as_secs_f64() * 1e3;
        let total = milliseconds(&self.began.elapsed());
        match self.asked {
            None => {}
            Some(Format::Text) => {
                for (name, duration) in &self.phases {
                    eprintln!("  {name:<8} {:>10.1} ms", milliseconds(duration));
                }
                eprintln!("  {:<8} {total:>10.1} ms", "all");
                why.iter().for_each(|why| eprintln!("  compiled, since {why}"));
                self.notes.iter().for_each(|note| eprintln!("  {note}"));
            }
            Some(Format::Json) => {
                let rounded = |number: f64| Value::from((number * 1e3).round() / 1e3);
                let phases: Map<String, Value> = self
                    .phases
                    .iter()
                    .map(|(name, duration)| ((*name).to_owned(), rounded(milliseconds(duration))))
                    .collect();
                let object = serde_json::json!({"phases_ms": phases, "total_ms": rounded(total), "compiled_since": why, "notes": self.notes});
                eprintln!("{object}");
            }
        }
    }
}
