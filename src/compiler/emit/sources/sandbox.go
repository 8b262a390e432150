//go:build linux && (BUILD)

package PACKAGE

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// struct sock_filter and struct sock_fprog of linux/filter.h.
type instruction struct {
	code   uint16
	jt, jf uint8
	k      uint32
}

type program struct {
	length       uint16
	instructions *instruction
}

//@ filters

// Error says what kept the sandbox from being set up: the step and its errno. No filter is installed on any thread.
type Error struct {
	Step  string
	Errno syscall.Errno
	// Thread is the tid of the thread that has a filter of its own and could not follow, with ESRCH; else 0.
	Thread int
}

func (e *Error) Error() string {
	if e.Thread != 0 {
		return fmt.Sprintf("sandbox policy POLICY: thread %d has a filter of its own and cannot follow", e.Thread)
	}
	return fmt.Sprintf("sandbox policy POLICY: %s: %v", e.Step, e.Errno)
}

func (e *Error) Unwrap() error { return e.Errno }

// SandboxMeHere sandboxes every thread of this program for good, those that the Go runtime starts later too. An error means
// that no filter is installed on any thread; EALREADY that it has been called before. Where TSYNC is missing in the kernel
// and there are several threads, and where a success turns out to be none, the program ends with status 134 (128+SIGABRT).
func SandboxMeHere() error {
	const (
		setNoNewPrivs, getNoNewPrivs, setSeccomp, modeFilter = 38, 39, 22, 2 // prctl
		setModeFilter, flagTsync                             = 1, 1          // seccomp
	)
	filter, prctl, seccomp := platform()
	loaded := program{uint16(len(filter)), &filter[0]}

	// no_new_privs is a thread's own; with TSYNC the others take it over.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	// Whoever answers the canary now would answer it afterwards too, and prove nothing.
	if _, errno := call(canary, 0, 0, nil); errno == canaryErrno {
		return &Error{Step: "canary", Errno: syscall.EALREADY}
	}
	threads, err := countThreads()
	if err != nil {
		return err
	}

	// With a NULL filter the kernel checks the flags first: EFAULT where it knows TSYNC, EINVAL or ENOSYS before Linux 3.17.
	_, probe := call(seccomp, setModeFilter, flagTsync, nil)
	if probe != syscall.EFAULT && threads != 1 {
		abort("this kernel has no SECCOMP_FILTER_FLAG_TSYNC, so a filter would cover one of several threads")
	}

	if result, errno := call(prctl, setNoNewPrivs, 1, nil); result != 0 || errno != 0 {
		return refused("PR_SET_NO_NEW_PRIVS", errno)
	}
	// As root seccomp(2) succeeds without the bit, and a filter further out could have faked setting it.
	if result, errno := call(prctl, getNoNewPrivs, 0, nil); result != 1 || errno != 0 {
		return refused("PR_GET_NO_NEW_PRIVS", errno)
	}

	var result uintptr
	var errno syscall.Errno
	switch probe {
	case syscall.EFAULT:
		result, errno = call(seccomp, setModeFilter, flagTsync, unsafe.Pointer(&loaded))
	case syscall.ENOSYS:
		result, errno = call(prctl, setSeccomp, modeFilter, unsafe.Pointer(&loaded))
	default:
		result, errno = call(seccomp, setModeFilter, 0, unsafe.Pointer(&loaded))
	}
	if errno != 0 {
		return refused("seccomp", errno)
	}
	if result != 0 {
		return &Error{Step: "seccomp", Errno: syscall.ESRCH, Thread: int(result)}
	}

	if _, errno := call(canary, 0, 0, nil); errno != canaryErrno {
		abort("success was reported, but the filter does not answer: a filter further out faked it")
	}
	return nil
}

func call(number, a, b uintptr, c unsafe.Pointer) (uintptr, syscall.Errno) {
	result, _, errno := syscall.RawSyscall6(number, a, b, uintptr(c), 0, 0, 0)
	return result, errno
}

// Without an errno the kernel's answer was a wrong one.
func refused(step string, errno syscall.Errno) error {
	if errno == 0 {
		errno = syscall.EPERM
	}
	return &Error{Step: step, Errno: errno}
}

// A thread of io_uring is refused: it works without calls that a filter sees.
func countThreads() (int, error) {
	const folder = "/proc/self/task"
	tasks, err := os.ReadDir(folder)
	if err != nil {
		return 0, fmt.Errorf("sandbox policy POLICY: %w", err)
	}
	for _, task := range tasks {
		name, err := os.ReadFile(folder + "/" + task.Name() + "/comm")
		if err == nil && strings.HasPrefix(string(name), "iou-") {
			return 0, &Error{Step: folder, Errno: syscall.EBUSY}
		}
	}
	return len(tasks), nil
}

// Not a panic: what may or may not be sandboxed must not be recovered.
func abort(reason string) {
	fmt.Fprintln(os.Stderr, "SandboxMeHere: policy POLICY:", reason)
	os.Exit(134)
}
