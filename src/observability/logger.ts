import pino, { type Logger } from 'pino';
import type { LogLevel } from '../config.ts';

export type { Logger };

/** JSON lines on stderr: a constant message, everything else in fields. */
export function createLogger(level: LogLevel): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
