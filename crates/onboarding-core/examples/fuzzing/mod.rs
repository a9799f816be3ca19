//! Runs targets on inputs that are made from a seed, and counts what goes wrong. It needs no nightly compiler, and the same seed
//! makes the same inputs.

use std::fmt::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

use nix::time::{ClockId, clock_gettime};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// What is fuzzed.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// What takes more processor time is counted as a hang; what does not end at all is found by the watch.
    pub(crate) limit: Duration,
    /// Makes an input and runs it; gives the input's size, or says what should never happen.
    pub(crate) run: Run,
}

type Run = fn(&mut Random) -> Result<usize, String>;

/// What was seen of a target.
#[derive(Default)]
struct Seen {
    inputs: u64,
    bytes: u64,
    panics: u64,
    hangs: u64,
    wrong: u64,
    slowest: Duration,
    /// The most that one input made it allocate, over all of its time, and that input's size.
    allocated: (usize, usize),
}

/// How long a single input may hang before everything is given up.
const GIVEN_UP: Duration = Duration::from_secs(60);

/// Runs the targets in turn for as many seconds as the first argument says, beginning with the seed that the second says, and
/// prints what was seen. Fails when anything went wrong.
pub(crate) fn run(targets: &[Target]) -> process::ExitCode {
    let mut arguments = env::args().skip(1).map(|argument| argument.parse::<u64>().ok());
    let seconds = arguments.next().flatten().unwrap_or(10);
    let first = arguments.next().flatten().unwrap_or(0);
    let message = Arc::new(Mutex::new(String::new()));
    panic::set_hook(Box::new({
        let message = message.clone();
        move |panic| *message.lock().unwrap_or_else(PoisonError::into_inner) = panic.to_string()
    }));
    let begun = Instant::now();
    let current = Arc::new(AtomicU64::new(first));
    watch(current.clone());
    let mut all: Vec<Seen> = targets.iter().map(|_| Seen::default()).collect();
    let mut seed = first;
    while begun.elapsed() < Duration::from_secs(seconds) {
        for (target, seen) in targets.iter().zip(&mut all) {
            current.store(seed, Ordering::Relaxed);
            if let Some(fault) = once(target, seed, seen, &message)
                && seen.panics + seen.hangs + seen.wrong <= 5
            {
                println!("{}: seed {seed}: {fault}", target.name);
            }
            seed += 1;
        }
    }
    let mut faults = 0;
    for (target, seen) in targets.iter().zip(&all) {
        faults += seen.panics + seen.hangs + seen.wrong;
        println!("{}", line(target, seen));
    }
    println!("all: seeds {first} to {seed} in {} s, peak memory {}", begun.elapsed().as_secs(), peak());
    if faults == 0 { process::ExitCode::SUCCESS } else { process::ExitCode::FAILURE }
}

fn once(target: &Target, number: u64, seen: &mut Seen, message: &Mutex<String>) -> Option<String> {
    let region = Region::new(ALLOCATOR);
    let begun = processor_time();
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(&mut Random::new(number))));
    let (took, allocated) = (processor_time().saturating_sub(begun), region.change().bytes_allocated);
    seen.inputs += 1;
    seen.slowest = seen.slowest.max(took);
    let fault = match outcome {
        Ok(Ok(size)) => {
            seen.bytes += size as u64;
            seen.allocated = seen.allocated.max((allocated, size));
            None
        }
        Ok(Err(fault)) => {
            seen.wrong += 1;
            Some(fault)
        }
        Err(_) => {
            seen.panics += 1;
            Some(message.lock().unwrap_or_else(PoisonError::into_inner).clone())
        }
    };
    if took > target.limit {
        seen.hangs += 1;
        return fault.or(Some(format!("took {took:?}")));
    }
    fault
}

/// What this thread has taken of the processors: other programs on the machine make no input slow.
fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

fn line(target: &Target, seen: &Seen) -> String {
    let mut text = String::new();
    let (allocated, size) = seen.allocated;
    let _ = write!(
        text,
        "{}: {} inputs of {} bytes on average, {} panics, {} hangs, {} wrong, slowest {:?}, most allocated by one input {allocated} \
         bytes (of {size})",
        target.name,
        seen.inputs,
        seen.bytes / seen.inputs.max(1),
        seen.panics,
        seen.hangs,
        seen.wrong,
        seen.slowest,
    );
    text
}

/// Gives up when one input never ends.
fn watch(current: Arc<AtomicU64>) {
    thread::spawn(move || {
        let (mut last, mut since) = (u64::MAX, Instant::now());
        loop {
            thread::sleep(Duration::from_secs(1));
            let seed = current.load(Ordering::Relaxed);
            if seed != last {
                (last, since) = (seed, Instant::now());
            } else if since.elapsed() > GIVEN_UP {
                println!("seed {seed} hangs");
                process::exit(1);
            }
        }
    });
}

/// The most memory that the process has had, where the system tells.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

/// Numbers that follow from a seed (`SplitMix64`).
pub(crate) struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below that one.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % (bound.max(1) as u64)).unwrap_or_default()
    }

    /// True once in so many times.
    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn choose<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }

    /// One of these seeds, changed here and there with these tokens, now and then at length.
    pub(crate) fn mutated(&mut self, seeds: &[&[u8]], tokens: &[&[u8]], longest: usize) -> Vec<u8> {
        let mut input = self.choose(seeds).to_vec();
        for _ in 0..self.below(6) {
            let at = self.below(input.len() + 1);
            match self.below(7) {
                0 if !input.is_empty() => {
                    let at = self.below(input.len());
                    input[at] = self.next().to_le_bytes()[0];
                }
                1 => drop(input.splice(at..at, self.choose(tokens).iter().copied())),
                2 => {
                    let end = at + self.below(input.len() - at + 1);
                    input.drain(at..end);
                }
                3 => {
                    let end = at + self.below(input.len() - at + 1);
                    let piece = input[at..end].to_vec();
                    drop(input.splice(at..at, piece));
                }
                4 => {
                    let other = self.choose(seeds);
                    let from = self.below(other.len() + 1);
                    input.truncate(at);
                    input.extend_from_slice(&other[from..]);
                }
                5 if self.one_in(20) => {
                    // What costs more than its length shows at length.
                    let token = self.choose(tokens);
                    let times = self.below(longest / token.len().max(1) + 1);
                    drop(input.splice(at..at, token.repeat(times)));
                }
                _ => {
                    let token = self.choose(tokens);
                    let end = (at + token.len()).min(input.len());
                    drop(input.splice(at..end, token.iter().copied()));
                }
            }
        }
        input.truncate(longest);
        input
    }
}
