//! The threads of the program.

use std::error::Error as _;
use std::iter;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder, ScopedJoinHandle};

/// Stack of a thread: deep nesting in a file must not exhaust it before the limits are reached.
const STACK: usize = 16 << 20;

/// So many threads cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {0} threads: try fewer with --jobs")]
pub struct ThreadsError(usize);

/// Sets the number of threads over which the pages of a PDF, and the files of a dataset, are spread. Where a process
/// asks more than once, the first number stays; results do not depend on it.
pub fn use_threads(count: usize) -> Result<(), ThreadsError> {
    let built = rayon::ThreadPoolBuilder::new().num_threads(count).stack_size(STACK).build_global();
    match built {
        // Only threads that cannot be started have a cause; the other error is that the pool is there already.
        Err(error) if error.source().is_some() => Err(ThreadsError(count)),
        _ => Ok(()),
    }
}

/// Runs `work` on the threads of [`use_threads`].
///
/// They hold memory that earlier work has left free, which threads that begin would not have.
pub(crate) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// Runs `work` on so many threads of its own, or on as many as the system gives, and gives what each came to.
///
/// They are not those of [`use_threads`]: a thread of a pool that waits for the pages of one document takes up another
/// one meanwhile, whose time would count on the first, and both would be held in memory.
pub(crate) fn side_by_side<T: Send>(count: usize, work: impl Fn() -> T + Sync) -> Result<Vec<T>, ThreadsError> {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count).filter_map(|_| builder().spawn_scoped(scope, &work).ok()).collect();
        if threads.is_empty() && count > 0 {
            return Err(ThreadsError(count));
        }
        Ok(threads.into_iter().map(end).collect())
    })
}

/// Runs `work` for each item on so many threads of its own, and gives the results in the order of the items.
pub fn map_side_by_side<I: Sync, T: Send>(
    items: &[I],
    count: usize,
    work: impl Fn(&I) -> T + Sync,
) -> Result<Vec<T>, ThreadsError> {
    let next = AtomicUsize::new(0);
    let numbers = || iter::from_fn(|| Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < items.len()));
    let done = side_by_side(count.min(items.len()), || numbers().map(|n| (n, work(&items[n]))).collect::<Vec<_>>())?;
    let mut done: Vec<(usize, T)> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

/// Runs `work` on one thread of its own.
pub(crate) fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, ThreadsError> {
    thread::scope(|scope| builder().spawn_scoped(scope, work).map(end).map_err(|_| ThreadsError(1)))
}

fn builder() -> Builder {
    Builder::new().stack_size(STACK)
}

fn end<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
