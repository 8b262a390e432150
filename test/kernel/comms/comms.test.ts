// A channel between two processes on real sockets: what is sent arrives, and a peer that breaks the rules ends it, by a clear
// error here and without a descriptor too many.

import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { failsBy, later, sendRaw, wire, withFds, withPeer, withTwo } from "./pair.ts";

const MSG_OOB = 1;
const MSG_DONTWAIT = 0x40;

test(
  "payloads of all sizes arrive as they were: empty, one byte, 1 MiB, and the limit of 16 MiB",
  withTwo(async (one, other) => {
    for (const size of [0, 1, 100, 1 << 14, (1 << 14) + 1, 1 << 20, 16 << 20]) {
      const bytes = new Uint8Array(size).map((_, i) => i * 31 + size);
      const sent = one.comms.send(7, bytes);
      const message = await other.comms.receive();
      await sent;
      assert.is(message?.tag, 7);
      assert.is(Buffer.compare(message!.bytes, bytes), 0, `${size} bytes`);
    }
  }),
);

test(
  "what is on the wire is what the documentation says",
  withPeer(async ({ comms }, peer) => {
    await comms.send(0x01020304, Buffer.from("abc"));
    assert.is((await peer.read(15)).toString("hex"), "040302010300000000000000616263");
    await comms.send(0);
    assert.is((await peer.read(12)).toString("hex"), "000000000000000000000000");
  }),
);

test(
  "messages back to back keep their order and their edges",
  withTwo(async (one, other) => {
    for (let i = 0; i < 2000; i++) void one.comms.sendText(i, "x".repeat(i % 50));
    for (let i = 0; i < 2000; i++) assert.is((await other.comms.receiveText(i)).length, i % 50);
  }),
);

test(
  "those who wait are served in the order in which they asked",
  withTwo(async (one, other) => {
    const waiting = [1, 2, 3].map(tag => other.comms.receiveText(tag));
    for (const [i, text] of ["a", "b", "c"].entries()) await one.comms.sendText(i + 1, text);
    assert.equal(await Promise.all(waiting), ["a", "b", "c"]);
  }),
);

test(
  "both sides may send much at once: neither waits for the other to read first",
  withTwo(async (one, other) => {
    const bytes = new Uint8Array(4 << 20);
    const sent = [one.comms.send(1, bytes), other.comms.send(1, bytes)];
    const got = await Promise.all([one.comms.receiveBytes(1), other.comms.receiveBytes(1)]);
    await Promise.all(sent);
    assert.equal(
      got.map(({ length }) => length),
      [4 << 20, 4 << 20],
    );
  }),
);

test(
  "text keeps NUL characters, a byte order mark, and what is beyond the first plane; JSON its shape",
  withTwo(async (one, other) => {
    const text = "\ufeffa\0b \u{1f9ea}";
    await one.comms.sendText(1, text);
    assert.is(await other.comms.receiveText(1), text);
    await one.comms.sendJson(2, { a: [1, null, "x"] });
    assert.equal(await other.comms.receiveJson(2), { a: [1, null, "x"] });
  }),
);

test(
  "each message has bytes of its own",
  withTwo(async (one, other) => {
    await one.comms.sendText(1, "first");
    await one.comms.sendText(1, "other");
    const [first, second] = [await other.comms.receiveBytes(1), await other.comms.receiveBytes(1)];
    assert.equal(
      [first, second].map(bytes => Buffer.from(bytes).toString()),
      ["first", "other"],
    );
  }),
);

test(
  "a descriptor that is sent leads to the same file, and is close-on-exec (attack 11)",
  withTwo(async (one, other) => {
    await withFds(1, async ([devNull]) => {
      await one.comms.send(1, Buffer.from("with bytes"), [devNull!]);
      await one.comms.send(2, undefined, [devNull!]);
    });
    const message = await other.comms.receive();
    const [second] = await other.comms.receiveFds(2, 1);
    for (const fd of [message!.fds[0]!, second!]) {
      assert.is(readSync(fd, Buffer.alloc(1), 0, 1, null), 0, "not /dev/null");
      const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))![1]!;
      assert.is(Number.parseInt(flags, 8) & 0o2000000, 0o2000000, "it would be inherited");
      closeSync(fd);
    }
  }),
);

test(
  "sixteen descriptors go in one message, in their order; a seventeenth is refused before anything is sent",
  withTwo(async (one, other) => {
    await withFds(17, async fds => {
      await failsBy("usage", /at most 16/, one.comms.send(1, undefined, fds));
      await one.comms.send(1, undefined, fds.slice(0, 16));
      const got = await other.comms.receiveFds(1, 16);
      assert.is(new Set(got).size, 16);
      for (const fd of got) closeSync(fd);
    });
  }),
);

test(
  "messages with descriptors back to back: each has its own",
  withTwo(async (one, other) => {
    const files = Array.from({ length: 20 }, (_, i) => {
      const fd = openSync(`/tmp/policyc-comms-${process.pid}`, i === 0 ? "w+" : "r");
      if (i === 0) writeSync(fd, "0123456789abcdefghij");
      return fd;
    });
    // Each file is where its number says: the offset travels with the open file.
    for (const [i, fd] of files.entries()) if (i > 0) readSync(fd, Buffer.alloc(i), 0, i, null);
    for (const [i, fd] of files.entries()) if (i > 0) void one.comms.send(i, new Uint8Array(i * 1000), [fd]);
    for (let i = 1; i < 20; i++) {
      const message = await other.comms.receive();
      const next = Buffer.alloc(1);
      readSync(message!.fds[0]!, next, 0, 1, null);
      assert.is(next.toString(), "0123456789abcdefghij"[i]);
      for (const fd of message!.fds) closeSync(fd);
    }
    for (const fd of files) closeSync(fd);
    rmSync(`/tmp/policyc-comms-${process.pid}`);
  }),
);

test(
  "a peer that closes after a whole message ends the channel without an error, once all is read",
  withPeer(async ({ comms }, peer) => {
    peer.write(Buffer.concat([wire(1, "a"), wire(2, "b")]));
    peer.close();
    assert.is(await comms.receiveText(1), "a");
    assert.is(await comms.receiveText(2), "b");
    assert.is(await comms.receive(), undefined);
    assert.is(await comms.receive(), undefined);
    await failsBy("closed", /closed the channel/, comms.receiveText(3));
    await failsBy("closed", /closed the channel/, comms.send(1));
  }),
);

test(
  "a peer that closes without reading what was sent ends the channel like any other close",
  withPeer(async ({ comms }, peer) => {
    await comms.send(1);
    peer.close();
    assert.is(await comms.receive(), undefined);
  }),
);

test(
  "sending to a peer that has gone is an error, not a SIGPIPE",
  withPeer(async ({ comms }, peer) => {
    peer.close();
    await failsBy("closed", /peer has closed/, comms.send(1));
    await failsBy("closed", /peer has closed/, comms.send(1));
  }),
);

test(
  "after close() everything fails by `closed`, what was waiting included",
  withPeer(async ({ comms }) => {
    const waiting = later(comms.receive());
    const stuck = later(comms.send(1, new Uint8Array(4 << 20)));
    comms.close();
    comms.close();
    await failsBy("closed", /this side/, waiting);
    await failsBy("closed", /this side/, stuck);
    await failsBy("closed", /this side/, comms.receive());
    await failsBy("closed", /this side/, comms.sendText(1, ""));
  }),
);

test(
  "a peer that does not read holds up nobody but the one who sends to it",
  withPeer(async ({ comms }, peer) => {
    let sent = false;
    const sending = later(
      comms.send(1, new Uint8Array(2 << 20)).then(() => {
        sent = true;
      }),
    );
    for (let turn = 0; turn < 10; turn++) await sleep(1); // nothing blocks this loop
    assert.not.ok(sent);
    await peer.read(12 + (2 << 20));
    await sending;
  }),
);

test(
  "a peer that floods does not keep others from their turn",
  withPeer(async ({ comms }, peer) => {
    // Twelve zeros are a message. Whoever reads them one by one is never done.
    const flood = spawn("cat", ["/dev/zero"], { stdio: ["ignore", peer.fd, "ignore"] });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    for (let i = 0; i < 20_000; i++) await comms.receive();
    clearInterval(timer);
    comms.close();
    await new Promise(resolve => flood.once("exit", resolve));
    assert.ok(turns > 0, "no timer ran meanwhile");
  }),
);

test(
  "nothing is read before somebody asks: a peer cannot make this process hold more than the socket does",
  withPeer(async (_, peer) => {
    const count = 50;
    let written = 0;
    const push = () => {
      for (let i = 0; i < count; i++)
        written += Math.max(0, sendRaw(peer.fd, new Uint8Array(64 << 10), [], MSG_DONTWAIT));
    };
    push();
    await sleep(5);
    push();
    assert.ok(written < 1 << 20, `${written} bytes were taken`);
  }),
);

const hostile: readonly {
  rule: string;
  bytes: Uint8Array;
  fds?: number;
  reason: Parameters<typeof failsBy>[0];
  says: RegExp;
}[] = [
  {
    rule: "a length over the limit",
    bytes: wire(1, "", 0, 1001),
    reason: "too-long",
    says: /1001 bytes was announced, and 1000/,
  },
  { rule: "a length of 4 GiB", bytes: wire(1, "", 0, 0xffffffff), reason: "too-long", says: /4294967295/ },
  { rule: "a header cut short", bytes: wire(1).subarray(0, 7), reason: "truncated", says: /in the middle/ },
  { rule: "half a message", bytes: wire(1, "abcd").subarray(0, 14), reason: "truncated", says: /in the middle/ },
  {
    rule: "a descriptor that is announced and not there",
    bytes: wire(1, "", 1),
    reason: "descriptors",
    says: /announced 1 .* came with 0/,
  },
  {
    rule: "a descriptor that is not announced",
    bytes: wire(1),
    fds: 1,
    reason: "descriptors",
    says: /announced 0 .* came with 1/,
  },
  {
    rule: "more descriptors than announced",
    bytes: wire(1, "x", 1),
    fds: 5,
    reason: "descriptors",
    says: /announced 1 .* came with 5/,
  },
  {
    rule: "more descriptors than a message takes, announced as if they were as many",
    bytes: wire(1, "", 16),
    fds: 20,
    reason: "descriptors",
    says: /more than 16 descriptors came/,
  },
  {
    rule: "a flood of descriptors, as many as the kernel lets through",
    bytes: wire(1, "", 253),
    fds: 253,
    reason: "descriptors",
    says: /announced 253|more than 16/,
  },
  {
    rule: "descriptors with a header cut short",
    bytes: wire(1).subarray(0, 3),
    fds: 4,
    reason: "truncated",
    says: /in the middle/,
  },
  {
    rule: "a message of the runtime that nobody asked for",
    bytes: wire(0x80000004, "", 1),
    fds: 1,
    reason: "tag",
    says: /runtime \(tag 0x80000004\)/,
  },
  { rule: "noise", bytes: Buffer.alloc(12, 0xff), reason: "too-long", says: /limit/ },
];

for (const { rule, bytes, fds = 0, reason, says } of hostile) {
  test(
    `a hostile peer ends the channel and no more: ${rule}`,
    withPeer(
      async ({ comms }, peer) => {
        const waiting = later(comms.receive());
        await withFds(fds, async all => peer.writeWith(bytes, all));
        peer.close();
        await failsBy(reason, says, waiting);
        await failsBy(reason, says, comms.receive());
        await failsBy(reason, says, comms.send(1));
      },
      { limit: 1000 },
    ),
  );
}

test(
  "a hostile peer ends the channel and no more: a descriptor in the middle of a payload",
  withPeer(async ({ comms }, peer) => {
    const waiting = later(comms.receive());
    peer.write(wire(1, "", 0, 100));
    await withFds(2, async fds => peer.writeWith(Buffer.alloc(50), fds));
    await failsBy("descriptors", /in the middle of a message/, waiting);
  }),
);

test(
  "a hostile peer ends the channel and no more: urgent data",
  withPeer(async ({ comms }, peer) => {
    const waiting = later(comms.receive());
    sendRaw(peer.fd, Buffer.from("x"), [], MSG_OOB);
    peer.write(wire(1, "after"));
    peer.close();
    // Linux leaves the urgent byte out of the stream; what matters is that it ends.
    await waiting.then(
      message => assert.is(Buffer.from(message?.bytes ?? "after").toString(), "after"),
      () => undefined,
    );
  }),
);

const expectations: readonly {
  rule: string;
  bytes: Uint8Array;
  fds?: number;
  ask: (comms: Parameters<Parameters<typeof withPeer>[0]>[0]["comms"]) => Promise<unknown>;
  reason: Parameters<typeof failsBy>[0];
  says: RegExp;
}[] = [
  {
    rule: "another tag",
    bytes: wire(2, "x"),
    ask: comms => comms.receiveText(1),
    reason: "tag",
    says: /tag 2: one with tag 1 was expected/,
  },
  {
    rule: "another tag, with descriptors",
    bytes: wire(2, "", 3),
    fds: 3,
    ask: comms => comms.receiveFds(1, 3),
    reason: "tag",
    says: /tag 1 was expected/,
  },
  {
    rule: "text that is not UTF-8",
    bytes: wire(1, Buffer.from([0x61, 0xc3])),
    ask: comms => comms.receiveText(1),
    reason: "content",
    says: /not UTF-8/,
  },
  {
    rule: "text with a lone surrogate",
    bytes: wire(1, Buffer.from([0xed, 0xa0, 0x80])),
    ask: comms => comms.receiveText(1),
    reason: "content",
    says: /not UTF-8/,
  },
  {
    rule: "JSON that is none",
    bytes: wire(1, "{"),
    ask: comms => comms.receiveJson(1),
    reason: "content",
    says: /not JSON/,
  },
  {
    rule: "a descriptor with text",
    bytes: wire(1, "x", 1),
    fds: 1,
    ask: comms => comms.receiveText(1),
    reason: "descriptors",
    says: /0 descriptors were expected, and 1 came/,
  },
  {
    rule: "one descriptor instead of two",
    bytes: wire(1, "", 1),
    fds: 1,
    ask: comms => comms.receiveFds(1, 2),
    reason: "descriptors",
    says: /2 descriptors were expected/,
  },
  {
    rule: "bytes with descriptors alone",
    bytes: wire(1, "x", 1),
    fds: 1,
    ask: comms => comms.receiveFds(1, 1),
    reason: "content",
    says: /only descriptors/,
  },
];

for (const { rule, bytes, fds = 0, ask, reason, says } of expectations) {
  test(
    `what was not expected ends the channel: ${rule}`,
    withPeer(async ({ comms }, peer) => {
      await withFds(fds, async all => peer.writeWith(bytes, all));
      await failsBy(reason, says, ask(comms));
      await failsBy(reason, says, comms.receive());
    }),
  );
}

test(
  "descriptors of messages that nobody fetched are closed with the channel",
  withPeer(async ({ comms, control }, peer) => {
    const waiting = later(control.receive());
    await withFds(3, async fds => peer.writeWith(wire(1, "", 3), fds));
    await sleep(5); // it has been read, on the way to the runtime's next message
    comms.close();
    await failsBy("closed", /this side/, waiting);
  }),
);

test(
  "the user's messages and the runtime's wait apart, in one stream",
  withPeer(async ({ comms, control }, peer) => {
    const runtime = later(control.receive());
    peer.write(Buffer.concat([wire(1, "one"), wire(2, "two"), wire(0x80000001, "runtime"), wire(3, "three")]));
    assert.is(Buffer.from((await runtime)!.bytes).toString(), "runtime");
    assert.is(await comms.receiveText(1), "one");
    assert.is(await comms.receiveText(2), "two");
    assert.is(await comms.receiveText(3), "three");
  }),
);

test(
  "while only the runtime waits, the user's messages are held up to the limit, and read on when they are fetched",
  withPeer(
    async ({ comms, control }, peer) => {
      const runtime = later(control.receive());
      const flood = Buffer.concat([...Array(100).fill(wire(1, "x".repeat(1000))), wire(0x80000001)]);
      peer.write(flood);
      await sleep(5);
      let arrived = false;
      void runtime.then(() => {
        arrived = true;
      });
      await sleep(5);
      assert.not.ok(arrived, "100,000 bytes were held, and 10,000 are the limit");
      for (let i = 0; i < 100; i++) await comms.receiveText(1);
      assert.is((await runtime)?.tag, 0x80000001);
    },
    { limit: 10_000 },
  ),
);

const wrongSends: readonly { rule: string; tag: number; fds?: number[] }[] = [
  { rule: "a tag of the runtime's", tag: 0x80000000 },
  { rule: "a negative tag", tag: -1 },
  { rule: "a tag with a fraction", tag: 1.5 },
  { rule: "no descriptor", tag: 1, fds: [-1] },
];

for (const { rule, tag, fds } of wrongSends) {
  test(
    `not sent: ${rule}; the channel goes on`,
    withTwo(async (one, other) => {
      await failsBy("usage", /tag|descriptor/, one.comms.send(tag, undefined, fds));
      await one.comms.sendText(1, "on");
      assert.is(await other.comms.receiveText(1), "on");
    }),
  );
}

test(
  "a descriptor that is not open cannot be sent: the kernel's errno is told",
  withPeer(async ({ comms }) => {
    await failsBy("system", /EBADF/, comms.send(1, undefined, [1_000_000]));
  }),
);

test.run();
