// The canary: a call that only the filter can answer as it does. A filter around this one can answer seccomp(2) by 0 and have
// the program run unfiltered; it cannot know this number and errno to be a question.

/** No kernel assigns this number on any CPU: without the filter it gives ENOSYS. */
export const CANARY_NR = 4059;

/** An errno that no kernel gives: above all that have a name, within MAX_ERRNO (4095). */
export const CANARY_ERRNO = 4059;
