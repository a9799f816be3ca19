//! Prints the processor time that a call takes on each side, as JSON for `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "it is run for its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures for people, far below 2^52")]

use std::time::Duration;

use anyhow::Result;
use nix::time::{ClockId, clock_gettime};
use onboarding_bench::{Bench, Call, Side};
use serde_json::{Value, json};

/// How often the sides take turns. Whatever disturbs the machine for longer than a turn disturbs both.
const ROUNDS: usize = 200;
/// How many calls a turn has.
const CALLS: usize = 100;

fn main() -> Result<()> {
    let bench = Bench::start()?;
    let mut rows = Vec::new();
    for call in Call::ALL {
        rows.push(measure(&bench, call)?);
    }
    println!("{}", Value::from(rows));
    Ok(())
}

fn measure(bench: &Bench, call: Call) -> Result<Value> {
    // Connections are open and caches warm before anything is measured.
    for side in [Side::Ours, Side::ByHand] {
        bench.run(side, call, CALLS)?;
    }
    let (mut ours, mut by_hand, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let order = if round % 2 == 0 { [Side::Ours, Side::ByHand] } else { [Side::ByHand, Side::Ours] };
        let mut times = [0.0; 2];
        for side in order {
            let before = processor_time()?;
            bench.run(side, call, CALLS)?;
            let time = processor_time()?.saturating_sub(before);
            times[side as usize] = time.as_secs_f64() * 1e6 / CALLS as f64;
        }
        ours.push(times[0]);
        by_hand.push(times[1]);
        ratios.push(times[0] / times[1]);
    }
    Ok(json!({
        "call": call.name(),
        "ours": median(&mut ours),
        "by_hand": median(&mut by_hand),
        "ratio": median(&mut ratios),
        "rounds": ROUNDS,
        "calls": CALLS,
    }))
}

/// The processor time of this process, in user mode and in the kernel. The runtime has one thread, and the server is another process.
fn processor_time() -> Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
