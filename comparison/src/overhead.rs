//! `cargo xtask bench overhead`: what a call of a vendor crate costs at run time, beside the same call by hand.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use xtask::markdown::{self, Replaced};
use xtask::{Status, Workspace, cargo};

use crate::command::output;

/// The package with both sides of the calls.
const PACKAGE: &str = "onboarding-bench";

/// What `overhead-time` prints of a call.
#[derive(Debug, Deserialize)]
struct Times {
    call: String,
    ours: f64,
    by_hand: f64,
    ratio: f64,
    rounds: usize,
    calls: usize,
}

/// What `overhead-allocations` prints of a call: allocations and allocated bytes.
#[derive(Debug, Deserialize)]
struct Allocations {
    call: String,
    ours: [f64; 2],
    by_hand: [f64; 2],
}

/// Builds and runs both programs, prints the table, and writes it into docs/figures.md when asked to.
pub(crate) fn run(workspace: &Workspace, write: bool) -> Result<Status> {
    let target = workspace.root.join("target/bench/overhead");
    eprintln!("{PACKAGE}: building and running");
    let mut build = Command::new(cargo());
    build.args(["build", "--release", "--package", PACKAGE, "--target-dir"]).arg(&target).current_dir(&workspace.root);
    output(&mut build)?;
    let release = target.join("release");
    let times: Vec<Times> = figures(&release.join("overhead-time"))?;
    let allocations: Vec<Allocations> = figures(&release.join("overhead-allocations"))?;
    let text = text(&times, &allocations)?;
    print!("{text}");
    if write {
        Replaced::new(&workspace.root.join("docs").join("figures.md"), "overhead", &text)?.write()?;
    }
    Ok(Status::Fine)
}

fn figures<T: DeserializeOwned>(program: &Path) -> Result<T> {
    let printed = output(&mut Command::new(program))?;
    serde_json::from_str(&printed).with_context(|| format!("cannot read the figures of {}", program.display()))
}

fn text(times: &[Times], allocations: &[Allocations]) -> Result<String> {
    let mut rows = Vec::new();
    for time in times {
        let allocations = allocations
            .iter()
            .find(|other| other.call == time.call)
            .with_context(|| format!("the allocations of {} are missing", time.call))?;
        let [count, bytes] = [0, 1].map(|index| {
            let (ours, by_hand) = (allocations.ours[index], allocations.by_hand[index]);
            format!("{ours:.0} : {by_hand:.0} = {:.2}", ours / by_hand)
        });
        let time = format!("{:.1} : {:.1} = {:.2}", time.ours, time.by_hand, time.ratio);
        rows.push([allocations.call.clone(), time, count, bytes]);
    }
    let (rounds, calls) = times.first().map_or((0, 0), |time| (time.rounds, time.calls));
    Ok(format!(
        "{}\nEach cell is ours : by hand = ratio, for one call over loopback HTTP. By hand is reqwest and serde's derive with the \
         same HTTP client, headers and types (`bench/src/by_hand.rs`); each side sends or reads about 2 KiB of JSON, and the \
         program proves first that both send and read the same.\n\n\
         - processor time (µs): in user mode and in the kernel, of the calling process alone; the median of {rounds} rounds of \
         {calls} calls, in which the sides take turns. The ratio is the median of the rounds' ratios.\n\
         - allocations, bytes: of one call, the HTTP client's own included.\n\
         - By hand there are no limits, time limits, retries, spans or checks of what is sent; patterns are the dearest of the \
         checks.\n",
        markdown::table(["call", "processor time (µs)", "allocations", "bytes"], &rows)
    ))
}

#[cfg(test)]
mod tests {
    use super::{Allocations, Times, text};

    #[test]
    fn figures_of_both_programs_meet_in_a_row() {
        let call = "GET".to_owned();
        let times = [Times { call: call.clone(), ours: 11.0, by_hand: 10.0, ratio: 1.1, rounds: 3, calls: 2 }];
        let allocations = [Allocations { call, ours: [6.0, 300.0], by_hand: [5.0, 200.0] }];
        let shown = text(&times, &allocations).expect("both have the call");
        assert!(shown.contains("| GET  |  11.0 : 10.0 = 1.10 | 6 : 5 = 1.20 | 300 : 200 = 1.50 |"), "{shown}");
        assert!(text(&times, &[]).is_err());
    }
}
