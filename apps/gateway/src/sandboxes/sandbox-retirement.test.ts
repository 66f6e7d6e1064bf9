import type { Change } from '@patchbay/domain/changes';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { createLogger } from '@patchbay/foundation';
import type { RetireMatch } from '@patchbay/sandbox-protocol';
import { describe, expect, it } from 'vitest';
import { givenEndpoint } from '../../test/given-call.ts';
import { SandboxRetirement } from './sandbox-retirement.ts';

const LIVE = givenEndpoint({ settingsRevision: 1 });
const OWNER = { organizationId: LIVE.organizationId, connectorId: LIVE.connectorId };

function watched(now: Endpoint | null) {
  const retired: RetireMatch[] = [];
  let publish: (change: Change) => void = () => undefined;
  const retirement = new SandboxRetirement({
    changes: {
      onChange: (listener) => {
        publish = listener;
        return () => undefined;
      },
    },
    endpoints: { resolve: async () => now },
    sandboxes: { retire: async (match) => void retired.push(match) },
    logger: createLogger('test', 'silent'),
  });
  const change = async (kind: Change['kind'], id: string) => {
    publish({ kind, id });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { retired, retirement, change };
}

describe('retireSandboxes', () => {
  it('leaves sandboxes of other, uncalled and unchanged connectors running', async () => {
    const { retired, retirement, change } = watched(LIVE);
    await change('connector', 'con_weather');
    retirement.follow(LIVE);
    await change('connector', 'con_b');
    await change('connector', 'con_weather');
    expect(retired).toEqual([]);
  });

  it('ends sandboxes of the version before an activation', async () => {
    const { retired, retirement, change } = watched({ ...LIVE, versionId: 'ver_2' });
    retirement.follow(LIVE);
    await change('connector', 'con_weather');
    expect(retired).toEqual([{ ...OWNER, versionId: 'ver_1' }]);
  });

  it('ends sandboxes with the settings before a change', async () => {
    const { retired, retirement, change } = watched({ ...LIVE, settingsRevision: 2 });
    retirement.follow(LIVE);
    await change('connector', 'con_weather');
    expect(retired).toEqual([{ ...OWNER, settingsRevisionBelow: 2 }]);
  });

  it('ends all sandboxes of a connector when it or its organization is gone, or its slug is another’s', async () => {
    for (const [now, kind, id] of [
      [null, 'connector', 'con_weather'],
      [null, 'organization', 'org_acme'],
      [{ ...LIVE, connectorId: 'con_b' }, 'connector', 'con_weather'],
    ] as const) {
      const { retired, retirement, change } = watched(now);
      retirement.follow(LIVE);
      await change(kind, id);
      expect(retired).toEqual([OWNER]);
    }
  });
});
