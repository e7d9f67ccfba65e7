import pino, { type DestinationStream, type Logger } from 'pino';
import pinoPretty from 'pino-pretty';
import type { Config } from '../config.ts';

export type { Logger };

const stderr = 2;
/** Characters that may be gathered before they are written in any case. */
const mostGathered = 8_192;
/** How long a line may wait for others, in milliseconds. */
const gatheredMs = 50;

/** The log, on stderr: a constant message, everything else in fields. */
export function createLogger({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): Logger {
  return pino(
    {
      level: logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    logFormat === 'pretty' ? prettyStream() : gatheringStream(),
  );
}

/**
 * Lines of JSON. Those of a short while go out together: a write for each was as dear as the transition that it tells of.
 * What is left when the process ends is written then.
 */
function gatheringStream(): DestinationStream {
  const file = pino.destination({ dest: stderr, sync: false, minLength: mostGathered });
  let isEndAwaited = false;
  return {
    write: (line) => {
      file.write(line);
      if (isEndAwaited) return;
      isEndAwaited = true;
      setTimeout(() => {
        isEndAwaited = false;
        file.flush();
      }, gatheredMs).unref();
    },
  };
}

/** Lines for people, with colours where stderr is a terminal that has them and NO_COLOR is not set. */
function prettyStream(): DestinationStream {
  return pinoPretty({
    destination: stderr,
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
  });
}

/** Changes between the level that was set and debug (or info, where debug was set), and says so. */
export function toggleDebug(logger: Logger, { logLevel }: Pick<Config, 'logLevel'>): void {
  const other = logLevel === 'debug' ? 'info' : 'debug';
  const level = logger.level === logLevel ? other : logLevel;
  // So that it is said, whatever the two levels are.
  logger.level = 'debug';
  logger.info({ level }, 'log level changes');
  logger.level = level;
}
