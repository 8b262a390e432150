// What other compilers' programs cost for the four policies that all of them were given, measured once on one machine (Debian
// 12, kernel 6.18): libseccomp 2.5.4 and git 90d3f7d, Kafel 18f2074, minijail 8d20993, gVisor 3c5eee1, seccompiler 0858710,
// easyseccomp 94422be, go-seccomp-bpf dc93d28. Of each column the best, whoever has it, and the bound of trees of comparisons.

export interface PeerFigures {
  /** Executed over all calls that pass, each alike, by compiler: for the plot. */
  readonly compilers: { readonly [name: string]: number };
  /** Instructions in the program. */
  readonly length: Figure;
  /** Executed over all calls that pass, each alike, and by the histogram. */
  readonly mean: Figure & Bound;
  readonly weighted: Figure & Bound;
  /** By the histogram and all its calls, those that the kernel's cache answers counted as 0. */
  readonly uncached: Figure & Bound;
}

interface Figure {
  readonly best: number;
  readonly by: string;
}

interface Bound {
  readonly bound: number;
}

export const PEERS: { readonly [policy: string]: PeerFigures } = {
  names: {
    compilers: { minijail: 7.15, Kafel: 8.7, gVisor: 8.45 },
    length: { best: 18, by: "minijail" },
    mean: { best: 7.15, by: "minijail", bound: 7.15 },
    weighted: { best: 6.4, by: "minijail", bound: 6.4 },
    uncached: { best: 0, by: "all", bound: 0 },
  },
  docker: {
    compilers: { minijail: 9, Kafel: 10.3, gVisor: 13.84 },
    length: { best: 92, by: "Kafel" },
    mean: { best: 9, by: "minijail", bound: 8.75 },
    weighted: { best: 7.02, by: "minijail", bound: 7.02 },
    uncached: { best: 0.018, by: "Kafel", bound: 0.016 },
  },
  arguments: {
    compilers: { minijail: 9.75, Kafel: 9.9, gVisor: 11.22 },
    length: { best: 51, by: "gVisor" },
    mean: { best: 9.75, by: "minijail", bound: 8.69 },
    weighted: { best: 8.28, by: "minijail", bound: 7.64 },
    uncached: { best: 2.585, by: "gVisor", bound: 2.292 },
  },
  "firecracker-vmm": {
    compilers: { minijail: 11.73, Kafel: 11.27, gVisor: 14.56 },
    length: { best: 154, by: "gVisor" },
    mean: { best: 11.27, by: "Kafel", bound: 10.02 },
    weighted: { best: 13.69, by: "gVisor", bound: 8.97 },
    uncached: { best: 6.55, by: "gVisor", bound: 4.717 },
  },
};
