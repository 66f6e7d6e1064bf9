import { STANDARD_PLAN } from '@patchbay/foundation/limits';
import { expect, it } from 'vitest';
import { MessageRate } from './message-rate.ts';

it('messages of a caller and of an organization over two seconds’ worth are refused, and others’ are not', async () => {
  const time = { ms: 0 };
  const rate = new MessageRate({ now: () => new Date(time.ms), monotonicMs: () => time.ms }, { hold: async () => {} });
  const plan = { ...STANDARD_PLAN, personMessagesPerSecond: 2, organizationMessagesPerSecond: 3 };
  const admit = (limitKey: string, organizationId = 'org_a') => rate.admit({ limitKey, organizationId }, plan);
  for (let count = 0; count < 4; count += 1) await admit('ann');
  await expect(admit('ann')).rejects.toMatchObject({ code: 'limits.messages', retryAfterSeconds: 0.5 });
  await admit('ben');
  await admit('ben');
  await expect(admit('ben')).rejects.toMatchObject({ code: 'limits.messages' });
  await admit('eve', 'org_b');
  time.ms = 500;
  await admit('ann');
});
