/* Asks the running kernel what a filter says of calls, without letting one run.
 *
 * stdin: u32 programs, then per program: u32 instructions, u32 calls, the instructions, the calls (struct call).
 * stdout: one i32 a call: what the call returned. Every return of a program must be ERRNO(n): the sender rewrites the
 * verdicts to errnos of their own, so that each is seen and none has an effect. A child that is filtered cannot even
 * exit: it leaves its answers in shared memory and its parent ends it. A refused program answers -errno - 10000 to all.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct call {
	uint32_t foreign; /* 1: through int 0x80 */
	uint32_t nr;
	uint64_t args[6];
};

#ifdef __aarch64__
static long native(const struct call *c)
{
	register long x8 __asm__("x8") = c->nr;
	register long x0 __asm__("x0") = c->args[0];
	register long x1 __asm__("x1") = c->args[1];
	register long x2 __asm__("x2") = c->args[2];
	register long x3 __asm__("x3") = c->args[3];
	register long x4 __asm__("x4") = c->args[4];
	register long x5 __asm__("x5") = c->args[5];
	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
}

/* A 64-bit program cannot make a 32-bit call there. */
static long foreign(const struct call *c)
{
	(void)c;
	return -1;
}

#define PAUSE "yield"
#else
static long native(const struct call *c)
{
	register long r10 __asm__("r10") = c->args[3];
	register long r8 __asm__("r8") = c->args[4];
	register long r9 __asm__("r9") = c->args[5];
	long ret;
	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"((uint64_t)c->nr), "D"(c->args[0]), "S"(c->args[1]), "d"(c->args[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

static long foreign(const struct call *c)
{
	long ret;
	/* args[5] travels in ebp, which the compiler keeps: it is saved around the call. */
	__asm__ volatile("push %%rbp; mov %7, %%rbp; int $0x80; pop %%rbp"
			 : "=a"(ret)
			 : "a"((uint64_t)c->nr), "b"(c->args[0]), "c"(c->args[1]), "d"(c->args[2]), "S"(c->args[3]), "D"(c->args[4]),
			   "r"(c->args[5])
			 : "memory");
	return (int)ret;
}

#define PAUSE "pause"
#endif

static void need(void *buffer, size_t size, size_t n)
{
	if (n != 0 && fread(buffer, size, n, stdin) != n) {
		fputs("verdicts: short input\n", stderr);
		exit(2);
	}
}

int main(void)
{
	uint32_t programs;
	need(&programs, 4, 1);
	while (programs-- > 0) {
		uint32_t head[2];
		need(head, 4, 2);
		struct sock_filter *filter = calloc(head[0] + 1, sizeof *filter);
		struct call *calls = calloc(head[1] + 1, sizeof *calls);
		need(filter, sizeof *filter, head[0]);
		need(calls, sizeof *calls, head[1]);
		size_t size = sizeof(int32_t) * (head[1] + 1);
		volatile int32_t *answers = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (answers == MAP_FAILED) return 2;
		volatile int32_t *done = &answers[head[1]];
		pid_t child = fork();
		if (child == 0) {
			struct sock_fprog program = { .len = (unsigned short)head[0], .filter = filter };
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
			prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) {
				for (uint32_t i = 0; i < head[1]; i++) answers[i] = -errno - 10000;
			} else {
				for (uint32_t i = 0; i < head[1]; i++) answers[i] = (int32_t)(calls[i].foreign ? foreign(&calls[i]) : native(&calls[i]));
			}
			*done = 1;
			for (;;) __asm__ volatile(PAUSE);
		}
		for (int waited = 0; !*done && waited < 20000; waited++) {
			if (waitpid(child, NULL, WNOHANG) == child) break;
			usleep(500);
		}
		if (!*done) {
			fprintf(stderr, "verdicts: a call ended or held the child\n");
			return 3;
		}
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		fwrite((const void *)answers, sizeof(int32_t), head[1], stdout);
		munmap((void *)answers, size);
		free(filter);
		free(calls);
	}
	return 0;
}
