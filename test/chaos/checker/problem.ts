/** What the checker counts, by the names of the suite's result. */
export const counters = ['duplicates', 'leaks', 'lost', 'foreignChanges', 'unconverged', 'restartWrites'] as const;

export interface Problem {
  readonly counter: (typeof counters)[number];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly what: string;
}
