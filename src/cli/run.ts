import { parseConfig } from '../config.ts';
import { UsageError } from '../flags.ts';
import { KubeconfigError } from '../kubernetes/connect.ts';
import { realTimers } from '../kubernetes/timers.ts';
import { type Controller, startController } from '../main.ts';
import { BindError } from '../observability/http.ts';
import { createLogger } from '../observability/logger.ts';
import { usage } from './usage.ts';

const stopLimitMs = 9_000;

/** `gateway-api-controller [run]`: runs until SIGTERM or SIGINT. @returns the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const args = argv[0] === 'run' ? argv.slice(1) : argv;
  if (args.some((arg) => /^--?(help|h)$/.test(arg))) {
    process.stdout.write(usage());
    return 0;
  }
  try {
    const config = parseConfig(args);
    const logger = createLogger(config.logLevel);
    if (config.ignored.length > 0) logger.info({ flags: config.ignored }, 'flags are accepted and ignored');
    const controller = await startController(config, {
      logger,
      environment: process.env,
      timers: realTimers,
      random: Math.random,
    });
    logger.info({ controllerName: config.controllerName, pool: config.ipamConfigMap }, 'started');
    const signal = await Promise.race([nextSignal(), controller.lost]);
    if (signal === undefined) logger.error('lost the lease: another replica may lead now; ending');
    else logger.info({ signal }, 'stopping');
    return await stop(controller, signal === undefined ? 1 : 0);
  } catch (error) {
    return complain(error);
  }
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}

/** Ends in time also where the API server does not answer. */
async function stop(controller: Controller, exitCode: number): Promise<number> {
  const timer = setTimeout(() => process.exit(exitCode), stopLimitMs);
  await controller.stop();
  clearTimeout(timer);
  return exitCode;
}

/** One line for what the user can mend; anything else is a bug and keeps its stack. */
function complain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`gateway-api-controller: ${error.message}\n`);
    return 2;
  }
  if (error instanceof KubeconfigError || error instanceof BindError) {
    process.stderr.write(`gateway-api-controller: ${error.message}\n`);
    return 1;
  }
  throw error;
}
