//! On which processor a program runs.

/// Keeps this process on one processor: which of them the two sides' connections are answered on would otherwise differ, and how
/// far that is from the caller decides more than anything that is measured. Without effect where there is only one, and where the
/// system does not offer it.
pub(crate) fn stay_on(processor: usize) {
    #[cfg(target_os = "linux")]
    {
        let mut processors = nix::sched::CpuSet::new();
        if processors.set(processor).is_ok() {
            // Refused where there is no such processor, and then it is not worse than before.
            let _ = nix::sched::sched_setaffinity(nix::unistd::Pid::from_raw(0), &processors);
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = processor;
}
