/* In place of the harness of Kafel's tests: nothing is installed, every policy, the program that Kafel makes of it and every
 * call with the word it must get are written to standard output, one a line. A whole process that must live or die is the call
 * that it makes, exit(0). */

#include <kafel.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "runner/harness.h"
#include "runner/runner.h"

test_case_def_t runner_tests[4096];
int runner_tests_count;

void test_fail_with_message(const char *format, ...)
{
	(void)format;
}

void test_failed(int line, const char *file)
{
	printf("unexpected %s:%d\n", file, line);
}

int test_policy(bool should_fail, const char *source)
{
	struct sock_fprog program = { 0, NULL };
	kafel_ctxt_t ctxt = kafel_ctxt_create();
	kafel_set_input_string(ctxt, source);
	kafel_add_include_search_path(ctxt, "testdata");
	int rc = kafel_compile(ctxt, &program);
	printf("policy %s ", should_fail ? "refused" : "accepted");
	if (rc != 0)
		printf("none");
	for (int i = 0; rc == 0 && i < program.len; i++)
		printf("%s%x:%x:%x:%x", i == 0 ? "" : ",", program.filter[i].code, program.filter[i].jt,
		       program.filter[i].jf, program.filter[i].k);
	printf("\n");
	free(program.filter);
	kafel_ctxt_destroy(&ctxt);
	return 0;
}

static void record_call(const struct seccomp_data *data, uint32_t ret)
{
	printf("call %x %x %llx", (unsigned int)data->nr, data->arch, (unsigned long long)data->instruction_pointer);
	for (int i = 0; i < 6; i++)
		printf(" %llx", (unsigned long long)data->args[i]);
	printf(" %x\n", ret);
}

int test_policy_enforcment(test_func_t test_func, void *data, bool should_kill)
{
	(void)test_func;
	(void)data;
	struct seccomp_data call = SYSCALL_SPEC0(SYS_exit);
	record_call(&call, should_kill ? SECCOMP_RET_KILL : SECCOMP_RET_ALLOW);
	return 0;
}

int test_set_syscalls_mode(int mode)
{
	return mode;
}

int test_policy_enforcment_syscalls(syscall_exec_spec_t specs[])
{
	for (; !specs->is_last; specs++)
		record_call(&specs->syscall, specs->result.seccomp_ret);
	return 0;
}

int main(void)
{
	for (int i = 0; i < runner_tests_count; i++) {
		printf("case %s\n", runner_tests[i].name);
		runner_tests[i].func();
	}
	return 0;
}
