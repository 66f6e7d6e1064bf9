/** The gateway process: configuration → wire → listen → drain on SIGTERM, or when its starter goes. */
import { ConfigError, createLogger } from '@patchbay/foundation';
import { loadGatewayConfig } from './config.ts';
import { wireGateway } from './wire.ts';

async function main(): Promise<void> {
  const config = loadGatewayConfig();
  const logger = createLogger('gateway', config.logLevel);
  const gateway = await wireGateway(config, logger);
  let ending = false;
  const end = (reason: string) => {
    if (ending) return;
    ending = true;
    gateway.drain().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error, reason }, 'gateway did not end cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => end('SIGTERM'));
  process.once('SIGINT', () => end('SIGINT'));
  // Whoever runs the installation asks for another setup link: `patchbay admin setup-link`, on this machine.
  process.on('SIGUSR2', () => {
    gateway.showSetupLink().catch((error: unknown) => logger.error({ err: error }, 'no setup link could be made'));
  });
  process.once('disconnect', () => end('the starter is gone'));
  const listening = await gateway.listen();
  logger.info({ ...listening, origin: config.origin }, 'gateway answers');
  process.send?.({ type: 'ready', ...listening });
}

main().catch((error: unknown) => {
  process.stderr.write(
    `gateway: ${error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
