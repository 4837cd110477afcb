//! Progress on a terminal: a line per running scenario while it works. It is
//! drawn on standard error and gone when the run ends.

use super::event::{Event, Listener, Outline};
use super::ordered::Ordered;
use crate::secret::Masked;
use core::time::Duration;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Draws progress, and steps aside while reports are written.
pub struct Progress {
    reports: Arc<Ordered>,
    bars: MultiProgress,
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    outline: Outline,
    lines: HashMap<usize, Line>,
}

struct Line {
    bar: ProgressBar,
    name: Masked,
    steps: usize,
    done: usize,
}

impl Progress {
    /// Draws on standard error beside these reports.
    #[must_use]
    pub fn new(reports: Arc<Ordered>) -> Self {
        Self {
            reports,
            bars: MultiProgress::new(),
            running: Mutex::default(),
        }
    }

    fn draw(&self, event: &Event) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Began(outline) => running.outline = outline.clone(),
            Event::RunBegan { run } => {
                let Some(outline) = running.outline.runs.get(*run) else {
                    return;
                };
                let line = Line {
                    bar: self.bars.add(spinner()),
                    name: outline.name.clone(),
                    steps: outline.steps,
                    done: 0,
                };
                running.lines.insert(*run, line);
            }
            Event::StepBegan { run, name } => {
                if let Some(Line {
                    bar,
                    name: scenario,
                    steps,
                    done,
                }) = running.lines.get(run)
                {
                    let step = (done + 1).min(*steps);
                    bar.set_message(format!("{scenario}  {step}/{steps}  {name}"));
                }
            }
            Event::StepEnded { run, .. } => {
                if let Some(line) = running.lines.get_mut(run) {
                    line.done += 1;
                }
            }
            Event::RunEnded { run, .. } => {
                if let Some(line) = running.lines.remove(run) {
                    line.bar.finish_and_clear();
                }
            }
            Event::Ended(_) => running.lines.clear(),
        }
    }
}

impl Listener for Progress {
    fn notice(&self, event: Event) {
        self.draw(&event);
        self.bars.suspend(|| self.reports.notice(event));
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed:>5}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
