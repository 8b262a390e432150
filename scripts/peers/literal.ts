// Values as test tables of C, C++ and Go write them: calls, composite literals, sums and alternatives of names and numbers. A
// text and an offset in, one value out. Nothing is run: a function literal is stepped over, a name means what the caller's
// table says.

export type Literal =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Literal[] }
  | { readonly kind: "list"; readonly type: string; readonly items: readonly Item[] }
  | { readonly kind: "operation"; readonly operator: string; readonly left: Literal; readonly right: Literal };

export interface Item {
  /** `key: value` in Go, `.key = value` in C; undefined for a plain value. */
  readonly key?: Literal;
  readonly value: Literal;
}

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\]|\\.)*"|`[^`]*`|\.?[A-Za-z_]\w*(?:(?:\.|::)\w+)*|0[xX][\da-fA-F_]+|\d[\d_]*|<<|>>|[^\s])/y;

export function readLiteral(text: string, from: number): Literal {
  let at = from;
  let token = "";
  next();
  return expression();

  function next(): void {
    do {
      TOKEN.lastIndex = at;
      const match = TOKEN.exec(text);
      if (match === null) throw new Error(`nothing to read at ${at}`);
      at = TOKEN.lastIndex;
      token = match[1] ?? "";
    } while (token === "");
  }

  function is(text: string): boolean {
    return token === text;
  }

  function take(wanted: string): void {
    if (token !== wanted) throw new Error(`${wanted} expected, not ${token}, before ${text.slice(at, at + 40)}`);
    next();
  }

  function expression(): Literal {
    let left = operand();
    while (/^(?:[|+&-]|<<|>>)$/.test(token)) {
      const operator = token;
      next();
      left = { kind: "operation", operator, left, right: operand() };
    }
    return left;
  }

  function operand(): Literal {
    if (token === "{") return { kind: "list", type: "", items: list("}") };
    if (token === "-" || token === "^" || token === "~") {
      const operator = token;
      next();
      return { kind: "operation", operator, left: { kind: "word", text: "0" }, right: operand() };
    }
    if (token === "&") {
      next();
      return operand();
    }
    if (token === "(") {
      next();
      const inner = expression();
      take(")");
      return inner;
    }
    if (token === "[") {
      const type = arrayType();
      return is("{") ? { kind: "list", type, items: list("}") } : { kind: "word", text: type };
    }
    if (token === "func") return stepOver();
    const name = token;
    next();
    if (name === "map") {
      arrayType();
      return { kind: "list", type: "map", items: list("}") };
    }
    if (token === "(") return { kind: "call", name, args: list(")").map(({ value }) => value) };
    if (token === "{") return { kind: "list", type: name, items: list("}") };
    return { kind: "word", text: name };
  }

  /** `[6]uint64` or `[key]Element`: only the element type is kept. */
  function arrayType(): string {
    while (!is("]")) next();
    next();
    while (is("[") || is("]")) next();
    const type = token;
    next();
    return type;
  }

  function list(end: ")" | "}"): readonly Item[] {
    const items: Item[] = [];
    next();
    while (token !== end) {
      const first = expression();
      if (token === ":" || token === "=") {
        next();
        items.push({ key: first, value: expression() });
      } else items.push({ value: first });
      while (is(".")) next(); // Go's `values...`
      if (token !== end) take(",");
    }
    next();
    return items;
  }

  function stepOver(): Literal {
    while (!is("{")) next();
    for (let depth = 0; ; next()) {
      if (is("{")) depth++;
      if (is("}") && --depth === 0) break;
    }
    next();
    return { kind: "word", text: "func" };
  }
}

/** A number, by the caller's names; throws on what it cannot know. Calls are casts: the value of their one argument. */
export function numberOf(literal: Literal, names: ReadonlyMap<string, bigint>): bigint {
  switch (literal.kind) {
    case "word": {
      const known = names.get(literal.text);
      if (known !== undefined) return known;
      if (!/^\d/.test(literal.text)) throw new Error(`no number: ${literal.text}`);
      return BigInt(literal.text.replaceAll("_", ""));
    }
    case "call":
      if (literal.args.length !== 1) throw new Error(`no number: ${literal.name}(...)`);
      return numberOf(literal.args[0]!, names);
    case "operation":
      return apply(literal.operator, numberOf(literal.left, names), numberOf(literal.right, names));
    case "list":
      throw new Error(`no number: ${literal.type}{...}`);
  }
}

function apply(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "|":
      return left | right;
    case "&":
      return left & right;
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "<<":
      return left << right;
    case ">>":
      return left >> right;
    default:
      return ~right;
  }
}

export function fieldOf(literal: Literal, name: string): Literal | undefined {
  if (literal.kind !== "list") return undefined;
  return literal.items.find(({ key }) => key?.kind === "word" && key.text.replace(".", "") === name)?.value;
}

export function itemsOf(literal: Literal | undefined): readonly Literal[] {
  return literal?.kind === "list" ? literal.items.map(({ value }) => value) : [];
}
