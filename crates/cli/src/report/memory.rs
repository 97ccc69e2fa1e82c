//! How much memory this process has used at most, where the system tells.

/// The highest resident memory so far, in bytes; `None` on systems that have no `/proc`.
pub(crate) fn peak_bytes() -> Option<u64> {
    high_water_mark(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// See `VmHWM` in proc_pid_status(5).
fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_high_water_mark_is_read_in_bytes() {
        let status = "VmPeak:\t 9 kB\nVmHWM:\t    1204 kB\nVmRSS:\t 7 kB\n";
        assert_eq!(high_water_mark(status), Some(1204 * 1024));
        assert_eq!(high_water_mark("VmPeak:\t 9 kB\n"), None);
    }
}
