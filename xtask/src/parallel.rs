//! One piece of work for each vendor, all at the same time, with its progress shown.

use std::io::IsTerminal as _;
use std::time::Duration;
use std::{io, thread};

use anyhow::{Context as _, Result, anyhow};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// Runs `work` for every vendor at the same time; the results come in the order of the vendors.
///
/// `doing` says what is done, for the display: "generating". A panic in `work` becomes an error of that vendor alone.
pub(crate) fn for_each_vendor<T: Send>(
    vendors: &[String],
    doing: &str,
    work: impl Fn(&str) -> Result<T> + Sync,
) -> Vec<(String, Result<T>)> {
    let display = MultiProgress::new();
    let work = &work;
    thread::scope(|scope| {
        let running: Vec<_> = vendors
            .iter()
            .map(|vendor| {
                let spinner = spinner(&display, doing, vendor);
                let started = thread::Builder::new().name(vendor.clone()).spawn_scoped(scope, move || {
                    let result = work(vendor);
                    spinner.finish_and_clear();
                    result
                });
                (vendor, started)
            })
            .collect();
        let join = |vendor: &String, started: io::Result<thread::ScopedJoinHandle<'_, Result<T>>>| {
            let finished = started.with_context(|| format!("cannot start a thread for {vendor}"))?.join();
            finished.unwrap_or_else(|_panic| {
                Err(anyhow!("{doing} {vendor} panicked, see the message above: this is a mistake of the generator"))
            })
        };
        running.into_iter().map(|(vendor, started)| (vendor.clone(), join(vendor, started))).collect()
    })
}

/// A spinner on a terminal; elsewhere a line that says what has begun.
fn spinner(display: &MultiProgress, doing: &str, vendor: &str) -> ProgressBar {
    let message = format!("{doing} {vendor}");
    if !io::stderr().is_terminal() {
        eprintln!("{message}");
        return ProgressBar::hidden();
    }
    let spinner = display.add(ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner()));
    spinner.set_message(message);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}
