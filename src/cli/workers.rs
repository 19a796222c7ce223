//! Many services on all processors: each thread has what it needs once, and takes the next service when it is done.

use crate::template::limits;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// Does `work` for every number below `count`, and gives the results in their order.
///
/// `prepare` makes what a thread needs; `done` is called on this thread after each piece of work.
pub fn run<T, R: Send>(
    count: usize,
    prepare: impl Fn() -> T + Sync,
    work: impl Fn(&T, usize) -> R + Sync,
    mut done: impl FnMut(usize),
) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut results: Vec<Option<R>> = Vec::new();
    results.resize_with(count, || None);
    let one = |sender: mpsc::Sender<(usize, R)>| {
        let prepared = prepare();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            // The receiver lives as long as the threads.
            if index >= count || sender.send((index, work(&prepared, index))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let mut threads = 0;
        for _ in 0..processors.min(count) {
            let sender = sender.clone();
            let thread = std::thread::Builder::new().stack_size(limits::STACK).spawn_scoped(scope, || one(sender));
            threads += usize::from(thread.is_ok());
        }
        if threads == 0 {
            // Where there are no threads to be had, this one does it.
            one(sender.clone());
        }
        drop(sender);
        for (count, (index, result)) in receiver.into_iter().enumerate() {
            if let Some(slot) = results.get_mut(index) {
                *slot = Some(result);
            }
            done(count + 1);
        }
    });
    results.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_stand_in_order() {
        let mut steps = Vec::new();
        let results = super::run(100, || 2, |factor, index| factor * index, |done| steps.push(done));
        assert_eq!(results, (0..100).map(|index| 2 * index).collect::<Vec<_>>());
        assert_eq!(steps.last(), Some(&100));
    }
}
