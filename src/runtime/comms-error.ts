// What goes wrong on a channel. After any of these but `usage` the channel is closed: its next byte could mean anything.

export type CommsErrorReason =
  | "closed" // by either side, at the end of a message
  | "truncated" // by the peer, in the middle of one
  | "too-long" // a message is longer than this side takes
  | "descriptors" // more or fewer came than the message says, or they could not be received
  | "tag" // another message than the one expected
  | "content" // not the text or JSON that was expected
  | "system" // the kernel refused; the message names the errno
  | "usage"; // of ours, before anything was sent

export class CommsError extends Error {
  override readonly name = "CommsError";
  readonly reason: CommsErrorReason;

  constructor(reason: CommsErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
