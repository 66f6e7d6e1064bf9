import { afterAll, beforeAll, expect, it } from 'vitest';
import { asOwner, type EdgeFixture, legacyRequest, modernRequest, startEdge, TIMINGS } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const elicitation = (url: string) => ({ mode: 'url', elicitationId: 'e1', url, message: 'Confirm here.' });

/** Each form of a question, and how a client of the era asks. */
const FORMS = {
  'an input request of 2026-07-28': (url: string) => {
    const inputRequests = { who: { method: 'elicitation/create', params: elicitation(url) } };
    edge.answerWith(async () => ({ kind: 'input_required', result: { inputRequests }, timings: TIMINGS }));
    return modern();
  },
  'an error of 2025, for a client of 2026-07-28': (url: string) => {
    failWith(url);
    return modern();
  },
  'an error of 2025, for a client of 2025': (url: string) => {
    failWith(url);
    return legacyRequest('tools/call', CALL);
  },
} as const;

const CALL = { name: 'harmless', arguments: {} };
const modern = () =>
  modernRequest('tools/call', {
    ...CALL,
    _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } },
  });
function failWith(url: string): void {
  const error = { code: -32042, message: 'Needs a URL', data: { elicitations: [elicitation(url)] } };
  edge.answerWith(async () => ({ kind: 'error', error, timings: TIMINGS }));
}

async function answerTo(form: keyof typeof FORMS, url: string): Promise<string> {
  const { headers, body } = FORMS[form](url);
  const answer = await fetch(`${edge.origin}/acme/weather/mcp`, {
    method: 'POST',
    headers: { ...headers, ...asOwner },
    body,
  });
  return answer.text();
}

it.each(Object.keys(FORMS) as (keyof typeof FORMS)[])(
  'a question of a connector sends its person to no page of this installation, as %s',
  async (form) => {
    const { host, port } = new URL(edge.origin);
    for (const url of [
      `${edge.origin}/-/consent`,
      `http://LOCALHOST:${port}/authorize`,
      `http://localhost.:${port}/authorize`,
      'http://localhost:1/approve',
      `https://${host}/approve`,
      `https://${host}@evil.example/`,
      `https://evil.example:x@${host}/`,
      `${edge.origin}\\@evil.example/`,
      'javascript:alert(1)',
      'data:text/html,hello',
      'not a URL',
    ]) {
      const text = await answerTo(form, url);
      expect(text, url).toContain('sandbox.invalid_result');
      expect(text, url).not.toContain('Confirm here.');
    }
    expect(await answerTo(form, 'https://pay.example/order/1')).toContain('https://pay.example/order/1');
  },
);

it.each(Object.keys(FORMS) as (keyof typeof FORMS)[])(
  'a question of a connector sends its person only where its version declares, and begins with the connector, as %s',
  async (form) => {
    for (const url of ['https://evil.example/', 'https://pay.example.evil.example/', 'https://pаy.example/']) {
      const text = await answerTo(form, url);
      expect(text, url).toContain('sandbox.invalid_result');
      expect(text, url).not.toContain('Confirm here.');
    }
    const text = await answerTo(form, 'https://pay.example/order/1');
    expect(text).toContain('"message":"Weather (acme/weather) asks: Confirm here."');
  },
);
