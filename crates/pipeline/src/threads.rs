//! The threads of the program.

use std::error::Error as _;
use std::iter;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder, ScopedJoinHandle};

use rayon::ThreadPoolBuilder;

/// Stack of a thread: deep nesting in a file must not exhaust it before the limits are reached.
const STACK: usize = 16 << 20;

/// So many threads cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {0} threads: try fewer with --jobs")]
pub struct ThreadsError(usize);

/// Sets the number of threads over which the pages of a PDF, and the files of a dataset, are spread. Where a process
/// asks more than once, the first number stays; results do not depend on it.
pub fn use_threads(count: usize) -> Result<(), ThreadsError> {
    let built = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK).build_global();
    match built {
        // Only threads that cannot be started have a cause; the other error is that the pool is there already.
        Err(error) if error.source().is_some() => Err(ThreadsError(count)),
        _ => Ok(()),
    }
}

/// Runs `work` on the threads of [`use_threads`] or [`among_threads`].
///
/// They hold memory that earlier work has left free, which threads that begin would not have.
pub(crate) fn in_pool<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// Runs `work` on so many threads of its own, or on as many as the system gives, and gives what each came to.
///
/// They are not those of [`use_threads`]: a thread of a pool that waits for the pages of one document takes up another
/// one meanwhile, whose time would count on the first, and both would be held in memory. A single one of
/// [`among_threads`] stays where it is.
pub(crate) fn side_by_side<T: Send>(count: usize, work: impl Fn() -> T + Sync) -> Result<Vec<T>, ThreadsError> {
    if count == 1 && rayon::current_thread_index().is_some() {
        return Ok(vec![work()]);
    }
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

/// Runs `work`, the only one of its kind, on one of `count` threads, which share what it does side by side.
///
/// To hand all work to other threads and wait for them, as with [`use_threads`], costs a second thread much of its gain.
pub(crate) fn among_threads<T: Send>(count: usize, work: impl FnOnce() -> T + Send) -> Result<T, ThreadsError> {
    let one_of_them = || {
        let pool = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK).use_current_thread().build();
        let _pool = pool.map_err(|_| ThreadsError(count))?;
        Ok(work())
    };
    thread::scope(|scope| builder().spawn_scoped(scope, one_of_them).map(end).map_err(|_| ThreadsError(1)))?
}

/// Does two things side by side on the threads of a pool. Elsewhere all threads have documents of their own, and one is
/// done after the other.
pub(crate) fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    if rayon::current_thread_index().is_some() { rayon::join(one, other) } else { (one(), other()) }
}

/// Waits for something on a thread of its own, and does `work` meanwhile; one after the other where there is a single
/// thread for all work, or the system gives no other.
pub(crate) fn beside<T, W: Send>(wait: impl Fn() -> W + Sync, work: impl FnOnce() -> T) -> (T, W) {
    thread::scope(|scope| {
        let waiting = (rayon::current_num_threads() > 1).then(|| builder().spawn_scoped(scope, &wait).ok()).flatten();
        let done = work();
        (done, waiting.map_or_else(&wait, end))
    })
}

fn builder() -> Builder {
    Builder::new().stack_size(STACK)
}

fn end<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_work_is_done_by_one_of_the_threads() {
        for count in [1, 2, 3] {
            let place = || (rayon::current_num_threads(), rayon::current_thread_index());
            assert_eq!(among_threads(count, place).unwrap(), (count, Some(0)));
            let inside = || side_by_side(1, place);
            assert_eq!(among_threads(count, inside).unwrap().unwrap(), [(count, Some(0))], "it stays where it is");
        }
    }

    #[test]
    fn what_is_waited_for_does_not_hold_up_the_work() {
        let (sender, receiver) = std::sync::mpsc::channel();
        let receiver = std::sync::Mutex::new(receiver);
        let wait = || receiver.lock().unwrap().recv().unwrap();
        assert_eq!(beside(wait, || sender.send(1).is_ok()), (true, 1));
    }

    #[test]
    fn both_are_done_wherever_that_is() {
        let work = || both(|| 7, rayon::current_thread_index);
        assert_eq!(work(), (7, None), "outside of a pool, nothing is handed over");
        let (one, place) = among_threads(2, work).unwrap();
        assert!(one == 7 && place.is_some());
    }

    #[test]
    fn many_are_done_on_threads_of_their_own() {
        assert_eq!(side_by_side(3, rayon::current_thread_index).unwrap(), [None; 3]);
        assert_eq!(map_side_by_side(&[1, 2, 3, 4], 2, |n| n * n).unwrap(), [1, 4, 9, 16]);
    }
}
