import { startPlatform } from '@patchbay/testing';
import { it } from 'vitest';

it('measures', async () => {
  const p = await startPlatform({
    supervisor: false,
    environment: {
      NODE_OPTIONS: '--cpu-prof --cpu-prof-interval=500 --cpu-prof-dir=/tmp/pb/r2-prof',
      NODE_COMPILE_CACHE: '/tmp/pb/r2-cache',
    },
  });
  await p.processes.gateway.end();
  await p.processes.gateway.restart();
  const t: number[] = [];
  for (let i = 0; i < 6; i++) {
    await p.processes.gateway.end('SIGTERM');
    const s = performance.now();
    await p.processes.gateway.restart();
    t.push(Math.round(performance.now() - s));
  }
  console.log('RESTART', t.join(' '), 'min', Math.min(...t));
  await p.stop();
}, 60000);
