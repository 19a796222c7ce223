//! A progress bar on standard error, where that is a terminal.

use super::Streams;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often the bar is drawn.
const EVERY: Duration = Duration::from_millis(50);

/// Fewer pieces of work than this are done before anyone could read a bar.
const LEAST: usize = 20;

const WIDTH: usize = 30;

/// The bar of one command.
pub struct Progress {
    total: usize,
    shown: bool,
    drawn: Option<Instant>,
}

impl Progress {
    /// A bar for that many pieces of work.
    pub fn new(total: usize) -> Progress {
        let shown = total >= LEAST && std::io::stderr().is_terminal();
        Progress { total, shown, drawn: None }
    }

    /// Shows how many are done.
    pub fn step(&mut self, done: usize, streams: &mut Streams<'_>) {
        if !self.shown || self.drawn.is_some_and(|drawn| drawn.elapsed() < EVERY) {
            return;
        }
        self.drawn = Some(Instant::now());
        let _ = write!(streams.err, "\r{}", bar(done, self.total));
        let _ = streams.err.flush();
    }

    /// Takes the bar away.
    pub fn end(&mut self, streams: &mut Streams<'_>) {
        if self.drawn.take().is_some() {
            let _ = write!(streams.err, "\r\x1b[K");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let filled = (done * WIDTH).checked_div(total).unwrap_or(0).min(WIDTH);
    format!("[{}{}] {done}/{total}", "#".repeat(filled), " ".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar() {
        assert_eq!(bar(0, 10), format!("[{}] 0/10", " ".repeat(30)));
        assert_eq!(bar(5, 10), format!("[{}{}] 5/10", "#".repeat(15), " ".repeat(15)));
        assert_eq!(bar(10, 10), format!("[{}] 10/10", "#".repeat(30)));
    }
}
