// Files -> an initramfs in the kernel's own format, cpio "newc" (Documentation/driver-api/early-userspace/buffer-format.rst).

export interface GuestFile {
  /** Without the leading slash; its folders are made. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** 0755 where left out. */
  readonly mode?: number;
}

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;

export function initramfs(files: readonly GuestFile[], folders: readonly string[]): Uint8Array {
  const parents = files.flatMap(({ path }) =>
    path
      .split("/")
      .slice(0, -1)
      .map((_, i, parts) => parts.slice(0, i + 1).join("/")),
  );
  const entries = [
    ...[...new Set([...folders, ...parents])].map(path => ({ path, bytes: new Uint8Array(0), mode: S_IFDIR | 0o755 })),
    ...files.map(({ path, bytes, mode }) => ({ path, bytes, mode: S_IFREG | (mode ?? 0o755) })),
    { path: "TRAILER!!!", bytes: new Uint8Array(0), mode: 0 },
  ];
  return Buffer.concat(
    entries.flatMap(({ path, bytes, mode }, i) => [padded(header(path, bytes.length, mode, i + 1)), padded(bytes)]),
  );
}

/** The magic, thirteen fields of eight hex digits, the name with its NUL. */
function header(path: string, size: number, mode: number, inode: number): Uint8Array {
  const [uid, gid, links, mtime, devices, check] = [0, 0, 1, 0, [0, 0, 0, 0], 0] as const;
  const name = Buffer.from(`${path}\0`);
  const fields = [inode, mode, uid, gid, links, mtime, size, ...devices, name.length, check];
  return Buffer.concat([Buffer.from(`070701${fields.map(hex8).join("")}`), name]);
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(-bytes.length & 3)]);
}
