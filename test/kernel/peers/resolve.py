# Names resolved by somebody else: libseccomp knows the calls, Python's own modules the constants.
#   resolve.py names     -> the names both know, as JSON
#   resolve.py compile   <- policies as JSON; -> one base64 program a line
import base64, errno, fcntl, json, mmap, os, resource, select, signal, socket, sys, tempfile, termios, time
import seccomp

CONSTANTS = {}
for module in (socket, os, signal, mmap, fcntl, select, resource, errno, termios, time):
    for name in dir(module):
        value = getattr(module, name)
        if name.isupper() and isinstance(value, int) and not isinstance(value, bool):
            CONSTANTS[name] = int(value)
CONSTANTS.pop("TIMEOUT_MAX", None)


def knows(call):
    try:
        return seccomp.resolve_syscall(seccomp.Arch(seccomp.Arch.X86_64), call) >= 0
    except ValueError:
        return False


def compile(policy):
    program = seccomp.SyscallFilter(seccomp.ERRNO(errno.EPERM))
    program.set_attr(seccomp.Attr.ACT_BADARCH, seccomp.KILL_PROCESS)
    for rule in policy:
        action = seccomp.ALLOW if rule["errno"] is None else seccomp.ERRNO(CONSTANTS[rule["errno"]])
        tests = []
        for test in rule["tests"]:
            width = (1 << test["bits"]) - 1
            value = CONSTANTS[test["constant"]] & width
            mask = width if test["op"] == "==" else value
            tests.append(seccomp.Arg(test["index"], seccomp.MASKED_EQ, mask, value))
        program.add_rule(action, rule["call"], *tests)
    with tempfile.TemporaryFile() as file:
        program.export_bpf(file)
        file.seek(0)
        return base64.b64encode(file.read()).decode()


if sys.argv[1] == "names":
    calls = json.load(sys.stdin)
    json.dump({"constants": sorted(CONSTANTS), "calls": [call for call in calls if knows(call)]}, sys.stdout)
else:
    for policy in json.load(sys.stdin):
        print(compile(policy))
