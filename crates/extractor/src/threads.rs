//! Work that is shared out to threads.

/// Does two things side by side. They are done one after the other outside of a pool, where all threads have documents of
/// their own: to hand these things over would take longer.
pub(crate) fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    if rayon::current_thread_index().is_some() { rayon::join(one, other) } else { (one(), other()) }
}
