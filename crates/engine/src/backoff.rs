//! How long to wait before the next try.

use std::time::Duration;

use crate::settings::RetrySettings;

/// Delays that double from try to try up to a longest one, each shortened by chance to no less than half, so that
/// instances that were thrown out together do not come back together.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    max: Duration,
}

impl Backoff {
    pub(crate) fn new(settings: &RetrySettings) -> Self {
        let RetrySettings { first_delay, max_delay, give_up_after: _ } = *settings;
        Self { next: first_delay.min(max_delay), max: max_delay }
    }

    /// The next delay.
    pub(crate) fn next_delay(&mut self) -> Duration {
        let delay = self.next;
        self.next = delay.saturating_mul(2).min(self.max);
        delay.mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_are_shortened_to_no_less_than_half() {
        let millis = Duration::from_millis;
        let mut backoff = Backoff::new(&RetrySettings {
            first_delay: millis(100),
            max_delay: millis(350),
            give_up_after: Duration::MAX,
        });
        for full in [100, 200, 350, 350] {
            let delay = backoff.next_delay();
            assert!(millis(full) / 2 <= delay && delay <= millis(full), "{delay:?} of {full} ms");
        }
    }

    #[test]
    fn no_delay_stays_none() {
        let mut backoff = Backoff::new(&RetrySettings { first_delay: Duration::ZERO, ..Default::default() });
        assert_eq!([backoff.next_delay(), backoff.next_delay()], [Duration::ZERO; 2]);
    }
}
