#[cfg(not(all(target_os = "linux", any(BUILD))))]
compile_error!("sandbox_me_here() of policy POLICY needs Linux on ARCHES");

use std::arch::asm;
use std::{error, fmt, fs, io, process, ptr};

/// struct sock_filter of linux/filter.h: code, jt, jf, k. The kernel alone reads it.
#[allow(dead_code)]
#[repr(C)]
struct Instruction(u16, u8, u8, u32);

/// struct sock_fprog.
#[allow(dead_code)]
#[repr(C)]
struct Program {
    length: u16,
    instructions: *const Instruction,
}

//@ filters

/// What kept the sandbox from being set up. No filter is installed on any thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// A step and its errno. EALREADY: it has been called before. EBUSY: io_uring has threads here.
    Refused { step: &'static str, errno: i32 },
    /// This thread has a filter of its own and could not follow.
    Diverged { thread: i32 },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Refused { step, errno } => {
                let reason = io::Error::from_raw_os_error(*errno);
                write!(out, "sandbox policy POLICY: {}: {}", step, reason)
            }
            Error::Diverged { thread } => {
                write!(out, "sandbox policy POLICY: thread {} has a filter of its own and cannot follow", thread)
            }
        }
    }
}

impl error::Error for Error {}

const PR_SET_NO_NEW_PRIVS: usize = 38;
const PR_GET_NO_NEW_PRIVS: usize = 39;
const PR_SET_SECCOMP: usize = 22;
const SECCOMP_MODE_FILTER: usize = 2;
const SECCOMP_SET_MODE_FILTER: usize = 1;
const SECCOMP_FILTER_FLAG_TSYNC: usize = 1;
const EPERM: isize = 1;
const EFAULT: isize = 14;
const EBUSY: isize = 16;
const ENOSYS: isize = 38;
const EALREADY: isize = 114;

/// Sandboxes every thread of this program for good, those that start later too. An error means that no filter is installed on
/// any thread. Aborts where TSYNC is missing in the kernel and there are several threads, and where a success turns out to be
/// none.
pub fn sandbox_me_here() -> Result<(), Error> {
    let program = Program { length: FILTER.len() as u16, instructions: FILTER.as_ptr() };
    let program: *const Program = &program;

    // Whoever answers the canary now would answer it afterwards too, and prove nothing.
    if call(CANARY, 0, 0, ptr::null()) == -CANARY_ERRNO {
        return Err(refused("canary", -EALREADY));
    }
    let threads = count_threads()?;

    // With a NULL filter the kernel checks the flags first: EFAULT where it knows TSYNC, EINVAL or ENOSYS before Linux 3.17.
    let probe = call(SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, ptr::null());
    if probe != -EFAULT && threads != 1 {
        abort("this kernel has no SECCOMP_FILTER_FLAG_TSYNC, so a filter would cover one of several threads");
    }

    let set = call(PRCTL, PR_SET_NO_NEW_PRIVS, 1, ptr::null());
    if set != 0 {
        return Err(refused("PR_SET_NO_NEW_PRIVS", set));
    }
    // As root seccomp(2) succeeds without the bit, and a filter further out could have faked setting it.
    let bit = call(PRCTL, PR_GET_NO_NEW_PRIVS, 0, ptr::null());
    if bit != 1 {
        return Err(refused("PR_GET_NO_NEW_PRIVS", bit));
    }

    let result = if probe == -EFAULT {
        call(SECCOMP, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, program)
    } else if probe == -ENOSYS {
        call(PRCTL, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program)
    } else {
        call(SECCOMP, SECCOMP_SET_MODE_FILTER, 0, program)
    };
    if result < 0 {
        return Err(refused("seccomp", result));
    }
    if result > 0 {
        return Err(Error::Diverged { thread: result as i32 });
    }

    if call(CANARY, 0, 0, ptr::null()) != -CANARY_ERRNO {
        abort("success was reported, but the filter does not answer: a filter further out faked it");
    }
    Ok(())
}

/// What is not an errno was a wrong answer of the kernel's.
fn refused(step: &'static str, result: isize) -> Error {
    Error::Refused { step, errno: if result < 0 { -result } else { EPERM } as i32 }
}

/// A thread of io_uring is refused: it works without calls that a filter sees.
fn count_threads() -> Result<usize, Error> {
    let folder = "/proc/self/task";
    let unreadable = |error: io::Error| refused("/proc/self/task", -(error.raw_os_error().unwrap_or(0) as isize));
    let mut count = 0;
    for task in fs::read_dir(folder).map_err(unreadable)? {
        let comm = task.map_err(unreadable)?.path().join("comm");
        if fs::read(comm).map_or(false, |name| name.starts_with(b"iou-")) {
            return Err(refused("/proc/self/task", -EBUSY));
        }
        count += 1;
    }
    Ok(count)
}

/// Not a panic: what may or may not be sandboxed must not be caught.
fn abort(reason: &str) -> ! {
    eprintln!("sandbox_me_here: policy POLICY: {}", reason);
    process::abort()
}

/// The result, or -errno.
#[cfg(target_arch = "x86_64")]
fn call(number: usize, a: usize, b: usize, c: *const Program) -> isize {
    let result: isize;
    // SAFETY: prctl and seccomp with these arguments read at most the program that c points to, and write no memory.
    unsafe {
        asm!("syscall", inlateout("rax") number => result, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") 0usize,
            in("r8") 0usize, lateout("rcx") _, lateout("r11") _, options(nostack));
    }
    result
}

/// The result, or -errno.
#[cfg(target_arch = "aarch64")]
fn call(number: usize, a: usize, b: usize, c: *const Program) -> isize {
    let result: isize;
    // SAFETY: prctl and seccomp with these arguments read at most the program that c points to, and write no memory.
    unsafe {
        asm!("svc 0", in("x8") number, inlateout("x0") a => result, in("x1") b, in("x2") c, in("x3") 0usize,
            in("x4") 0usize, options(nostack));
    }
    result
}
