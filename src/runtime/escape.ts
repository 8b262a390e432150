// Text that a program chose, shown to people: it must not steer the terminal, nor look like text of ours. In: a string of
// bytes (latin1, as names in a kernel are bytes); out: printable ASCII.

export function escapeControls(bytes: string): string {
  return bytes.replace(/[^\x20-\x7e]/g, hexEscape);
}

/** In double quotes, and so that the quote's end is its own. */
export function quote(bytes: string): string {
  return `"${bytes.replace(/["\\]|[^\x20-\x7e]/g, byte => (/["\\]/.test(byte) ? `\\${byte}` : hexEscape(byte)))}"`;
}

function hexEscape(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
