//! The workloads as a Rust programmer writes them without an engine: a tokio task for each instance, a map from
//! correlation id to the task that waits.

use crate::models::{cid, shuffled};
use crate::{CpuClock, Phases};
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

/// Messages published between two turns of the tasks.
const BATCH: usize = 64;

/// Where the tasks run.
#[derive(Clone, Copy, Debug)]
pub enum Runtime {
    /// As `#[tokio::main]` gives: a worker thread for each core.
    Default,
    /// All tasks on one thread: per CPU second the cheapest there is.
    OneThread,
}

impl Runtime {
    fn run<T>(self, program: impl Future<Output = T>) -> T {
        let built = match self {
            Self::Default => tokio::runtime::Builder::new_multi_thread().build(),
            Self::OneThread => tokio::runtime::Builder::new_current_thread().build(),
        };
        built.expect("a runtime").block_on(program)
    }
}

/// Counts what tasks have done, and tells when all is done: waiting for it takes no CPU time.
struct Count {
    done: AtomicU64,
    wanted: u64,
    reached: Notify,
}

impl Count {
    fn to(wanted: u64) -> Self {
        Self { done: AtomicU64::new(0), wanted, reached: Notify::new() }
    }

    fn one(&self) {
        if self.done.fetch_add(1, Ordering::AcqRel) + 1 == self.wanted {
            self.reached.notify_one();
        }
    }

    fn now(&self) -> u64 {
        self.done.load(Ordering::Acquire)
    }
}

struct Start {
    id: u64,
}

struct Out {
    values: [i64; 5],
}

/// W1.
pub fn linear(runtime: Runtime, count: u64) -> Duration {
    runtime.run(async move {
        let (sink, mut sent) = mpsc::unbounded_channel::<Out>();
        let received = tokio::spawn(async move {
            let mut messages = 0_u64;
            while let Some(out) = sent.recv().await {
                std::hint::black_box(out.values);
                messages += 1;
            }
            messages
        });
        let ended = Arc::new(Count::to(count));
        let clock = CpuClock::start();
        for id in 0..count {
            let start = Start { id };
            let (sink, ended) = (sink.clone(), Arc::clone(&ended));
            tokio::spawn(async move {
                let a = start.id as i64;
                let b = std::hint::black_box(a) + 1;
                let c = std::hint::black_box(b) * 2;
                let d = std::hint::black_box(c) - a;
                let e = std::hint::black_box(d) + b;
                sink.send(Out { values: [a, b, c, d, e] }).ok();
                ended.one();
            });
            if (id as usize).is_multiple_of(BATCH) {
                tokio::task::yield_now().await;
            }
        }
        ended.reached.notified().await;
        drop(sink);
        let messages = received.await.expect("the sink ends");
        let took = clock.elapsed();
        assert_eq!(messages, count);
        took
    })
}

struct Request {
    cid: String,
}

struct Reply {
    cid: String,
    result: String,
}

/// What the tasks of W2 share.
struct Hub {
    waiting: Mutex<HashMap<String, oneshot::Sender<Reply>>>,
    sink: mpsc::UnboundedSender<Request>,
    parked: Count,
    ended: Count,
}

impl Hub {
    fn publish(&self, reply: Reply) {
        let waiting = self.waiting.lock().expect("no task panics").remove(&reply.cid);
        waiting.expect("somebody waits").send(reply).ok();
    }
}

async fn asker(cid: String, hub: Arc<Hub>) {
    let (sender, reply) = oneshot::channel();
    hub.sink.send(Request { cid: cid.clone() }).ok();
    hub.waiting.lock().expect("no task panics").insert(cid, sender);
    hub.parked.one();
    if let Ok(reply) = reply.await {
        let result = reply.result;
        std::hint::black_box(&result);
        hub.ended.one();
    }
}

/// Parks `count` tasks; `then` goes on while they wait.
fn parked<T, F: Future<Output = T>>(
    runtime: Runtime,
    cids: &[String],
    then: impl FnOnce(Arc<Hub>, Duration) -> F,
) -> T {
    runtime.run(async move {
        let (sink, mut sent) = mpsc::unbounded_channel::<Request>();
        tokio::spawn(async move {
            while let Some(request) = sent.recv().await {
                std::hint::black_box(&request.cid);
            }
        });
        let hub = Arc::new(Hub {
            waiting: Mutex::default(),
            sink,
            parked: Count::to(cids.len() as u64),
            ended: Count::to(cids.len() as u64),
        });
        let clock = CpuClock::start();
        for (number, cid) in cids.iter().enumerate() {
            tokio::spawn(asker(cid.clone(), Arc::clone(&hub)));
            if number % BATCH == 0 {
                tokio::task::yield_now().await;
            }
        }
        hub.parked.reached.notified().await;
        let took = clock.elapsed();
        assert_eq!(hub.ended.now(), 0);
        then(hub, took).await
    })
}

/// W2.
pub fn request_reply(runtime: Runtime, count: u64) -> Phases {
    let cids: Vec<String> = (0..count).map(cid).collect();
    let order = shuffled(count);
    let replies = &cids;
    parked(runtime, &cids, |hub, park| async move {
        let clock = CpuClock::start();
        for (number, at) in order.into_iter().enumerate() {
            hub.publish(Reply { cid: replies[at as usize].clone(), result: String::new() });
            if number % BATCH == 0 {
                tokio::task::yield_now().await;
            }
        }
        hub.ended.reached.notified().await;
        Phases { park, correlate: clock.elapsed() }
    })
}

/// Calls `measure` while `count` tasks of W2 wait.
pub fn while_parked<T>(cids: &[String], measure: impl FnOnce() -> T) -> T {
    parked(Runtime::Default, cids, |_hub, _| async move { measure() })
}

/// Messages to a manager of W3.
enum ToManager {
    Ack,
    StageCompleted,
}

struct StageRequest {
    cid: String,
    stage: u32,
}

/// What the tasks of W3 share.
struct Shop {
    managers: Mutex<HashMap<String, mpsc::UnboundedSender<ToManager>>>,
    sink: mpsc::UnboundedSender<String>,
    messages: AtomicU64,
    ended: Count,
}

impl Shop {
    fn to_manager(&self, cid: &str, message: ToManager) {
        self.messages.fetch_add(1, Ordering::Relaxed);
        if let Some(manager) = self.managers.lock().expect("no task panics").get(cid) {
            manager.send(message).ok();
        }
    }
}

async fn manager(cid: String, shop: Arc<Shop>) {
    let (sender, mut inbox) = mpsc::unbounded_channel();
    shop.managers.lock().expect("no task panics").insert(cid.clone(), sender);
    let mut stage = 1;
    while stage <= 2 {
        let request = StageRequest { cid: cid.clone(), stage };
        shop.messages.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(child(request, Arc::clone(&shop)));
        let (mut acked, mut completed) = (false, false);
        while !(acked && completed) {
            match inbox.recv().await {
                Some(ToManager::Ack) => acked = true,
                Some(ToManager::StageCompleted) => completed = true,
                None => return,
            }
        }
        stage += 1;
    }
    shop.managers.lock().expect("no task panics").remove(&cid);
    shop.messages.fetch_add(1, Ordering::Relaxed);
    shop.sink.send(cid).ok();
    shop.ended.one();
}

async fn child(request: StageRequest, shop: Arc<Shop>) {
    shop.to_manager(&request.cid, ToManager::Ack);
    let stage = std::hint::black_box(request.stage);
    let last = std::hint::black_box(stage == 2);
    std::hint::black_box((stage, last));
    shop.to_manager(&request.cid, ToManager::StageCompleted);
    shop.ended.one();
}

/// W3.
pub fn process_manager(runtime: Runtime, count: u64) -> Duration {
    let cids: Vec<String> = (0..count).map(cid).collect();
    runtime.run(async move {
        let (sink, mut sent) = mpsc::unbounded_channel::<String>();
        let shop = Arc::new(Shop {
            managers: Mutex::default(),
            sink,
            messages: AtomicU64::new(0),
            ended: Count::to(3 * count),
        });
        let done = tokio::spawn(async move {
            let mut orders = 0_u64;
            while orders < count && sent.recv().await.is_some() {
                orders += 1;
            }
            orders
        });
        let clock = CpuClock::start();
        for (number, cid) in cids.iter().enumerate() {
            shop.messages.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(manager(cid.clone(), Arc::clone(&shop)));
            if number % BATCH == 0 {
                tokio::task::yield_now().await;
            }
        }
        shop.ended.reached.notified().await;
        let orders = done.await.expect("the sink ends");
        let took = clock.elapsed();
        assert_eq!((orders, shop.messages.load(Ordering::Relaxed)), (count, 8 * count));
        took
    })
}
