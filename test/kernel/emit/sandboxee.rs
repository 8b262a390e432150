// sandboxee SCENARIO: as sandboxee.c.
#![deny(warnings)]
mod guarded;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{mpsc, Arc, Barrier};
use std::{env, fs, process, thread};

const THREADS: usize = 10;

fn try_mkdir() -> &'static str {
    match fs::create_dir("/dev/null/never-made") {
        Err(error) if error.raw_os_error() == Some(13) => "EACCES",
        _ => "passed",
    }
}

fn print_modes() {
    let mut modes = String::from("modes");
    for task in fs::read_dir("/proc/self/task").unwrap() {
        let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap_or_default();
        for mode in status.lines().filter_map(|line| line.strip_prefix("Seccomp:\t")) {
            modes += " ";
            modes += mode;
        }
    }
    println!("{}", modes);
}

fn with_threads() {
    let started = Arc::new(Barrier::new(THREADS + 1));
    let sandboxed = Arc::new(Barrier::new(THREADS));
    let (mut ours, mut theirs) = UnixStream::pair().unwrap();
    let waiting: Vec<_> = (1..THREADS)
        .map(|_| {
            let (started, sandboxed) = (Arc::clone(&started), Arc::clone(&sandboxed));
            thread::spawn(move || {
                started.wait();
                sandboxed.wait();
                println!("mkdir {}", try_mkdir());
            })
        })
        .collect();
    let begun = Arc::clone(&started);
    let reader = thread::spawn(move || {
        begun.wait();
        theirs.read_exact(&mut [0]).unwrap();
        println!("mkdir {}", try_mkdir());
    });
    started.wait();
    println!("{:?}", guarded::sandbox_me_here());
    print_modes();
    sandboxed.wait();
    ours.write_all(&[0]).unwrap();
    for thread in waiting {
        thread.join().unwrap();
    }
    reader.join().unwrap();
    thread::spawn(|| println!("mkdir {}", try_mkdir())).join().unwrap();
}

extern "C" {
    fn prctl(option: i32, ...) -> i32;
}

/// PR_SET_NO_NEW_PRIVS and PR_SET_SECCOMP with a program that allows everything; gives the tid.
fn filter_itself() -> i32 {
    let all: u64 = 0x7fff_0000 << 32 | 6;
    let program: (usize, *const u64) = (1, &all);
    let passed = unsafe { prctl(38, 1usize, 0usize, 0usize, 0usize) + prctl(22, 2usize, &program) };
    assert_eq!(passed, 0);
    let link = fs::read_link("/proc/thread-self").unwrap();
    link.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

fn with_own_filter() {
    let sandboxed = Arc::new(Barrier::new(2));
    let (tell, told) = mpsc::channel();
    let waits = Arc::clone(&sandboxed);
    let other = thread::spawn(move || {
        tell.send(filter_itself()).unwrap();
        waits.wait();
    });
    let own = told.recv().unwrap();
    println!("{}", guarded::sandbox_me_here() == Err(guarded::Error::Diverged { thread: own }));
    print_modes();
    sandboxed.wait();
    other.join().unwrap();
}

fn main() {
    let scenario = env::args().nth(1).unwrap_or_default();
    if scenario == "threads" {
        return with_threads();
    }
    if scenario == "own-filter" {
        return with_own_filter();
    }
    match guarded::sandbox_me_here() {
        Ok(()) => println!("ok"),
        Err(error) => {
            println!("{:?}: {}", error, error);
            process::exit(1);
        }
    }
    if scenario == "twice" {
        println!("{:?}", guarded::sandbox_me_here());
    }
    if scenario == "forbidden" {
        println!("getppid {}", std::os::unix::process::parent_id());
    }
    print_modes();
    println!("mkdir {}", try_mkdir());
}
