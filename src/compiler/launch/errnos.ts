// The errnos that plans tolerate and failure reports name (asm-generic/errno-base.h and errno.h; the same on every CPU that
// has an interpreter).

export const ERRNOS = {
  EPERM: 1,
  ENOENT: 2,
  ENXIO: 6,
  E2BIG: 7,
  ENOEXEC: 8,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  ENOTDIR: 20,
  EINVAL: 22,
  EMFILE: 24,
  ETXTBSY: 26,
  ENOSYS: 38,
  ELOOP: 40,
  EOPNOTSUPP: 95,
} as const;

export type ErrnoName = keyof typeof ERRNOS;

export function errnoName(errno: number): ErrnoName | undefined {
  return (Object.keys(ERRNOS) as ErrnoName[]).find(name => ERRNOS[name] === errno);
}
