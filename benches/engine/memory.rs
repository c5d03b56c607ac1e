//! Resident bytes of a waiting instance, taken in a fresh process: what an earlier measurement freed would be
//! used again and not seen.

use crate::models::cid;
use crate::{by_hand, driven, models};
use std::process::Command;

/// What a child process of this binary is asked to do: `--waiting engine 1000000`.
pub struct Request {
    by_hand: bool,
    count: u64,
}

impl Request {
    pub fn from_arguments(arguments: &[String]) -> Option<Self> {
        let [flag, side, count] = arguments else { return None };
        let count = count.parse().ok()?;
        (flag == "--waiting").then_some(Self { by_hand: side == "tokio", count })
    }

    /// Prints the bytes for each instance.
    pub fn answer(&self) {
        let program = models::request_reply();
        let cids: Vec<String> = (0..self.count).map(cid).collect();
        let before = resident();
        let after = if self.by_hand {
            by_hand::while_parked(&cids, resident)
        } else {
            let parked = driven::Parked::new(&program, &cids);
            let after = resident();
            drop(parked);
            after
        };
        println!("{}", after.saturating_sub(before) / self.count);
    }
}

/// Bytes a waiting instance keeps resident, on `side` (`engine` or `tokio`). `None` when this system does not
/// say.
pub fn bytes_for_each(side: &str, count: u64) -> Option<u64> {
    resident_pages()?;
    let binary = std::env::current_exe().ok()?;
    let answer = Command::new(binary).args(["--waiting", side, &count.to_string()]).output().ok()?;
    String::from_utf8(answer.stdout).ok()?.trim().parse().ok()
}

fn resident() -> u64 {
    resident_pages().unwrap_or(0) * rustix::param::page_size() as u64
}

fn resident_pages() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    text.split_whitespace().nth(1)?.parse().ok()
}
