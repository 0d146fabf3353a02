//! `pause`: waits, or asks.

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use rustle_runtime::clock;
use rustle_runtime::prelude::*;

/// Waits for some time, or until somebody has answered a question.
///
/// Where nobody can be asked (standard input is not a terminal) a question is passed over with a warning.
///
/// # Examples
/// ```yaml
/// - pause:
///     seconds: 30
/// - pause:
///     prompt: "Is the load balancer drained?"
///   register: answer
/// ```
///
/// # Returns
/// - `delta` (int): whole seconds that it took
/// - `start` (str): when it began
/// - `stop` (str): when it ended
/// - `stdout` (str): what it did, in words
/// - `user_input` (str): what was answered
/// - `echo` (bool): whether the answer was shown
#[rustle_module(name = "pause", mutually_exclusive = [["minutes", "seconds"]], check_mode = "full")]
pub struct Pause {
    /// How many minutes to wait.
    minutes: Option<i64>,
    /// How many seconds to wait.
    seconds: Option<i64>,
    /// What to ask.
    prompt: Option<String>,
    /// Whether the answer is shown while it is typed.
    #[arg(default = true)]
    echo: bool,
}

impl Module for Pause {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let started = clock::timestamp();
        let begun = Instant::now();
        let wait = match (self.minutes, self.seconds) {
            (Some(minutes), _) => Some(minutes.saturating_mul(60)),
            (None, Some(seconds)) => Some(seconds.max(1)),
            (None, None) => None,
        };
        let mut outcome = Outcome::ok();
        let mut answer = String::new();
        match wait {
            Some(seconds) => {
                let mut out = std::io::stderr();
                let _ = writeln!(out, "Pausing for {seconds} seconds");
                std::thread::sleep(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
            }
            None if ctx.snapshot().interactive => {
                let prompt = self.prompt.as_deref().unwrap_or("Press enter to continue");
                answer = ask(prompt, self.echo)?;
            }
            None => outcome = outcome.warn("Not waiting for response to prompt as stdin is not interactive"),
        }
        let elapsed = begun.elapsed().as_secs_f64();
        let stdout = if self.seconds.is_some() {
            format!("Paused for {} seconds", python_round(elapsed))
        } else {
            format!("Paused for {} minutes", python_round(elapsed / 60.0))
        };
        Ok(outcome
            .with("start", started)
            .with("stop", clock::timestamp())
            .with("delta", elapsed as i64)
            .with("rc", 0)
            .with("stdout", stdout)
            .with("stderr", "")
            // Ansible's pause is no module, and does not return its output by line.
            .with("stdout_lines", Value::Omit)
            .with("stderr_lines", Value::Omit)
            .with("echo", self.echo)
            .with("user_input", answer))
    }
}

/// A number rounded to two places, as Python prints a float.
fn python_round(number: f64) -> Value {
    Value::Float((number * 100.0).round() / 100.0)
}

/// Asks on the terminal and returns the line without its end.
fn ask(prompt: &str, echo: bool) -> Result<String> {
    let mut out = std::io::stderr();
    let prompt = rustle_runtime::secrets::redaction().text(prompt);
    write!(out, "{prompt}:{}", if echo { "\n" } else { " (output is hidden):\n" })?;
    out.flush()?;
    let _hidden = if echo { None } else { Some(rustle_runtime::terminal::hide_input()?) };
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests {
    use rustle_runtime::testing::{self, args};

    use super::*;

    #[test]
    fn it_waits_and_says_so() {
        let outcome = testing::apply::<Pause>(args! { "seconds": 1 });
        assert_eq!(outcome.data.get("delta"), Some(&Value::Int(1)));
        assert_eq!(outcome.data.get("stdout"), Some(&Value::from("Paused for 1.0 seconds")));
    }

    #[test]
    fn a_question_that_nobody_can_answer_is_passed_over() {
        let outcome = testing::apply::<Pause>(args! { "prompt": "well?" });
        assert_eq!(outcome.warnings, ["Not waiting for response to prompt as stdin is not interactive"]);
        assert_eq!(outcome.data.get("user_input"), Some(&Value::from("")));
    }
}
