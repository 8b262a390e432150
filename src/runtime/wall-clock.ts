// A timer that can be set anew while it runs. It counts from the start, on the monotonic clock, and calls back once.

/** setTimeout's own limit, 2^31 - 1 ms: above it Node fires at once. */
const LONGEST = 0x7fffffff;

export interface WallClock {
  /** Milliseconds from now; 0 disarms. Before start() it is what start() arms. */
  set(milliseconds: number): void;
  start(): void;
  stop(): void;
}

export function wallClock(over: (milliseconds: number) => void): WallClock {
  let timer: NodeJS.Timeout | undefined;
  let asked = 0;
  let running = false;

  const arm = (milliseconds: number, deadline: number) => {
    timer = setTimeout(
      () => {
        const left = deadline - performance.now();
        if (left > 0) arm(milliseconds, deadline);
        else over(milliseconds);
      },
      Math.min(Math.max(Math.ceil(deadline - performance.now()), 0), LONGEST),
    );
  };
  const rearm = () => {
    clearTimeout(timer);
    if (running && asked > 0) arm(asked, performance.now() + asked);
  };
  return {
    set: milliseconds => {
      asked = milliseconds;
      rearm();
    },
    start: () => {
      running = true;
      rearm();
    },
    stop: () => {
      running = false;
      clearTimeout(timer);
    },
  };
}
