//! Batches: how many hosts are dealt with before the next ones are touched, as Ansible's `serial` has it.

use std::ops::Range;

/// The size of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Serial {
    /// So many hosts; all for 0.
    Hosts(usize),
    /// This part of all hosts in percent, one host at least.
    Percent(f64),
}

impl Serial {
    /// Reads `5`, `30%`, or a list of such: `1,5,50%`.
    ///
    /// # Errors
    /// If it is none of these.
    pub fn parse_list(text: &str) -> Result<Vec<Serial>, String> {
        text.split(',').map(|part| Serial::parse(part.trim())).collect()
    }

    /// Reads `5` or `30%`.
    ///
    /// # Errors
    /// If it is neither.
    pub fn parse(text: &str) -> Result<Serial, String> {
        let wrong =
            || format!("serial: '{text}' is neither a number of hosts nor a part of them, such as 30%");
        match text.strip_suffix('%') {
            Some(part) => match part.trim().parse::<f64>() {
                Ok(part) if part >= 0.0 && part.is_finite() => Ok(Serial::Percent(part)),
                _ => Err(wrong()),
            },
            None => text.parse().map(Serial::Hosts).map_err(|_| wrong()),
        }
    }

    /// How many of `all` hosts it means.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
    fn of(self, all: usize) -> usize {
        match self {
            Serial::Hosts(0) => all,
            Serial::Hosts(hosts) => hosts,
            // As Ansible: rounded down, but never nobody.
            Serial::Percent(part) => ((part / 100.0 * all as f64) as usize).max(1),
        }
    }
}

/// The batches of `hosts` hosts: one after the other of `serial`, of which the last stands for all that follow.
pub fn split(hosts: usize, serial: &[Serial]) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let mut begin = 0;
    while begin < hosts {
        let size = serial.get(batches.len()).or(serial.last()).map_or(hosts, |serial| serial.of(hosts));
        let end = begin.saturating_add(size.max(1)).min(hosts);
        batches.push(begin..end);
        begin = end;
    }
    batches
}

/// Whether a batch of `hosts` hosts of which `failed` have failed is the last one: more than `max_fail_percentage` have, or
/// all.
#[expect(clippy::cast_precision_loss)]
pub fn stops(hosts: usize, failed: usize, max_fail_percentage: Option<f64>) -> bool {
    let part = failed as f64 * 100.0 / hosts.max(1) as f64;
    failed > 0 && (failed >= hosts || max_fail_percentage.is_some_and(|most| part > most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(hosts: usize, serial: &str) -> Vec<usize> {
        split(hosts, &Serial::parse_list(serial).unwrap()).into_iter().map(|range| range.len()).collect()
    }

    #[test]
    fn batches_are_ansibles() {
        assert_eq!(sizes(7, "3"), [3, 3, 1]);
        assert_eq!(sizes(10, "1,5,100%"), [1, 5, 4]);
        assert_eq!(sizes(10, "1, 30%"), [1, 3, 3, 3]);
        assert_eq!(sizes(3, "10%"), [1, 1, 1]);
        assert_eq!(sizes(3, "0"), [3]);
        assert_eq!(split(3, &[]).first(), Some(&(0..3)));
        assert_eq!(split(3, &[]).len(), 1);
        assert!(split(0, &[]).is_empty());
    }

    #[test]
    fn a_serial_that_means_nothing_is_refused() {
        for text in ["x", "-1", "%", "1,,2", "NaN%", "-5%"] {
            assert!(Serial::parse_list(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_batch_may_be_the_last() {
        assert!(!stops(10, 0, Some(0.0)));
        assert!(stops(10, 1, Some(0.0)));
        assert!(!stops(10, 3, Some(30.0)), "Ansible's is passed, not reached");
        assert!(stops(10, 4, Some(30.0)));
        assert!(!stops(10, 9, None));
        assert!(stops(10, 10, None), "a batch that failed as a whole");
    }
}
