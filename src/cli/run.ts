import { parseConfig } from '../config.ts';
import { realTimers } from '../kubernetes/timers.ts';
import { type Controller, startController } from '../main.ts';
import { urlOf } from '../observability/http.ts';
import { createLogger, type Logger, toggleDebug } from '../observability/logger.ts';
import { type KeptSignals, keepSignals } from './signals.ts';

const stopLimitMs = 9_000;

/**
 * `gateway-api-controller [run]`: runs until SIGTERM or SIGINT, or until the lease is lost.
 * @returns the exit code.
 * @throws UsageError, KubeconfigError, BindError
 */
export async function run(argv: readonly string[], signals: KeptSignals = keepSignals()): Promise<number> {
  const config = parseConfig(argv, process.env);
  const logger = createLogger(config);
  if (config.ignored.length > 0) logger.info({ flags: config.ignored }, 'flags are accepted and ignored');
  process.on('SIGUSR2', () => toggleDebug(logger, config));
  if (signals.came !== undefined) {
    logger.info({ signal: signals.came }, 'stopping');
    return 0;
  }
  const controller = await startController(config, {
    logger,
    environment: process.env,
    timers: realTimers,
    random: Math.random,
  });
  logger.info({ controllerName: config.controllerName, pool: config.ipamConfigMap }, 'started');
  const { inspect } = controller.servers;
  if (inspect !== undefined) logger.info({ url: urlOf(inspect) }, 'inspector');
  sayWhatItWaitsFor(controller, logger);
  const signal = await Promise.race([signals.first, controller.lost]);
  if (signal === undefined) logger.error('lost the lease: another replica may lead now; ending');
  else logger.info({ signal }, 'stopping');
  return await stop(controller, signal === undefined ? 1 : 0);
}

/** Says what the controller waits for, where that takes longer than a second: once, and again when it is something else. */
function sayWhatItWaitsFor(controller: Controller, logger: Logger): void {
  let said = '';
  const look = (): void => {
    const waitsFor = controller.waitsFor();
    if (waitsFor.length > 0 && waitsFor.join() !== said) logger.info({ waitsFor }, 'waiting');
    said = waitsFor.join();
  };
  setInterval(look, 1_000).unref();
}

/** Ends in time also where the API server does not answer. */
async function stop(controller: Controller, exitCode: number): Promise<number> {
  const timer = setTimeout(() => process.exit(exitCode), stopLimitMs);
  await controller.stop();
  clearTimeout(timer);
  return exitCode;
}
