//! How long a failed request waits for its next attempt: longer each time, and never for as long as everybody else.

use std::time::Duration;

use crate::link::{Failure, FailureKind};

const FIRST: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(60);

/// The pause before the next attempt.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How many attempts have failed since one went well.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// An attempt went well.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The pause after `failure`. `random` is any number: a fleet whose controller was away does not come back at once.
    pub(crate) fn after(&mut self, failure: &Failure, random: u64) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(10));
        self.failures = self.failures.saturating_add(1);
        let longest = match failure.kind {
            FailureKind::TooLarge => Duration::ZERO,
            FailureKind::Lasting | FailureKind::Refused => MOST,
            FailureKind::Passing => doubled.min(MOST),
        };
        // From half of it to all of it.
        let half = u64::try_from(longest.as_millis() / 2).unwrap_or(u64::MAX);
        let pause = Duration::from_millis(half + random.checked_rem(half + 1).unwrap_or(0));
        pause.max(failure.after.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(kind: FailureKind, after: Option<u64>) -> Failure {
        Failure { kind, message: String::new(), after: after.map(Duration::from_secs) }
    }

    #[test]
    fn pauses_grow_up_to_a_minute() {
        let mut backoff = Backoff::default();
        let passing = failure(FailureKind::Passing, None);
        let pauses: Vec<u128> = (0..10).map(|_| backoff.after(&passing, 0).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert_eq!(backoff.failures(), 10);
        backoff.reset();
        for random in [0, 1, 7, 250, 251, u64::MAX] {
            let pause = Backoff::default().after(&passing, random);
            assert!((250..=500).contains(&pause.as_millis()), "{pause:?}");
        }
    }

    #[test]
    fn the_controller_says_when() {
        let mut backoff = Backoff::default();
        let pause = backoff.after(&failure(FailureKind::Passing, Some(90)), 0);
        assert_eq!(pause, Duration::from_secs(90));
        assert!(backoff.after(&failure(FailureKind::Lasting, None), 0) >= Duration::from_secs(30));
    }
}
