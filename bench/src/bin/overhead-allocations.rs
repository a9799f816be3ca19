//! Prints how much a call allocates on each side, as JSON for `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "it is run for its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people, far below 2^52")]

use std::alloc::System;

use anyhow::Result;
use onboarding_bench::{Bench, Call, Side};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many calls are counted. Every call allocates the same, save what grows now and then.
const CALLS: usize = 1000;

fn main() -> Result<()> {
    let bench = Bench::start()?;
    let mut rows = Vec::new();
    for call in Call::ALL {
        let ours = count(&bench, Side::Ours, call)?;
        let by_hand = count(&bench, Side::ByHand, call)?;
        rows.push(json!({ "call": call.name(), "ours": ours, "by_hand": by_hand }));
    }
    println!("{}", Value::from(rows));
    Ok(())
}

/// Allocations and allocated bytes of one call; growing in place counts as an allocation, too.
fn count(bench: &Bench, side: Side, call: Call) -> Result<[f64; 2]> {
    bench.run(side, call, CALLS)?;
    let region = Region::new(ALLOCATOR);
    bench.run(side, call, CALLS)?;
    let change = region.change();
    Ok([change.allocations + change.reallocations, change.bytes_allocated].map(|total| total as f64 / CALLS as f64))
}
