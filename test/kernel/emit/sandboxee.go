// sandboxee SCENARIO: as sandboxee.c, with goroutines that are locked to ten threads.
package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"sandboxee/guarded"
)

const threads = 10

func tryMkdir() string {
	if errors.Is(syscall.Mkdir("/dev/null/never-made", 0o700), syscall.EACCES) {
		return "EACCES"
	}
	return "passed"
}

func printModes() {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		panic(err)
	}
	modes := "modes"
	for _, task := range tasks {
		status, err := os.ReadFile("/proc/self/task/" + task.Name() + "/status")
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(status), "\n") {
			if strings.HasPrefix(line, "Seccomp:\t") {
				modes += " " + line[9:]
			}
		}
	}
	fmt.Println(modes)
}

func filterItself() {
	type instruction struct {
		code   uint16
		jt, jf uint8
		k      uint32
	}
	all := instruction{6, 0, 0, 0x7fff0000}
	program := struct {
		length       uint16
		instructions *instruction
	}{1, &all}
	syscall.RawSyscall6(syscall.SYS_PRCTL, 38, 1, 0, 0, 0, 0)
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, 22, 2, uintptr(unsafe.Pointer(&program))); errno != 0 {
		panic(errno)
	}
}

func here(own int) {
	err := guarded.SandboxMeHere()
	var failure *guarded.Error
	if errors.As(err, &failure) {
		fmt.Printf("error %s %d own %v\n", failure.Step, int(failure.Errno), own != 0 && own == failure.Thread)
	} else {
		fmt.Println("error", err)
	}
}

func withThreads(ownFilter bool) {
	var started, done sync.WaitGroup
	sandboxed := make(chan struct{})
	results := make(chan string, threads)
	var blocked [2]int
	if err := syscall.Pipe(blocked[:]); err != nil {
		panic(err)
	}
	own := 0
	for i := 0; i < threads; i++ {
		i := i
		started.Add(1)
		done.Add(1)
		go func() {
			runtime.LockOSThread()
			defer done.Done()
			if ownFilter && i == 0 {
				filterItself()
				own = syscall.Gettid()
			}
			started.Done()
			if i == 1 {
				syscall.Read(blocked[0], make([]byte, 1))
			} else {
				<-sandboxed
			}
			results <- tryMkdir()
		}()
	}
	started.Wait()
	here(own)
	printModes()
	if ownFilter {
		return
	}
	close(sandboxed)
	syscall.Write(blocked[1], []byte{0})
	done.Wait()
	for i := 0; i < threads; i++ {
		fmt.Println("mkdir", <-results)
	}
}

func main() {
	switch os.Args[1] {
	case "threads":
		withThreads(false)
	case "own-filter":
		withThreads(true)
	case "twice":
		here(0)
		here(0)
	case "forbidden":
		here(0)
		fmt.Println("getppid", syscall.Getppid())
	}
}
