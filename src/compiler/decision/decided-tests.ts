// The pass that drops tests whose outcome earlier tests have fixed. DAG in, DAG out. A node is reached over several edges;
// what is known there is what all of them agree on, and each edge by itself may know more: it is led past every test that its
// own facts decide, down to a node that exists already. So nothing is ever copied and the DAG never grows. This is what
// makes one test of a 64-bit argument's high word do for all the rules that compare it.

import { type Dag, type Node, topological } from "./dag.ts";
import { decided, type Facts, learn, meet, NOTHING } from "./facts.ts";

export function dropDecidedTests(root: Node, dag: Dag): Node {
  const order = topological(root);
  const known = new Map<Node, Facts>([[root, NOTHING]]);
  const edges = new Map<Node, { readonly yes: Node; readonly no: Node }>();

  function follow(node: Node, facts: Facts): Node {
    let to = node;
    while (to.kind === "branch") {
      const outcome = decided(facts, to.test);
      if (outcome === undefined) break;
      to = outcome ? to.yes : to.no;
    }
    const others = known.get(to);
    known.set(to, others === undefined ? facts : meet(others, facts));
    return to;
  }
  for (const node of order) {
    const facts = known.get(node);
    known.delete(node);
    // Without facts there is no edge left that leads here.
    if (node.kind === "leaf" || facts === undefined) continue;
    const yes = follow(node.yes, learn(facts, node.test, true));
    const no = follow(node.no, learn(facts, node.test, false));
    edges.set(node, { yes, no });
  }

  const rebuilt = new Map<Node, Node>();
  for (const node of order.toReversed()) {
    const edge = edges.get(node);
    if (node.kind === "leaf") rebuilt.set(node, node);
    else if (edge !== undefined) {
      const [yes, no] = [rebuilt.get(edge.yes)!, rebuilt.get(edge.no)!];
      const same = yes === node.yes && no === node.no;
      rebuilt.set(node, same ? node : dag.branch(node.test, yes, no, dag.originsOf(node)));
    }
  }
  return rebuilt.get(root)!;
}
