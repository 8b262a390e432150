/* Compiled in front of each of libseccomp's test programs (cc -include): the calls that make a filter are passed on to the
 * library, and those that it took are written to descriptor 3, one a line, so that the same filter can be said again in
 * policy text. Numbers are hexadecimal. */

#include <seccomp.h>
#include <stdarg.h>
#include <stdio.h>

static int record_rule(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned int count, const struct scmp_arg_cmp *args,
		       int exact)
{
	int rc = exact ? seccomp_rule_add_exact_array(ctx, action, nr, count, args)
		       : seccomp_rule_add_array(ctx, action, nr, count, args);
	if (rc != 0)
		return rc;
	dprintf(3, "rule %x %x", action, (unsigned int)nr);
	for (unsigned int i = 0; i < count; i++)
		dprintf(3, " %x:%x:%llx:%llx", args[i].arg, args[i].op, (unsigned long long)args[i].datum_a,
			(unsigned long long)args[i].datum_b);
	dprintf(3, "\n");
	return 0;
}

static int record_variadic(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned int count, va_list list, int exact)
{
	struct scmp_arg_cmp args[6];
	for (unsigned int i = 0; i < count && i < 6; i++)
		args[i] = va_arg(list, struct scmp_arg_cmp);
	return record_rule(ctx, action, nr, count, args, exact);
}

static inline int record_rule_add(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned int count, ...)
{
	va_list list;
	va_start(list, count);
	int rc = record_variadic(ctx, action, nr, count, list, 0);
	va_end(list);
	return rc;
}

static inline int record_rule_add_exact(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned int count, ...)
{
	va_list list;
	va_start(list, count);
	int rc = record_variadic(ctx, action, nr, count, list, 1);
	va_end(list);
	return rc;
}

static inline scmp_filter_ctx record_init(uint32_t action)
{
	dprintf(3, "init %x\n", action);
	return seccomp_init(action);
}

static inline int record_reset(scmp_filter_ctx ctx, uint32_t action)
{
	dprintf(3, "init %x\n", action);
	return seccomp_reset(ctx, action);
}

static inline int record_arch(scmp_filter_ctx ctx, uint32_t arch, const char *change,
			      int (*call)(scmp_filter_ctx, uint32_t))
{
	int rc = call(ctx, arch);
	if (rc == 0)
		dprintf(3, "%s %x\n", change, arch == SCMP_ARCH_NATIVE ? seccomp_arch_native() : arch);
	return rc;
}

static inline int record_merge(scmp_filter_ctx into, scmp_filter_ctx from)
{
	dprintf(3, "merge\n");
	return seccomp_merge(into, from);
}

static inline int record_transaction(scmp_filter_ctx ctx, const char *change, int (*call)(scmp_filter_ctx))
{
	int rc = call(ctx);
	if (rc == 0)
		dprintf(3, "%s\n", change);
	return rc;
}

static inline void record_reject(scmp_filter_ctx ctx)
{
	seccomp_transaction_reject(ctx);
	dprintf(3, "reject\n");
}

static inline int record_export(scmp_filter_ctx ctx, int fd)
{
	dprintf(3, "export\n");
	return seccomp_export_bpf(ctx, fd);
}

#define seccomp_init record_init
#define seccomp_export_bpf record_export
#define seccomp_reset record_reset
#define seccomp_merge record_merge
#define seccomp_rule_add record_rule_add
#define seccomp_rule_add_exact record_rule_add_exact
#define seccomp_rule_add_array(ctx, action, nr, count, args) record_rule(ctx, action, nr, count, args, 0)
#define seccomp_rule_add_exact_array(ctx, action, nr, count, args) record_rule(ctx, action, nr, count, args, 1)
#define seccomp_arch_add(ctx, arch) record_arch(ctx, arch, "arch", seccomp_arch_add)
#define seccomp_arch_remove(ctx, arch) record_arch(ctx, arch, "without", seccomp_arch_remove)
#define seccomp_transaction_start(ctx) record_transaction(ctx, "start", seccomp_transaction_start)
#define seccomp_transaction_commit(ctx) record_transaction(ctx, "commit", seccomp_transaction_commit)
#define seccomp_transaction_reject(ctx) record_reject(ctx)
