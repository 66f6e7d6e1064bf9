/** The only public listener: MCP, admin API and sign-in. */
import { runProcess } from '@patchbay/foundation/process';
import { loadGatewayConfig } from './config.ts';
import { wireGateway } from './wire.ts';

await runProcess('gateway', loadGatewayConfig, wireGateway);
