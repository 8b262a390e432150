// The canonical layout, case by case: a text and how it is laid out. Each is also seen to keep its tree and comments.

import { fileURLToPath } from "node:url";
import { test } from "uvu";
import { testGoldens } from "../../golden.ts";
import { checkedFormat } from "./same.ts";

testGoldens(fileURLToPath(new URL("./goldens", import.meta.url)), ["input"], ({ sections }) => {
  return new Map([["formatted", checkedFormat(sections.get("input")!)]]);
});

test.run();
