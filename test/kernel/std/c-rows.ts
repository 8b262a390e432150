// One small C program a group: it lives under the group, and dies on each of `breaks` when the group is spliced without it.
// All of them are one executable that is told which to be; glibc's build unless the row says musl.

export interface Row {
  /** As after `use`. */
  readonly group: string;
  /** The body of a function; what it returns is the exit status if it is not 0. */
  readonly c: string;
  readonly breaks: readonly string[];
  readonly libc?: "musl";
  /** Items beside the group's. */
  readonly beside?: readonly string[];
  /** How it ends; `exited 0` where left out. */
  readonly ends?: string;
}

export const HEADERS = `
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/futex.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <syslog.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

static _Alignas(4096) char page[4096], byte[8];
static struct iovec vector = {byte, 1};
static struct timespec none;
static struct sockaddr_in loopback = {.sin_family = AF_INET, .sin_port = 256};
static struct sockaddr_un nowhere = {.sun_family = AF_UNIX, .sun_path = "no-such-socket"};
static void ignore(int sig) {}
static void *thread(void *unused) { return 0; }
`;

export const ROWS: readonly Row[] = [
  // io
  {
    group: "read",
    c: "read(0, byte, 1); readv(0, &vector, 1); pread(0, byte, 1, 0); preadv(0, &vector, 1, 0); preadv2(0, &vector, 1, 0, RWF_HIPRI);",
    breaks: ["read", "readv", "pread64", "preadv", "preadv2"],
  },
  {
    group: "write",
    c: "write(2, byte, 1); writev(2, &vector, 1); pwrite(2, byte, 1, 0); pwritev(2, &vector, 1, 0); pwritev2(2, &vector, 1, 0, RWF_HIPRI);",
    breaks: ["write", "writev", "pwrite64", "pwritev", "pwritev2"],
  },
  { group: "close", c: "close(9); close_range(9, 10, 0);", breaks: ["close", "close_range"] },
  { group: "seek", c: "lseek(0, 0, SEEK_CUR);", breaks: ["lseek"] },
  {
    group: "read_ahead",
    c: "posix_fadvise(0, 0, 0, POSIX_FADV_SEQUENTIAL); readahead(0, 0, 1);",
    breaks: ["fadvise64", "readahead"],
  },
  {
    group: "copy",
    c: "sendfile(2, 0, 0, 1); copy_file_range(0, 0, 2, 0, 1, 0); splice(0, 0, 2, 0, 1, 0);",
    breaks: ["sendfile", "copy_file_range", "splice"],
  },
  { group: "ftruncate", c: "ftruncate(0, 0); fallocate(0, 0, 0, 1);", breaks: ["ftruncate", "fallocate"] },
  {
    group: "sync",
    c: "fsync(0); fdatasync(0); sync_file_range(0, 0, 1, 0); msync(page, 4096, MS_SYNC);",
    breaks: ["fsync", "fdatasync", "sync_file_range", "msync"],
  },
  { group: "dup", c: "dup(0); dup2(0, 9); dup3(0, 9, O_CLOEXEC);", breaks: ["dup", "dup2", "dup3"] },
  {
    group: "pipe",
    c: "int ends[2]; if (pipe2(ends, O_CLOEXEC)) return 1; syscall(SYS_pipe, ends);",
    breaks: ["pipe2", "pipe"],
  },
  { group: "fcntl_only({F_GETFD})", c: "return fcntl(0, F_GETFD) < 0;", breaks: ["fcntl"] },
  {
    group: "safe_fcntl",
    c: "struct flock all = {.l_type = F_RDLCK}; fcntl(0, F_SETLK, &all); return fcntl(0, F_DUPFD_CLOEXEC, 9) != 9;",
    breaks: ["fcntl"],
  },
  {
    group: "poll",
    c: "struct pollfd in = {0, POLLIN}; poll(&in, 1, 0); ppoll(&in, 1, &none, 0);",
    breaks: ["poll", "ppoll"],
  },
  {
    group: "select",
    c: "struct timeval now = {0}; syscall(SYS_select, 0, 0, 0, 0, &now); pselect(0, 0, 0, 0, &none, 0);",
    breaks: ["select", "pselect6"],
  },
  {
    group: "epoll_wait",
    c: "struct epoll_event one; epoll_wait(9, &one, 1, 0); epoll_pwait(9, &one, 1, 0, 0); epoll_pwait2(9, &one, 1, &none, 0);",
    breaks: ["epoll_wait", "epoll_pwait", "epoll_pwait2"],
  },
  {
    group: "epoll",
    c: "struct epoll_event in = {.events = EPOLLIN}; int fd = epoll_create1(0); epoll_create(1); epoll_ctl(fd, EPOLL_CTL_ADD, 2, &in); epoll_wait(fd, &in, 1, 0);",
    breaks: ["epoll_create1", "epoll_create", "epoll_ctl", "epoll_wait"],
  },
  { group: "eventfd", c: "eventfd(0, 0); syscall(SYS_eventfd, 0);", breaks: ["eventfd2", "eventfd"] },
  {
    group: "inotify",
    c: 'int fd = inotify_init1(IN_NONBLOCK); int watch = inotify_add_watch(fd, ".", IN_CREATE); read(fd, page, 4096); inotify_rm_watch(fd, watch); close(fd); syscall(SYS_inotify_init);',
    breaks: ["inotify_init1", "inotify_add_watch", "read", "inotify_rm_watch", "close", "inotify_init"],
  },
  { group: "tcgets", c: "return isatty(0);", breaks: ["ioctl"] },
  { group: "isatty", libc: "musl", c: "return isatty(0);", breaks: ["ioctl"] },

  // files
  {
    group: "open_read",
    c: 'syscall(SYS_openat2, 0, "/", 0, 0); int fd = open("/", O_RDONLY | O_CLOEXEC); syscall(SYS_open, "/", O_RDONLY); return fd < 0;',
    breaks: ["openat", "open"],
  },
  {
    group: "open_read",
    c: 'open("made", O_RDONLY | O_CREAT, 0600);',
    breaks: [],
    ends: "violation openat",
  },
  {
    group: "open",
    c: 'int fd = open("made", O_RDWR | O_CREAT | O_TRUNC, 0600); syscall(SYS_open, "made", O_RDWR); syscall(SYS_creat, "made", 0600); syscall(SYS_openat2, 0, "/", 0, 0); return fd < 0;',
    breaks: ["openat", "open", "creat", "openat2"],
  },
  {
    group: "stat",
    c: 'struct stat s; struct statfs f; struct statx x; fstat(0, &s); statx(0, "", AT_EMPTY_PATH, 0, &x); statfs(".", &f); fstatfs(0, &f); syscall(SYS_stat, ".", &s); syscall(SYS_lstat, ".", &s); syscall(SYS_fstat, 0, &s);',
    breaks: ["newfstatat", "statx", "statfs", "fstatfs", "stat", "lstat", "fstat"],
  },
  {
    group: "access",
    c: 'access(".", R_OK); faccessat(AT_FDCWD, ".", R_OK, AT_EACCESS); syscall(SYS_faccessat, AT_FDCWD, ".", R_OK);',
    breaks: ["access", "faccessat2", "faccessat"],
  },
  {
    group: "readdir",
    c: "syscall(SYS_getdents64, 9, page, 4096); syscall(SYS_getdents, 9, page, 4096);",
    breaks: ["getdents64", "getdents"],
  },
  {
    group: "readlink",
    libc: "musl",
    c: 'int n = readlink("/proc/self/exe", page, 4096); readlinkat(AT_FDCWD, ".", page, 4096); return n <= 0;',
    breaks: ["readlink", "readlinkat"],
  },
  { group: "readlink", c: 'return readlink("/proc/self/exe", page, 4096) <= 0;', breaks: [] },
  { group: "close", c: 'return readlink("/proc/self/exe", page, 4096) != -1 || errno != ENOENT;', breaks: [] },
  {
    group: "working_folder",
    c: 'getcwd(page, 4096); chdir("."); fchdir(9);',
    breaks: ["getcwd", "chdir", "fchdir"],
  },
  { group: "link", c: 'link("a", "b"); linkat(AT_FDCWD, "a", AT_FDCWD, "b", 0);', breaks: ["link", "linkat"] },
  { group: "symlink", c: 'symlink("a", "s1"); symlinkat("a", AT_FDCWD, "s2");', breaks: ["symlink", "symlinkat"] },
  { group: "mkdir", c: 'mkdir("d1", 0700); mkdirat(AT_FDCWD, "d2", 0700);', breaks: ["mkdir", "mkdirat"] },
  {
    group: "rename",
    c: 'rename("a", "b"); renameat(AT_FDCWD, "a", AT_FDCWD, "b"); renameat2(AT_FDCWD, "a", AT_FDCWD, "b", RENAME_NOREPLACE);',
    breaks: ["rename", "renameat", "renameat2"],
  },
  {
    group: "unlink",
    c: 'unlink("a"); unlinkat(AT_FDCWD, "a", 0); rmdir("a");',
    breaks: ["unlink", "unlinkat", "rmdir"],
  },
  {
    group: "chmod",
    c: 'chmod("a", 0600); fchmod(9, 0600); fchmodat(AT_FDCWD, "a", 0600, 0); syscall(452, AT_FDCWD, "a", 0600, 0); umask(077);',
    breaks: ["chmod", "fchmod", "fchmodat", "fchmodat2", "umask"],
  },
  {
    group: "chown",
    c: 'chown("a", 0, 0); lchown("a", 0, 0); fchown(9, 0, 0); fchownat(AT_FDCWD, "a", 0, 0, 0);',
    breaks: ["chown", "lchown", "fchown", "fchownat"],
  },
  {
    group: "utime",
    c: 'utimensat(AT_FDCWD, "a", 0, 0); syscall(SYS_utime, "a", 0); syscall(SYS_utimes, "a", 0); syscall(SYS_futimesat, AT_FDCWD, "a", 0);',
    breaks: ["utimensat", "utime", "utimes", "futimesat"],
  },
  { group: "truncate", c: 'truncate("a", 0);', breaks: ["truncate"] },
  { group: "flock", c: "flock(0, LOCK_SH);", breaks: ["flock"] },

  // memory
  {
    group: "mmap_only({PROT_READ}, {MAP_SHARED | MAP_ANONYMOUS})",
    c: "return mmap(0, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;",
    breaks: ["mmap"],
  },
  {
    group: "mmap_only({PROT_READ}, {MAP_SHARED | MAP_ANONYMOUS})",
    c: "mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);",
    breaks: [],
    ends: "violation mmap",
  },
  {
    group: "private_memory",
    c: "void *p = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); *(char *)p = 1; return munmap(p, 4096);",
    breaks: ["mmap", "munmap"],
  },
  {
    group: "private_memory",
    c: "mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
    breaks: [],
    ends: "violation mmap",
  },
  {
    group: "mmap_without_exec",
    c: "return mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;",
    breaks: ["mmap"],
  },
  {
    group: "mprotect_without_exec",
    c: "return mprotect(page, 4096, PROT_READ | PROT_WRITE);",
    breaks: ["mprotect"],
  },
  { group: "mprotect_without_exec", c: "mprotect(page, 4096, PROT_EXEC);", breaks: [], ends: "violation mprotect" },
  {
    group: "pkey_mprotect_without_exec",
    c: "syscall(SYS_pkey_mprotect, page, 4096, PROT_READ | PROT_WRITE, -1);",
    breaks: ["pkey_mprotect"],
  },
  {
    group: "executable_memory",
    c: `unsigned char *code = mmap(0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); code[0] = 0xc3; ((void (*)(void))code)();
        mprotect(page, 4096, 7); int key = pkey_alloc(0, 0); pkey_mprotect(page, 4096, 7, -1); syscall(SYS_pkey_mprotect, page, 4096, 7, -1); pkey_free(key); return munmap(code, 4096);`,
    breaks: ["mmap", "mprotect", "pkey_alloc", "pkey_mprotect", "pkey_free", "munmap"],
  },
  {
    group: "mlock",
    c: "mlock(page, 4096); munlock(page, 4096); mlock2(page, 4096, MLOCK_ONFAULT);",
    breaks: ["mlock", "munlock", "mlock2"],
  },
  { group: "wipe_on_fork", c: "madvise(page, 4096, -1); madvise(page, 4096, MADV_WIPEONFORK);", breaks: ["madvise"] },
  { group: "limited_madvise", c: "return madvise(page, 4096, MADV_DONTDUMP);", breaks: ["madvise"] },
  { group: "populate", c: "return madvise(page, 4096, MADV_POPULATE_WRITE);", breaks: ["madvise"] },
  {
    group: "shared_memory",
    c: "struct stat s; fstat(0, &s); mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 0, 0); munmap(page, 0); close(9);",
    breaks: ["newfstatat", "mmap", "munmap", "close"],
  },
  { group: "vma_name", c: 'prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, page, 4096, "p");', breaks: ["prctl"] },
  { group: "vma_name", c: "prctl(PR_SET_DUMPABLE, 1);", breaks: [], ends: "violation prctl" },

  // malloc
  {
    group: "system_malloc",
    c: `char *small = malloc(100), *big = malloc(1 << 20); memset(big, 1, 1 << 20); big = realloc(big, 16 << 20);
        int ok = small && big && big[1000] == 1; free(big); free(small); return !ok;`,
    breaks: ["mmap", "mremap", "munmap"],
  },
  {
    group: "system_malloc",
    libc: "musl",
    c: `char *small = malloc(100), *big = malloc(1 << 20); memset(big, 1, 1 << 20); big = realloc(big, 16 << 20);
        int ok = small && big && big[1000] == 1; free(big); free(small); return !ok;`,
    breaks: ["mremap", "munmap"],
  },

  // threads
  { group: "futex_op(FUTEX_WAKE)", c: "syscall(SYS_futex, page, FUTEX_WAKE_PRIVATE, 1);", breaks: ["futex"] },
  {
    group: "futex_op(FUTEX_WAKE)",
    c: "syscall(SYS_futex, page, FUTEX_WAIT, 1, 0);",
    breaks: [],
    ends: "violation futex",
  },
  {
    group: "threads",
    c: "pthread_t t; if (pthread_create(&t, 0, thread, 0)) return 1; return pthread_join(t, 0);",
    breaks: ["clone", "mprotect", "mmap", "exit"],
  },
  {
    group: "threads",
    libc: "musl",
    c: "pthread_t t; if (pthread_create(&t, 0, thread, 0)) return 1; return pthread_join(t, 0);",
    breaks: ["clone", "mmap", "exit", "rt_sigprocmask"],
  },
  { group: "threads", c: "fork();", breaks: [], ends: "violation clone" },
  {
    group: "restartable_sequences",
    c: 'syscall(SYS_getcpu, 0, 0, 0); syscall(SYS_membarrier, 0, 0, 0); int fd = open("/sys/devices/system/cpu/possible", O_RDONLY); read(fd, page, 4096); close(fd); cpu_set_t set; sched_getaffinity(0, sizeof set, &set); poll(0, 0, 0); mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); prctl(PR_SET_VMA, 0, page, 4096, 0);',
    breaks: ["getcpu", "membarrier", "openat", "read", "close", "sched_getaffinity", "poll", "mmap", "prctl"],
  },
  {
    group: "restartable_sequences_slow_fences",
    c: "cpu_set_t set; sched_getaffinity(0, sizeof set, &set); return sched_setaffinity(0, sizeof set, &set);",
    breaks: ["sched_setaffinity", "sched_getaffinity"],
  },

  // process
  { group: "exit", c: "syscall(SYS_exit, 0);", breaks: ["exit"] },
  {
    group: "fork",
    c: "if (fork() == 0) _exit(0); if (syscall(SYS_fork) == 0) _exit(0); if (vfork() == 0) _exit(0);",
    breaks: ["clone", "fork", "vfork"],
  },
  { group: "fork", c: "unshare(CLONE_NEWUSER);", breaks: [], ends: "violation unshare" },
  { group: "fork", c: "syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);", breaks: [], ends: "violation clone" },
  {
    group: "exec",
    c: 'char *none[] = {0}; execve("no-such-program", none, none); syscall(SYS_execveat, AT_FDCWD, "no-such-program", none, none, 0);',
    breaks: ["execve", "execveat"],
  },
  { group: "wait", c: "waitpid(-1, 0, 0); waitid(P_ALL, 0, 0, WEXITED);", breaks: ["wait4", "waitid"] },
  {
    group: "signals",
    c: 'sigset_t all; sigfillset(&all); signal(SIGTRAP, ignore); __asm__("int3"); sigprocmask(SIG_BLOCK, &all, 0);',
    breaks: ["rt_sigaction", "rt_sigreturn"],
  },
  {
    group: "signals",
    libc: "musl",
    c: "sigset_t all; stack_t stack = {.ss_sp = page, .ss_size = 4096}; sigfillset(&all); sigaltstack(&stack, 0); sigprocmask(SIG_BLOCK, &all, 0);",
    breaks: ["sigaltstack", "rt_sigprocmask"],
  },
  {
    group: "await_signals",
    c: "sigset_t all; sigfillset(&all); sigpending(&all); sigfillset(&all); sigtimedwait(&all, 0, &none); signalfd(-1, &all, 0); syscall(SYS_signalfd, -1, &all, 8);",
    breaks: ["rt_sigpending", "rt_sigtimedwait", "signalfd4", "signalfd"],
  },
  { group: "abort", c: "abort();", breaks: ["tgkill"], ends: "signaled SIGABRT" },
  { group: "abort", libc: "musl", c: "abort();", breaks: ["tkill", "rt_sigprocmask"], ends: "signaled SIGABRT" },
  { group: "abort", c: "raise(SIGURG);", breaks: [], ends: "violation tgkill" },
  { group: "kill_self", c: "return raise(SIGURG);", breaks: ["tgkill", "getpid", "gettid"] },
  { group: "kill_self", libc: "musl", c: "return raise(SIGURG);", breaks: ["tkill", "rt_sigprocmask"] },
  {
    group: "kill_any",
    c: "kill(0, 0); syscall(SYS_tkill, 0, 0); syscall(SYS_tgkill, 0, 0, 0);",
    breaks: ["kill", "tkill", "tgkill"],
  },
  {
    group: "ids",
    c: "uid_t u[3]; getuid(); geteuid(); getresuid(u, u, u); getgid(); getegid(); getresgid(u, u, u); getgroups(0, 0);",
    breaks: ["getuid", "geteuid", "getresuid", "getgid", "getegid", "getresgid", "getgroups"],
  },
  { group: "pids", c: "getpid(); getppid(); gettid();", breaks: ["getpid", "getppid", "gettid"] },
  { group: "pgids", c: "getpgid(0); syscall(SYS_getpgrp); getsid(0);", breaks: ["getpgid", "getpgrp", "getsid"] },
  {
    group: "getrlimit",
    libc: "musl",
    c: "struct rlimit r; syscall(SYS_getrlimit, RLIMIT_NOFILE, &r); return getrlimit(RLIMIT_NOFILE, &r);",
    breaks: ["getrlimit", "prlimit64"],
  },
  {
    group: "getrlimit",
    c: "struct rlimit r = {100, 100}; setrlimit(RLIMIT_NOFILE, &r);",
    breaks: [],
    ends: "violation prlimit64",
  },
  {
    group: "setrlimit",
    libc: "musl",
    c: "struct rlimit r = {100, 100}; syscall(SYS_setrlimit, RLIMIT_NOFILE, &r); return setrlimit(RLIMIT_NOFILE, &r);",
    breaks: ["setrlimit", "prlimit64"],
  },
  {
    group: "usage",
    c: "struct rusage r; struct tms t; getrusage(RUSAGE_SELF, &r); times(&t);",
    breaks: ["getrusage", "times"],
  },
  { group: "thread_name", c: 'return prctl(PR_SET_NAME, "name");', breaks: ["prctl"] },
  { group: "thread_name", c: "prctl(PR_SET_DUMPABLE, 1);", breaks: [], ends: "violation prctl" },

  // time
  {
    group: "time",
    c: "struct timespec t; struct timeval v; syscall(SYS_time, 0); syscall(SYS_gettimeofday, &v, 0); syscall(SYS_clock_gettime, 0, &t); syscall(SYS_clock_getres, 0, &t);",
    breaks: ["time", "gettimeofday", "clock_gettime", "clock_getres"],
  },
  {
    group: "sleep",
    c: "clock_nanosleep(CLOCK_MONOTONIC, 0, &none, 0); syscall(SYS_nanosleep, &none, 0);",
    breaks: ["clock_nanosleep", "nanosleep"],
  },
  {
    group: "alarm",
    c: "struct itimerval off = {0}; alarm(0); setitimer(ITIMER_REAL, &off, 0); getitimer(ITIMER_REAL, &off);",
    breaks: ["alarm", "setitimer", "getitimer"],
  },
  {
    group: "posix_timers",
    c: `struct sigevent silent = {.sigev_notify = SIGEV_NONE}; timer_t t; struct itimerspec s = {0};
        if (timer_create(CLOCK_MONOTONIC, &silent, &t)) return 1; timer_settime(t, 0, &s, 0); timer_gettime(t, &s); timer_getoverrun(t); timer_delete(t);`,
    breaks: ["timer_create", "timer_settime", "timer_gettime", "timer_getoverrun", "timer_delete"],
  },
  {
    group: "timerfd",
    c: "struct itimerspec s = {0}; int fd = timerfd_create(CLOCK_MONOTONIC, 0); timerfd_settime(fd, 0, &s, 0); timerfd_gettime(fd, &s);",
    breaks: ["timerfd_create", "timerfd_settime", "timerfd_gettime"],
  },

  // kernel
  { group: "random", libc: "musl", c: "return getrandom(byte, 8, GRND_NONBLOCK) != 8;", breaks: ["getrandom"] },
  {
    group: "system_info",
    libc: "musl",
    c: "struct utsname u; struct sysinfo s; cpu_set_t set; uname(&u); sysinfo(&s); syscall(SYS_getcpu, 0, 0, 0); sched_getaffinity(0, sizeof set, &set);",
    breaks: ["uname", "sysinfo", "getcpu", "sched_getaffinity"],
  },
  { group: "safe_bpf", c: "syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, 0, 0);", breaks: ["bpf"] },
  { group: "safe_bpf", c: "syscall(SYS_bpf, BPF_PROG_LOAD, 0, 0);", breaks: [], ends: "violation bpf" },

  // logging
  { group: "log_to(2)", c: 'write(2, "line\\n", 5); getpid();', breaks: ["write", "getpid"] },
  { group: "log_to(2)", c: 'write(3, "line\\n", 5);', breaks: [], ends: "violation write" },
  {
    group: "syslog",
    c: 'openlog("name", LOG_PID, LOG_USER); syslog(LOG_INFO, "line"); closelog();',
    breaks: ["socket", "connect"],
    beside: ["use system_malloc"],
  },

  // net
  {
    group: "socket_io",
    c: `int ends[2]; char *hi = "hi"; struct msghdr m = {.msg_iov = &vector, .msg_iovlen = 1}; struct mmsghdr mm = {m}; socklen_t n = 8;
        if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends)) return 1;
        send(ends[0], hi, 2, 0); sendmsg(ends[0], &m, 0); sendmmsg(ends[0], &mm, 1, 0); recv(ends[1], byte, 8, 0); recvmsg(ends[1], &m, 0); recvmmsg(ends[1], &mm, 1, 0, 0);
        getsockopt(ends[0], SOL_SOCKET, SO_TYPE, byte, &n); setsockopt(ends[0], SOL_SOCKET, SO_DEBUG, byte, 4); n = 8; getsockname(ends[0], (void *)page, &n); getpeername(ends[0], (void *)page, &n); shutdown(ends[0], SHUT_RDWR);`,
    breaks: [
      "sendto",
      "sendmsg",
      "sendmmsg",
      "recvfrom",
      "recvmsg",
      "recvmmsg",
      "getsockopt",
      "setsockopt",
      "getsockname",
      "getpeername",
      "shutdown",
    ],
    beside: ["use socketpair"],
  },
  {
    group: "connect_inet",
    c: `int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); connect(fd, (void *)&loopback, sizeof loopback);
        return socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) != -1 || errno != EAFNOSUPPORT;`,
    breaks: ["socket", "connect"],
  },
  {
    group: "connect_inet",
    c: "return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) != -1 || errno != EAFNOSUPPORT;",
    breaks: ["socket"],
  },
  {
    group: "listen_inet",
    c: `int fd = socket(AF_INET6, SOCK_STREAM, 0); struct sockaddr_in6 any = {.sin6_family = AF_INET6}; bind(fd, (void *)&any, sizeof any); listen(fd, 1);
        fcntl(fd, F_SETFL, O_NONBLOCK); accept4(fd, 0, 0, SOCK_CLOEXEC); accept(fd, 0, 0);`,
    breaks: ["socket", "bind", "listen", "accept4", "accept"],
    beside: ["use safe_fcntl"],
  },
  {
    group: "connect_unix",
    c: `int fd = socket(AF_UNIX, SOCK_STREAM, 0); connect(fd, (void *)&nowhere, sizeof nowhere); return socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT;`,
    breaks: ["socket", "connect"],
  },
  {
    group: "listen_unix",
    c: `int fd = socket(AF_UNIX, SOCK_STREAM, 0); bind(fd, (void *)&nowhere, 2); listen(fd, 1); fcntl(fd, F_SETFL, O_NONBLOCK); accept4(fd, 0, 0, SOCK_CLOEXEC); accept(fd, 0, 0);`,
    breaks: ["socket", "bind", "listen", "accept4", "accept"],
    beside: ["use safe_fcntl"],
  },
  { group: "socketpair", c: "int ends[2]; return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);", breaks: ["socketpair"] },
];
