// Multi-terminal binary decision diagrams: functions from bits to numbers, in a form where equal functions are the same
// node. In: levels and terminals; out: node numbers. Invariant: a node tests a lower level than its children, its children
// differ, and no two nodes are alike, so `a === b` is the whole proof of equality.
//
//      bit 7 of nr            each node: level, lo (the bit is 0), hi (the bit is 1)
//       0/     \1             a terminal: the u32 that the filter returns, or 0 and 1 for a condition
//   bit 2 of nr \             ite(test, yes, no) is the only operation: a jump of a filter is one, so is a rule
//    0/     \1   \
//  ERRNO     ALLOW            (Bryant 1986; Fujita, McGeer and Yang 1997 for many terminals)
//
// The tables are flat Int32Arrays: a filter makes some ten thousand nodes and must be proved in a millisecond or two.

/** A node number. Terminals 0 and 1 are FALSE and TRUE; a diagram that only reaches these is a condition. */
export type Node = number;

export const FALSE: Node = 0;
export const TRUE: Node = 1;

/** The level of every terminal: below all variables. */
export const TERMINAL = 0x7fffffff;

/** About 100 MB of tables: far above any filter of 4,096 instructions that people write, far below trouble. */
export const DEFAULT_BUDGET = 1 << 21;

/** The question has an answer, but not by this algebra or not within its budget. Never to be read as "equal". */
export class NotProved extends Error {
  override readonly name: string = "NotProved";
}

export class BudgetExceeded extends NotProved {
  override readonly name = "BudgetExceeded";
}

export interface Manager {
  /** The node of a number that is returned. */
  terminal(value: number): Node;
  /** The condition "the bit at this level is 1". */
  variable(level: number): Node;
  /** The node that tests `level`; both children lie below it. */
  make(level: number, lo: Node, hi: Node): Node;
  /** yes where the condition holds, no elsewhere. Throws BudgetExceeded. */
  ite(condition: Node, yes: Node, no: Node): Node;
  level(node: Node): number;
  lo(node: Node): Node;
  hi(node: Node): Node;
  /** The u32 of a terminal. */
  value(node: Node): number;
  /** Nodes made so far. */
  size(): number;
}

/**
 * An empty set of diagrams. `budget` bounds the nodes, and 64 times as many steps of ite the time: a cache that forgets can
 * make a small diagram slow to reach. `capacity`, a power of two, is what the tables hold before they grow: small questions,
 * asked by the hundred, should not pay for large tables.
 */
export function createManager(budget = DEFAULT_BUDGET, capacity = 1 << 13): Manager {
  let levels = new Int32Array(capacity);
  let los = new Int32Array(capacity);
  let his = new Int32Array(capacity);
  let size = 0;

  // Open addressing over twice the capacity; 0 marks a free place, since node 0 is never looked up.
  let unique = new Int32Array(capacity * 2);
  // Direct-mapped and forgetful, as every BDD package does it: four numbers an entry. 0 marks a free one, since FALSE is
  // decided before the cache is asked.
  let cache = new Int32Array(capacity * 4);
  let stepsLeft = budget * 64;

  append(TERMINAL, 0, -1);
  lookUp(TERMINAL, 1, -1);

  return {
    terminal: value => (value === 0 ? FALSE : lookUp(TERMINAL, value | 0, -1)),
    variable: level => lookUp(level, FALSE, TRUE),
    make,
    ite,
    level: node => levels[node]!,
    lo: node => los[node]!,
    hi: node => his[node]!,
    value: node => los[node]! >>> 0,
    size: () => size,
  };

  function make(level: number, lo: Node, hi: Node): Node {
    return lo === hi ? lo : lookUp(level, lo, hi);
  }

  function ite(condition: Node, yes: Node, no: Node): Node {
    if (condition === TRUE || yes === no) return yes;
    if (condition === FALSE) return no;
    if (yes === TRUE && no === FALSE) return condition;

    const levelC = levels[condition]!;
    const levelY = levels[yes]!;
    const levelN = levels[no]!;
    // Words are compared from their last bit up, so most conditions are one variable above everything made so far.
    if (levelC < levelY && levelC < levelN && los[condition] === FALSE && his[condition] === TRUE) {
      return lookUp(levelC, no, yes);
    }

    let at = (hash(condition, yes, no) & (capacity - 1)) * 4;
    if (cache[at] === condition && cache[at + 1] === yes && cache[at + 2] === no) return cache[at + 3]!;
    if (--stepsLeft < 0) throw new BudgetExceeded("the comparison needs too many steps");

    const level = Math.min(levelC, levelY, levelN);
    const lo = ite(
      levelC === level ? los[condition]! : condition,
      levelY === level ? los[yes]! : yes,
      levelN === level ? los[no]! : no,
    );
    const hi = ite(
      levelC === level ? his[condition]! : condition,
      levelY === level ? his[yes]! : yes,
      levelN === level ? his[no]! : no,
    );
    const result = make(level, lo, hi);
    at = (hash(condition, yes, no) & (capacity - 1)) * 4; // the tables may have grown meanwhile
    cache[at] = condition;
    cache[at + 1] = yes;
    cache[at + 2] = no;
    cache[at + 3] = result;
    return result;
  }

  function lookUp(level: number, lo: number, hi: number): Node {
    const mask = unique.length - 1;
    let at = hash(level, lo, hi) & mask;
    for (let node = unique[at]!; node !== 0; node = unique[at]!) {
      if (los[node] === lo && his[node] === hi && levels[node] === level) return node;
      at = (at + 1) & mask;
    }
    if (size === budget) throw new BudgetExceeded(`the comparison needs more than ${budget} nodes`);
    unique[at] = size;
    const node = append(level, lo, hi);
    if (size === capacity) grow();
    return node;
  }

  function append(level: number, lo: number, hi: number): Node {
    levels[size] = level;
    los[size] = lo;
    his[size] = hi;
    return size++;
  }

  function grow(): void {
    capacity *= 2;
    levels = widened(levels, capacity);
    los = widened(los, capacity);
    his = widened(his, capacity);
    cache = new Int32Array(capacity * 4);
    unique = new Int32Array(capacity * 2);
    const mask = unique.length - 1;
    for (let node = 1; node < size; node++) {
      let at = hash(levels[node]!, los[node]!, his[node]!) & mask;
      while (unique[at] !== 0) at = (at + 1) & mask;
      unique[at] = node;
    }
  }
}

function widened(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}

/** The multipliers are odd and have no pattern; the shift brings the high bits, which all three reach, to the low ones. */
function hash(a: number, b: number, c: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  return Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f) >>> 7;
}
