//! How the heap is laid out, and given back.

/// Parts of the heap, at most: glibc's arenas.
///
/// Left alone, glibc gives each thread a part of its own, up to eight for each core, and what is freed in one part is
/// of no use to threads of another. See decision 0015 for what that takes and what fewer parts cost.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS_MAX: std::ffi::c_int = 3;

/// Has all threads share a few parts of the heap. For the beginning of `main`, before there are other threads.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc's settings are behind a C function")]
pub fn share() {
    // SAFETY: `mallopt` takes two numbers, changes settings of the allocator only, and no other thread is there yet.
    let done = unsafe { libc::mallopt(libc::M_ARENA_MAX, ARENAS_MAX) };
    debug_assert_eq!(done, 1, "glibc knows this setting");
}

/// Gives pages back to the system in which nothing is used any more. Takes some milliseconds, in which nobody gets memory
/// from the part that is being looked through.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc's heap is behind a C function")]
pub fn give_back() {
    // SAFETY: `malloc_trim` may be called by any thread at any time.
    unsafe { libc::malloc_trim(0) };
}

/// Other systems' allocators are as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn share() {}

/// Other systems' allocators are as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}
