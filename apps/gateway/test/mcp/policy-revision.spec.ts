import type { Change } from '@patchbay/domain/changes';
import type { JsonObject } from '@patchbay/mcp';
import { NO_POLICIES, type PolicySet, preparePolicies } from '@patchbay/policy';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { complete, type EdgeFixture, modernRequest, startEdge, TIMINGS } from '../edge-fixture.ts';

let edge: EdgeFixture;
let policies: PolicySet = NO_POLICIES;
const listeners = new Set<(change: Change) => void>();

beforeAll(async () => {
  edge = await startEdge([], undefined, {
    loadPolicies: async () => policies,
    changes: {
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onStale: () => () => undefined,
    },
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  policies = NO_POLICIES;
});

/** The effect of a policy change on the gateways: the next revision in memory, and a change of the organization. */
function write(blocked: string): void {
  const policy = { id: 'pol_1', name: 'one', effect: 'blocked', when: { tools: [blocked] } } as const;
  policies = { revision: policies.revision + 1, policies: preparePolicies([policy]) };
  for (const listener of listeners) listener({ kind: 'organization', id: 'org_acme' });
}

const post = (request: ReturnType<typeof modernRequest>, path: string, signal?: AbortSignal) =>
  fetch(`${edge.origin}${path}`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: 'Bearer pbk_mcp_owner' },
    ...(signal && { signal }),
  });

async function toolsAt(path: string): Promise<string[]> {
  const response = await post(modernRequest('tools/list'), path);
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
  return result.tools.map(({ name }) => name);
}

describe('a new revision of the policies', () => {
  it('a new policy hides a tool it blocks at the URL of the organization, whose lists are cached', async () => {
    expect(await toolsAt('/acme/mcp')).toContain('weather__harmless');
    write('harmless');
    expect(await toolsAt('/acme/mcp')).not.toContain('weather__harmless');
    expect(await toolsAt('/acme/weather/mcp')).not.toContain('harmless');
  });

  it.each(['/acme/weather/mcp', '/acme/mcp'])('a new policy notifies streams at %s of changed tools', async (path) => {
    const hangUp = new AbortController();
    const listen = modernRequest('subscriptions/listen', { notifications: { toolsListChanged: true } });
    const { body } = await post(listen, path, hangUp.signal);
    if (!body) throw new Error('a stream has a body');
    let text = '';
    let isWritten = false;
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (!isWritten && text.includes('notifications/subscriptions/acknowledged')) {
        isWritten = true;
        write('harmless');
      }
      if (text.includes('notifications/tools/list_changed')) break;
    }
    hangUp.abort();
    expect(text).toContain('notifications/tools/list_changed');
  });

  it('a new policy closes the request states that were given out before it', async () => {
    edge.answerWith(async ({ params }) =>
      params.requestState === undefined
        ? {
            kind: 'input_required',
            result: { resultType: 'input_required', requestState: 'round 1' },
            timings: TIMINGS,
          }
        : complete({ content: [{ type: 'text', text: String(params.requestState) }] }),
    );
    const params = { name: 'harmless', arguments: {} };
    const ask = async () => {
      const response = await post(modernRequest('tools/call', params), '/acme/weather/mcp');
      return ((await response.json()) as { result: { requestState: string } }).result.requestState;
    };
    const resume = async (requestState: string) => {
      const retry = modernRequest('tools/call', { ...params, requestState });
      return (await (await post(retry, '/acme/weather/mcp')).json()) as JsonObject;
    };
    const requestState = await ask();
    expect(await resume(requestState)).toMatchObject({ result: { content: [{ text: 'round 1' }] } });
    write('another tool');
    expect(await resume(requestState)).toMatchObject({ error: { code: -32602 } });
    expect(await resume(await ask())).toMatchObject({ result: { content: [{ text: 'round 1' }] } });
  });
});
