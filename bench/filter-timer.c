/* What the kernel makes of filters: filter-timer ROUNDS CALLS PROGRAM... with raw sock_filter records in each file; "-" stands for
 * no filter. Each round takes the programs in another order; each program a child that installs it and makes the calls. stdout,
 * a line for each child: program's index, install in ns, then for each of the three calls the median ns of a call over chunks.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHUNKS = 9, MOST = 16 };

struct program {
	struct sock_fprog fprog;
	int present;
};

static void need(int ok, const char *what)
{
	if (ok) return;
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* getppid: a constant verdict. personality(PER_QUERY): by argument. 480: not let pass. */
static const long CALLS[][2] = {{SYS_getppid, 0}, {SYS_personality, 0xffffffff}, {480, 0}};

static double per_call(const long call[2], long count)
{
	double chunks[CHUNKS];
	for (int chunk = 0; chunk < CHUNKS; chunk++) {
		uint64_t start = now();
		for (long i = 0; i < count / CHUNKS; i++) syscall(call[0], call[1]);
		chunks[chunk] = (double)(now() - start) / (double)(count / CHUNKS);
	}
	qsort(chunks, CHUNKS, sizeof chunks[0], by_value);
	return chunks[CHUNKS / 2];
}

static void child(int index, const struct program *program, long count)
{
	uint64_t installed = 0;
	if (program->present) {
		need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
		uint64_t start = now();
		need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program->fprog) == 0, "seccomp");
		installed = now() - start;
	}
	double ns[3];
	for (int i = 0; i < 3; i++) ns[i] = count == 0 ? 0 : per_call(CALLS[i], count);
	printf("%d %lu %.2f %.2f %.2f\n", index, (unsigned long)installed, ns[0], ns[1], ns[2]);
	fflush(stdout);
	_exit(0);
}

static struct program read_program(const char *path)
{
	struct program program = {0};
	if (path[0] == '-' && path[1] == 0) return program;
	struct stat s;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && fstat(fd, &s) == 0, path);
	program.present = 1;
	program.fprog.len = (unsigned short)((size_t)s.st_size / sizeof(struct sock_filter));
	program.fprog.filter = malloc((size_t)s.st_size);
	need(read(fd, program.fprog.filter, (size_t)s.st_size) == s.st_size, path);
	close(fd);
	return program;
}

int main(int argc, char **argv)
{
	need(argc > 3 && argc - 3 <= MOST, "arguments");
	long rounds = atol(argv[1]), count = atol(argv[2]);
	int programs = argc - 3, order[MOST];
	struct program all[MOST];
	for (int i = 0; i < programs; i++) {
		all[i] = read_program(argv[i + 3]);
		order[i] = i;
	}
	srand(1);
	for (long round = 0; round < rounds; round++) {
		for (int i = programs - 1; i > 0; i--) {
			int j = rand() % (i + 1), kept = order[i];
			order[i] = order[j];
			order[j] = kept;
		}
		for (int i = 0; i < programs; i++) {
			pid_t pid = fork();
			need(pid >= 0, "fork");
			if (pid == 0) child(order[i], &all[order[i]], count);
			int status;
			need(waitpid(pid, &status, 0) == pid && status == 0, "child");
		}
	}
	return 0;
}
