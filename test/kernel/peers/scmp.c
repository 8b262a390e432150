/* Compiles rules with Debian's libseccomp. stdin, a line each: "default RET", "optimise LEVEL" (SCMP_FLTATR_CTL_OPTIMIZE),
 * "rule RET NAME [INDEX OP A B]...", with RET as seccomp.h's SCMP_ACT_* word and OP as its scmp_compare. stdout: the
 * program. A name without an x86_64 number is left out, as the container runtimes do.
 */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void need(int rc, const char *what)
{
	if (rc < 0) {
		fprintf(stderr, "scmp: %s: %s\n", what, strerror(-rc));
		exit(1);
	}
}

int main(void)
{
	scmp_filter_ctx ctx = NULL;
	char line[4096];
	while (fgets(line, sizeof line, stdin)) {
		char *save = NULL, *word = strtok_r(line, " \n", &save);
		if (word == NULL) continue;
		uint32_t ret = (uint32_t)strtoul(strtok_r(NULL, " \n", &save), NULL, 0);
		if (strcmp(word, "default") == 0) {
			ctx = seccomp_init(ret);
			need(ctx ? 0 : -ENOMEM, "init");
			need(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "badarch");
			continue;
		}
		if (strcmp(word, "optimise") == 0) {
			need(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, ret), "optimise");
			continue;
		}
		char *name = strtok_r(NULL, " \n", &save);
		int nr = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name);
		struct scmp_arg_cmp tests[6];
		unsigned n = 0;
		for (char *index; n < 6 && (index = strtok_r(NULL, " \n", &save)) != NULL; n++) {
			tests[n].arg = (unsigned)atoi(index);
			tests[n].op = (enum scmp_compare)atoi(strtok_r(NULL, " \n", &save));
			tests[n].datum_a = strtoull(strtok_r(NULL, " \n", &save), NULL, 0);
			tests[n].datum_b = strtoull(strtok_r(NULL, " \n", &save), NULL, 0);
		}
		if (nr >= 0) need(seccomp_rule_add_array(ctx, ret, nr, n, tests), name);
		else fprintf(stderr, "unknown %s\n", name);
	}
	need(seccomp_export_bpf(ctx, STDOUT_FILENO), "export");
	return 0;
}
