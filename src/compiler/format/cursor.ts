// The words of a text, taken one by one while the tree is walked, each with the comments in front of it. Since all text comes
// through here in its order, no word and no comment can be lost, doubled or swapped. Punctuation that is written anew is
// passed over; its comments go to the next word.

import { Bug } from "../diagnostics/diagnostic.ts";
import type { Lexed } from "../syntax/tokens.ts";
import { blank, type Comment, type Doc, indented } from "./doc.ts";

export interface Gap {
  readonly comments: readonly Comment[];
  /** So many of them stood in front of words that were dropped. */
  readonly carried: number;
  /** A blank line stands right before the word. */
  readonly blank: boolean;
  /** The word is on a later line than the one before it. */
  readonly breaks: boolean;
}

export interface Cursor {
  /** The next word; undefined at the end. */
  peek(ahead?: number): string | undefined;
  /** Its offset. */
  start(ahead?: number): number;
  /** What stands before the next word; its comments count as taken. */
  gap(): Gap;
  /** The next word with its comments. */
  take(word?: string): Doc;
  /** Passes over the next word. */
  drop(word: string): void;
}

export function createCursor(text: string, { tokens, comments }: Lexed): Cursor {
  let at = 0;
  let nextComment = 0;
  let carried: Comment[] = [];
  /** Where the word or comment before ends. */
  let end = 0;
  let isBehindComment = false;

  const startOf = (index: number): number => tokens[index]?.startOffset ?? text.length;

  /** The comments up to the next word. */
  function readGap(): Gap {
    const read = carried;
    const fromDropped = carried.length;
    carried = [];
    const start = startOf(at);
    let breaks = false;
    while (nextComment < comments.length && comments[nextComment]!.startOffset < start) {
      const { startOffset, image } = comments[nextComment]!;
      const before = linesBetween(end, startOffset);
      const goesOn =
        isBehindComment && before === 1 && columnOf(startOffset) === columnOf(comments[nextComment - 1]!.startOffset);
      const place = before === 0 && at > 0 ? "behind" : goesOn ? "goes on" : "own line";
      read.push({ text: image.trimEnd(), place, blank: before > 1 });
      isBehindComment = place !== "own line";
      end = startOffset + image.length;
      nextComment++;
      breaks = true;
    }
    const before = linesBetween(end, start);
    return { comments: read, carried: fromDropped, blank: before > 1, breaks: breaks || before > 0 };
  }

  function linesBetween(from: number, to: number): number {
    let lines = 0;
    for (let i = from; i < to; i++) {
      const code = text.charCodeAt(i);
      if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) lines++;
    }
    return lines;
  }

  function columnOf(offset: number): number {
    let start = offset;
    while (start > 0 && text[start - 1] !== "\n" && text[start - 1] !== "\r") start--;
    return offset - start;
  }

  function advance(word: string | undefined): string {
    const token = tokens[at];
    if (token === undefined || (word !== undefined && token.image !== word)) {
      throw new Bug(
        `the formatter expected ${word ?? "a word"} at ${startOf(at)}, where ${token?.image ?? "the end"} is`,
      );
    }
    at++;
    end = token.startOffset + token.image.length;
    isBehindComment = false;
    return token.image;
  }

  return {
    peek: (ahead = 0) => tokens[at + ahead]?.image,
    start: (ahead = 0) => startOf(at + ahead),
    gap: readGap,
    take: word => {
      const { comments } = readGap();
      const image = advance(word);
      return comments.length === 0 ? image : [comments.map(commentDoc), image];
    },
    drop: word => {
      carried = [...readGap().comments];
      advance(word);
    },
  };
}

export function commentDoc(comment: Comment): Doc {
  return { kind: "comment", comment, breaks: true };
}

/** What stands before an entry of a list: its comments, and the blank line above them or it. */
export function lead({ comments, blank: isBlank }: Gap): Doc[] {
  return [...comments.map(commentDoc), ...(isBlank ? [blank] : [])];
}

/** What stands before the bracket that closes a list belongs to the list. */
export function tail({ comments }: Gap): Doc {
  return comments.length === 0 ? [] : indented(comments.map(commentDoc));
}
