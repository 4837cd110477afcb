//! The sum of all closing lines that cargo's test runner printed, in the
//! runner's own form: one line tells how many tests the whole check ran.

use core::time::Duration;

/// Counts over every test binary of every stage.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Closing {
    passed: u64,
    failed: u64,
    ignored: u64,
    measured: u64,
    filtered: u64,
}

impl Closing {
    /// Adds what the closing lines of a log say.
    pub(super) fn add(&mut self, log: &str) {
        for line in log.lines() {
            let Some((_, counts)) = line
                .strip_prefix("test result: ")
                .and_then(|rest| rest.split_once(". "))
            else {
                continue;
            };
            for count in counts.split("; ") {
                let Some((number, of_what)) = count.split_once(' ') else {
                    continue;
                };
                let number: u64 = number.parse().unwrap_or(0);
                match of_what {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    "ignored" => self.ignored += number,
                    "measured" => self.measured += number,
                    "filtered out" => self.filtered += number,
                    _ => {}
                }
            }
        }
    }

    /// The sum, as the test runner would have printed it.
    pub(super) fn line(&self, took: Duration) -> String {
        let Self {
            passed,
            failed,
            ignored,
            measured,
            filtered,
        } = self;
        let verdict = if *failed == 0 { "ok" } else { "FAILED" };
        let seconds = took.as_secs_f64();
        format!(
            "test result: {verdict}. {passed} passed; {failed} failed; {ignored} ignored; \
             {measured} measured; {filtered} filtered out; finished in {seconds:.2}s"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Closing;
    use core::time::Duration;

    #[test]
    fn closing_lines_are_added_up() {
        let mut closing = Closing::default();
        closing.add(
            "running 2 tests\n\
             test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s\n\
             test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
        );
        assert_eq!(
            closing.line(Duration::from_millis(1500)),
            "test result: FAILED. 6 passed; 1 failed; 1 ignored; 0 measured; 3 filtered out; \
             finished in 1.50s"
        );
    }

    #[test]
    fn other_lines_count_nothing() {
        let mut closing = Closing::default();
        closing.add("5 passed, 2 failed\ntest x ... ok\n test result: ok. 1 passed\n");
        assert_eq!(closing, Closing::default());
    }
}
