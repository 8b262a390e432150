// The cheapest search among ranges of values: a dynamic program over spans of neighbouring ranges, of which two may be holes:
// decided already, so that they count no more and their neighbours merge. A span is split by JGE at a border, or loses a
// single value by JEQ, or all that keeps it from one verdict by a chain of JEQ, or by JSET the ranges of one verdict that
// alone have certain bits. Spans of few ranges try every such step; in longer ones only the heaviest values are
// taken out, and only borders near the middle of the weight split. Of equal searches the first tried stays, so the result is
// the same every time.

/** Typed arrays of one length, a range an index: first to last value, both included, ascending and without gaps. */
export interface Problem {
  readonly first: Uint32Array;
  readonly last: Uint32Array;
  /** Equal for ranges that are decided alike; neighbours differ. */
  readonly verdict: Int32Array;
  /** How many calls come to a range. */
  readonly weight: Float64Array;
  /** What a test costs besides the calls that make it. */
  readonly price: number;
  /** Bits that values can have. */
  readonly mask: number;
  /** Spans of so many ranges try every step. */
  readonly small: number;
  /** What is tried on longer ones: borders so far from the middle of their weight, and so many of the heaviest values. */
  readonly window: number;
  readonly heaviest: number;
}

/** A test, or the index of a range whose verdict is reached. */
export type Search =
  | number
  | { readonly op: "jge" | "jeq" | "jset"; readonly k: number; readonly yes: Search; readonly no: Search };

/** Neither hole. Greater than every index: holes are in ascending order, these last. */
const NONE = 0xffff;

// A state's best step: a border's index, or one of these plus the index of a value, of a range of the verdict, of one that
// is left.
const VALUE = 0x10000;
const BITS = 0x20000;
const CHAIN = 0x30000;

export function searchTree(problem: Problem): Search {
  const { first, last, verdict, weight, price, small, window } = problem;
  const n = verdict.length;
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i]! + weight[i]!;
  const falling = valuesByWeight(problem);
  const heavy = falling.slice(0, problem.heaviest);
  const table = createTable(n, Math.min(n, small), heavy);

  /** Of the ranges from i to j, j not included, but for the holes a < b. */
  function cost(i: number, j: number, a: number, b: number): number {
    // A hole at an end is outside.
    if (a === i) return cost(i + 1, j, b, NONE);
    if (b === j - 1) return cost(i, j - 1, a, NONE);
    if (a === j - 1) return cost(i, j - 1, NONE, NONE);
    if (isDecided(i, j, a, b)) return 0;
    const at = table.slot(i, j, a, b);
    return table.costs[at]! || solve(i, j, a, b, at);
  }
  /** Neighbours differ, so of what the holes part off no piece has two ranges. A hole at an end is none any more. */
  function isDecided(i: number, j: number, a: number, b: number): boolean {
    if (a === NONE) return j - i === 1;
    if (a !== i + 1) return false;
    if (b === NONE) return j === a + 2 && verdict[i] === verdict[a + 1];
    if (b === a + 1) return j === b + 2 && verdict[i] === verdict[b + 1];
    return b === a + 2 && j === b + 2 && verdict[i] === verdict[a + 1] && verdict[i] === verdict[b + 1];
  }
  function solve(i: number, j: number, a: number, b: number, at: number): number {
    let least = Number.POSITIVE_INFINITY;
    let step = 0;
    const isSmall = j - i <= small;
    const middle = isSmall ? 0 : balance(i, j);
    const from = isSmall ? i + 1 : Math.max(i + 1, middle - window);
    const to = isSmall ? j : Math.min(j, middle + window);
    for (let k = from; k < to; k++) {
      if (!isBorder(k, a, b)) continue;
      const below = cost(i, k, a < k ? a : NONE, b < k ? b : NONE);
      if (below >= least) continue;
      const both = below + (a > k ? cost(k, j, a, b) : cost(k, j, b > k ? b : NONE, NONE));
      if (both < least) {
        least = both;
        step = k;
      }
    }
    const values = b !== NONE ? 0 : isSmall ? j - i : heavy.length;
    for (let c = 0; c < values; c++) {
      const h = isSmall ? i + c : heavy[c]!;
      if (h < i || h >= j || h === a || first[h] !== last[h]) continue;
      const rest = h < a ? cost(i, j, h, a) : cost(i, j, a, h);
      if (rest < least) {
        least = rest;
        step = VALUE + h;
      }
    }
    if (isSmall && a === NONE) {
      for (let c = i; c < Math.min(j, i + VERDICTS); c++) {
        const found = bitsOf(problem, i, j, c);
        if (found === undefined) continue;
        const rest = found.decides ? 0 : cost(i, j, found.a, found.b);
        if (rest < least) {
          least = rest;
          step = BITS + c;
        }
      }
    }
    if (a === NONE) {
      const left = leftByChain(i, j);
      const rest = left < 0 ? least : chainCost(i, j, left);
      if (rest < least) {
        least = rest;
        step = CHAIN + left;
      }
    }
    const calls = sums[j]! - sums[i]! - (a === NONE ? 0 : weight[a]!) - (b === NONE ? 0 : weight[b]!);
    table.costs[at] = calls + price + least;
    table.steps[at] = step;
    return calls + price + least;
  }
  /** Whether ranges that differ and are no holes meet at the start of k. Of a hole's two borders its upper one counts. */
  function isBorder(k: number, a: number, b: number): boolean {
    if (k === a || k === b) return false;
    let before = k - 1;
    if (before === b) before--;
    if (before === a) before--;
    return before < 0 || verdict[before] !== verdict[k];
  }
  /** A range whose verdict all have but single values; -1 if there is none. */
  function leftByChain(i: number, j: number): number {
    let left = -1;
    for (let k = i; k < j; k++) {
      if (first[k] === last[k]) continue;
      if (left >= 0 && verdict[k] !== verdict[left]) return -1;
      left = k;
    }
    return left;
  }
  /** Of the chain's tests but the first, which is the step itself. */
  function chainCost(i: number, j: number, left: number): number {
    let calls = sums[j]! - sums[i]!;
    let sum = 0;
    let tests = 0;
    for (const h of falling) {
      if (h < i || h >= j || verdict[h] === verdict[left]) continue;
      if (tests++ > 0) sum += calls + price;
      calls -= weight[h]!;
    }
    return sum;
  }
  /** The border that leaves about half of the weight on either side. */
  function balance(i: number, j: number): number {
    const half = (sums[i]! + sums[j]!) / 2;
    let [low, high] = [i + 1, j - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < half) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  function build(i: number, j: number, a: number, b: number): Search {
    if (a === i) return build(i + 1, j, b, NONE);
    if (b === j - 1) return build(i, j - 1, a, NONE);
    if (a === j - 1) return build(i, j - 1, NONE, NONE);
    if (isDecided(i, j, a, b)) return i;
    const step = table.steps[table.slot(i, j, a, b)]!;
    if (step < VALUE) {
      const yes = a > step ? build(step, j, a, b) : build(step, j, b > step ? b : NONE, NONE);
      const no = build(i, step, a < step ? a : NONE, b < step ? b : NONE);
      return { op: "jge", k: first[step]!, yes, no };
    }
    if (step < BITS) {
      const h = step - VALUE;
      return { op: "jeq", k: first[h]!, yes: h, no: h < a ? build(i, j, h, a) : build(i, j, a, h) };
    }
    if (step >= CHAIN) {
      const left = step - CHAIN;
      const chain = falling.filter(h => h >= i && h < j && verdict[h] !== verdict[left]);
      return chain.reduceRight<Search>((no, h) => ({ op: "jeq", k: first[h]!, yes: h, no }), left);
    }
    const found = bitsOf(problem, i, j, step - BITS)!;
    const no = found.decides ? found.other : build(i, j, found.a, found.b);
    return { op: "jset", k: found.bits, yes: step - BITS, no };
  }

  cost(0, n, NONE, NONE);
  return build(0, n, NONE, NONE);
}

/** Indices of the single values, that which most calls come to first. */
function valuesByWeight({ first, last, weight }: Problem): readonly number[] {
  const values = [...weight.keys()].filter(i => first[i] === last[i]);
  return values.sort((a, b) => weight[b]! - weight[a]! || a - b);
}

/** Sets of at most two holes out of `of`: none, each, each pair. */
function holeSets(of: number): number {
  return 1 + of + (of * (of - 1)) / 2;
}

/** Room for every state; a cost of 0 is not known yet: what is undecided costs a test. Spans of up to `small` ranges come first. */
function createTable(n: number, small: number, heavy: readonly number[]) {
  const lengths = small + 1;
  const smallSets = holeSets(lengths - 1);
  const largeSets = holeSets(heavy.length);
  const large = n * lengths * smallSets;
  const costs = new Float64Array(large + (n > small ? n * (n + 1) * largeSets : 0));
  const rank = new Int32Array(n);
  for (const [i, h] of heavy.entries()) rank[h] = i;

  function slot(i: number, j: number, a: number, b: number): number {
    if (j - i <= small) return (i * lengths + j - i) * smallSets + setOf(a - i, b - i, a, b, lengths - 1);
    const x = a === NONE ? 0 : rank[a]!;
    const y = b === NONE ? x : rank[b]!;
    const set = x < y ? setOf(x, y, a, b, heavy.length) : setOf(y, x, a, b, heavy.length);
    return large + (i * (n + 1) + j) * largeSets + set;
  }
  function setOf(x: number, y: number, a: number, b: number, of: number): number {
    if (a === NONE) return 0;
    return b === NONE ? 1 + x : 1 + of + (y * (y - 1)) / 2 + x;
  }
  return { costs, steps: new Int32Array(costs.length), slot };
}

/** Verdicts that are looked at for bits of their own: those of a span's first ranges. */
const VERDICTS = 3;

interface Bits {
  readonly bits: number;
  /** The other ranges are of one verdict; `other` is one of them. */
  readonly decides: boolean;
  readonly other: number;
  /** Otherwise the ranges of the verdict that have some of the bits in all their values. */
  readonly a: number;
  readonly b: number;
}

/** The bits that in a span only values of range c's verdict have, and what is left when those are gone; undefined if too much. */
function bitsOf({ first, last, verdict, mask }: Problem, i: number, j: number, c: number): Bits | undefined {
  let others = 0;
  for (let k = i; k < j; k++) if (verdict[k] !== verdict[c]) others |= anyBits(first[k]!, last[k]!);
  const bits = (mask & ~others) >>> 0;
  if (bits === 0) return undefined;
  const holes: number[] = [];
  let other = -1;
  let decides = true;
  for (let k = i; k < j; k++) {
    if (verdict[k] === verdict[c] && alwaysHas(first[k]!, last[k]!, bits)) holes.push(k);
    else if (other < 0) other = k;
    else if (verdict[k] !== verdict[other]) decides = false;
  }
  if (holes.length === 0 || (!decides && holes.length > 2)) return undefined;
  const had = holes.reduce((all, k) => all | anyBits(first[k]!, last[k]!), 0);
  return { bits: (bits & had) >>> 0, decides, other, a: holes[0]!, b: holes[1] ?? NONE };
}

/** The bits that some value from first to last has. */
function anyBits(first: number, last: number): number {
  const differ = (first ^ last) >>> 0;
  return first | last | (differ === 0 ? 0 : 2 ** (32 - Math.clz32(differ)) - 1);
}

/** Whether every value from first to last has one of the bits. */
function alwaysHas(first: number, last: number, bits: number): boolean {
  let value = first;
  // The next value without the highest of the bits that it has: that one carried away, all below it clear.
  for (let has = (value & bits) >>> 0; has !== 0; has = (value & bits) >>> 0) {
    const unit = 2 ** (31 - Math.clz32(has));
    value = (Math.floor(value / unit) + 1) * unit;
    if (value > last) return true;
  }
  return false;
}
