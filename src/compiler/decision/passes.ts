// The passes over the decision DAG, in order. Each takes a root and gives a root that decides every call alike; that all of
// them, each alone and none of them give equal programs is what test/compiler/decision holds. Merging twins is not a pass:
// nodes are hash-consed.

import type { Cost } from "./cost.ts";
import type { Dag, Node } from "./dag.ts";
import { dropDecidedTests } from "./decided-tests.ts";
import { searchNumbers, searchWords } from "./trees.ts";

export type Pass = (root: Node, dag: Dag, cost: Cost) => Node;

export const PASSES: readonly Pass[] = [
  dropDecidedTests, // first: it unites what rules test of one word into chains without other tests between
  searchWords, // last: what a tree's borders decide further down is next to nothing, measured
];

/** For a program that does not fit otherwise: values stay chains, which share what follows. */
export const SHORTEST: readonly Pass[] = [dropDecidedTests, searchNumbers];
