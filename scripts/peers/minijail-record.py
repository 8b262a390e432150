"""Runs the tests of minijail's policy compiler (compiler_unittest.py in sys.argv[1]) and prints, one JSON object a line, what
they put to its simulator: the program, the call, the outcome, and the policy that was compiled, as its parser reads it."""

import json
import os
import random
import sys
import unittest

os.chdir(sys.argv[1])
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
random.seed(1)

import bpf  # noqa: E402
import compiler  # noqa: E402
import parser  # noqa: E402
import compiler_unittest  # noqa: E402

policy = None
policies = {}  # By program: some tests compile two policies before they put calls to either.
printed = None
compile_filter_statement = compiler.PolicyCompiler.compile_filter_statement
parse_file = parser.PolicyParser.parse_file
simulate = bpf.simulate


def word(action):
    return action.instructions[0].k


def record_parse(self, *args, **kwargs):
    global policy
    parsed = parse_file(self, *args, **kwargs)
    # Numbers of 64 bits are text: a JSON reader may have doubles only.
    rules = [
        {
            "nr": statement.syscall.number,
            "any": [[[index, op, str(value)] for index, op, value in all_of] for all_of in each.expression or []],
            "action": word(each.action),
        }
        for statement in parsed.filter_statements
        for each in statement.filters
    ]
    policy = {"default": word(parsed.default_action), "rules": rules}
    return parsed


def record_statement(self, *args, **kwargs):
    entry = compile_filter_statement(self, *args, **kwargs)
    if entry.filter is not None:
        policies[tuple(entry.filter.instructions)] = policy
    return entry


def record_simulate(instructions, arch, nr, *args):
    global printed
    compiled = {
        "program": [list(each) for each in instructions],
        "policy": policies.get(tuple(instructions), policy),
    }
    if compiled != printed:
        print(json.dumps(compiled))
        printed = compiled
    cost, outcome, *data = simulate(instructions, arch, nr, *args)
    call = {"nr": nr, "arch": arch, "args": list(map(str, args))}
    print(json.dumps({**call, "cost": cost, "outcome": f"{outcome}({data[0]})" if data else outcome}))
    return (cost, outcome, *data)


compiler.PolicyCompiler.compile_filter_statement = record_statement
parser.PolicyParser.parse_file = record_parse
bpf.simulate = record_simulate
result = unittest.TextTestRunner(stream=open(os.devnull, "w")).run(
    unittest.defaultTestLoader.loadTestsFromModule(compiler_unittest)
)
sys.exit(0 if result.wasSuccessful() else 1)
