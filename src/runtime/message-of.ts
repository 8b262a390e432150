// What was thrown, in words: anything may be, an object that cannot be made a string too.

export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return String(thrown.message);
  try {
    return String(thrown);
  } catch {
    return "an object without words";
  }
}
