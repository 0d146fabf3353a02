//! How a rollout proceeds: what the command line says, else what the plays say.

use rustle_schema::plan::Plan;
use rustle_value::Value;

use super::batches::Serial;
use super::options::Options;
use crate::failure::{Failure, Result};

/// How a rollout proceeds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rolling {
    /// The sizes of batches; all hosts are one where there is none.
    pub serial: Vec<Serial>,
    /// A batch in which more than this part of the hosts fails is the last one.
    pub max_fail_percentage: Option<f64>,
}

/// How the rollout of `plan` proceeds. A runner runs all of its plays on a host at once, so the first play that says
/// something speaks for all.
///
/// # Errors
/// If a play says what only a run could tell, and the command line says nothing.
pub fn of(plan: &Plan, options: &Options) -> Result<Rolling> {
    let serial = match &options.serial {
        Some(serial) => serial.clone(),
        None => {
            let play = plan.plays.iter().find(|play| !play.serial.is_empty());
            let values = play.map_or(&[][..], |play| &play.serial);
            values.iter().map(|value| read("serial", value, Serial::parse)).collect::<Result<_>>()?
        }
    };
    let max_fail_percentage = match options.max_fail_percentage {
        Some(part) => Some(part),
        None => {
            let said = plan.plays.iter().find_map(|play| play.max_fail_percentage.as_ref());
            let percent = |text: &str| {
                let part = text.trim().trim_end_matches('%').parse::<f64>().ok();
                part.filter(|part| part.is_finite()).ok_or_else(|| format!("'{text}' is no percentage"))
            };
            let fatal = |it: &Value| it.is_true() && !matches!(it, Value::Template(_));
            let any =
                || plan.plays.iter().any(|play| play.directives.any_errors_fatal.as_ref().is_some_and(fatal));
            match said {
                Some(value) => Some(read("max-fail-percentage", value, percent)?),
                None => any().then_some(0.0),
            }
        }
    };
    Ok(Rolling { serial, max_fail_percentage })
}

/// What a play says, if it is written out.
fn read<T>(option: &str, value: &Value, parse: impl Fn(&str) -> std::result::Result<T, String>) -> Result<T> {
    if matches!(value, Value::Template(_)) {
        let keyword = option.replace('-', "_");
        return Err(Failure::new(format!(
            "`{keyword}` of a play is a template, which only a run can render"
        ))
        .help(format!("say it here: --{option}")));
    }
    parse(&value.to_string()).map_err(Failure::new)
}

#[cfg(test)]
mod tests {
    use rustle_schema::plan::Play;

    use super::*;

    fn options(args: &[&str]) -> Options {
        let matches = super::super::command().try_get_matches_from([&["deploy"], args].concat()).unwrap();
        Options::of(&matches).unwrap()
    }

    fn plan(serial: &[Value], max: Option<Value>) -> Plan {
        let play = Play { serial: serial.to_vec(), max_fail_percentage: max, ..Play::default() };
        Plan { plays: vec![Play::default(), play], ..Plan::default() }
    }

    #[test]
    fn plays_speak_where_the_command_line_does_not() {
        let plan = plan(&["1".into(), "30%".into()], Some("10".into()));
        let rolling = of(&plan, &options(&[])).unwrap();
        assert_eq!(rolling.serial, [Serial::Hosts(1), Serial::Percent(30.0)]);
        assert_eq!(rolling.max_fail_percentage, Some(10.0));
        let rolling = of(&plan, &options(&["--serial", "5", "--max-fail-percentage", "0"])).unwrap();
        assert_eq!((rolling.serial, rolling.max_fail_percentage), (vec![Serial::Hosts(5)], Some(0.0)));
    }

    #[test]
    fn what_only_a_run_can_tell_is_asked_for() {
        let plan = plan(&[Value::Template("{{ n }}".into())], None);
        assert!(of(&plan, &options(&[])).is_err());
        assert!(of(&plan, &options(&["--serial", "2"])).is_ok());
    }
}
