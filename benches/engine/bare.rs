//! The bare limit of W2: a hash map and a slab, no engine. What no engine can be faster than.

use crate::models::shuffled;
use crate::{CpuClock, Phases};
use rustc_hash::FxHashMap;

/// What a waiting instance cannot do without.
#[derive(Clone, Default)]
struct Instance {
    cid: u64,
    pc: u32,
    result: u64,
}

/// Instances in places that are used again, found by their correlation id.
#[derive(Default)]
struct Table {
    waiting: FxHashMap<u64, u32>,
    slab: Vec<Instance>,
    free: Vec<u32>,
}

impl Table {
    fn park(&mut self, cid: u64) {
        let instance = Instance { cid, pc: 3, result: 0 };
        let at = match self.free.pop() {
            Some(at) => {
                self.slab[at as usize] = instance;
                at
            }
            None => {
                self.slab.push(instance);
                u32::try_from(self.slab.len() - 1).expect("fewer than 4 billion")
            }
        };
        self.waiting.insert(cid, at);
    }

    fn reply(&mut self, cid: u64) -> bool {
        let Some(at) = self.waiting.remove(&cid) else { return false };
        let instance = &mut self.slab[at as usize];
        instance.pc += 1;
        instance.result = std::hint::black_box(instance.cid);
        self.free.push(at);
        true
    }
}

/// W2.
pub fn request_reply(count: u64) -> Phases {
    let cids: Vec<u64> =
        (0..count).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) ^ n).collect();
    let order = shuffled(count);
    let mut table = Table::default();
    let clock = CpuClock::start();
    for cid in &cids {
        table.park(*cid);
    }
    let park = clock.elapsed();
    let clock = CpuClock::start();
    let ended = order.into_iter().filter(|at| table.reply(cids[*at as usize])).count();
    let correlate = clock.elapsed();
    assert_eq!(ended as u64, count);
    Phases { park, correlate }
}
