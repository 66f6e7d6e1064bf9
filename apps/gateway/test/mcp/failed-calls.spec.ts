import { AppError, ERRORS, type ErrorCode } from '@patchbay/foundation';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest } from '../edge-fixture.ts';
import { FULL_MANIFEST, readingTool, startOneEndpoint } from './one-endpoint.ts';

const CODES = Object.keys(ERRORS) as ErrorCode[]; // its keys by definition

/** Sentences that ask to repeat something; “is never reassigned” is none. */
const ADVICE = /\b(try|call|send|run|start|deploy|ask|use|initialize)\b[^.]*\bagain\b|\bretry\b|\brepeat(?!ed\b)/i;

const writingTool = readingTool('write', { annotations: { readOnlyHint: false, destructiveHint: false } });

let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  edge = await startOneEndpoint({ ...FULL_MANIFEST, tools: [readingTool('read'), writingTool] });
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
  edge.usage.length = 0;
});

interface Failure {
  readonly code: ErrorCode;
  readonly isSent?: boolean;
  readonly isStreamed?: boolean;
  readonly era?: 'modern' | 'legacy';
}

interface ReportedFailure {
  readonly status: number;
  readonly retryAfter: string | null;
  /** Everything a model or a person may read of it. */
  readonly text: string;
  /** For programs. */
  readonly facts: Record<string, unknown>;
}

/** Calls the tool with a sandbox that fails like this. */
async function failing(tool: 'read' | 'write', failure: Failure): Promise<ReportedFailure> {
  const { code, isSent = true, isStreamed = false, era = 'modern' } = failure;
  edge.answerWith(async (_invocation, options) => {
    if (isStreamed) options.onNotification?.({ method: 'notifications/progress', params: { progress: 1 } });
    throw new AppError(code, { retryAfterSeconds: 3, ...(!isSent && { sent: false }) });
  });
  const params = { name: tool, arguments: {}, _meta: { progressToken: 'p' } };
  const response = await edge.post((era === 'modern' ? modernRequest : legacyRequest)('tools/call', params));
  const body = await response.text();
  expect(response.headers.get('content-type')).toContain(isStreamed ? 'text/event-stream' : 'application/json');
  const last = isStreamed ? body.slice(body.lastIndexOf('data: ') + 'data: '.length) : body;
  const { error, result } = JSON.parse(last);
  const facts = error?.data ?? result._meta['com.patchbay/error'];
  const text = error ? `${error.message}\n${error.data.hint}` : result.content[0].text;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text, facts };
}

const failure = (isSent: boolean) =>
  fc.record<Required<Failure>>({
    code: fc.constantFrom(...CODES),
    isSent: fc.constant(isSent),
    isStreamed: fc.boolean(),
    era: fc.constantFrom('modern', 'legacy'),
  });
/** Every code once at least, whatever the generator draws. */
const everyCode = CODES.map((code, index): [Required<Failure>] => [
  { code, isSent: true, isStreamed: index % 2 === 0, era: index % 4 < 2 ? 'modern' : 'legacy' },
]);

describe('a call whose end is unknown', () => {
  it('the error of a write that may have run never advises to repeat it', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(failure(true), async (given) => {
        const { text, facts, retryAfter } = await failing('write', given);
        expect(text).toContain('Do not repeat the call');
        expect(text.replace('Do not repeat the call', '')).not.toMatch(ADVICE);
        expect(facts).toMatchObject({ code: given.code, outcome: 'unknown' });
        expect([retryAfter, facts.retryAfterSeconds]).toEqual([null, undefined]);
        expect(edge.usage.at(-1)).toMatchObject({ outcome: 'unknown', errorCode: given.code });
      }),
      { examples: everyCode, numRuns: CODES.length + 50 },
    );
  });

  it('the error of a write names its idempotency key, and what the write may have done', async () => {
    const { text, facts } = await failing('write', { code: 'sandbox.deadline_exceeded' });
    const key = edge.invocations[0]?.context.idempotencyKey ?? 'none';
    expect(text).toContain('it may have taken effect in full, in part or not at all');
    expect(text).toContain(key);
    expect(facts.idempotencyKey).toBe(key);
  });

  it.each(['sandbox.result_too_large', 'mcp.result_too_long', 'sandbox.invalid_result'] as const)(
    'reports a write whose result is missing for %s as completed',
    async (code) => {
      expect((await failing('write', { code })).text).toContain('it ran to its end');
    },
  );

  it('reports a write that never reached its connector as not executed, with the time to retry', async () => {
    await fc.assert(
      fc.asyncProperty(failure(false), async (given) => {
        const { text, facts } = await failing('write', given);
        expect(text).toContain('nothing happened');
        expect(text).not.toContain('Do not repeat');
        expect(facts).toMatchObject({ outcome: 'not_run', retryAfterSeconds: 3 });
        expect(edge.usage.at(-1)?.outcome).toMatch(/^(error|refused)$/);
      }),
      { numRuns: 50 },
    );
  });

  it('reports a failed read as safe to repeat', async () => {
    await fc.assert(
      fc.asyncProperty(failure(true), async (given) => {
        const { text, facts } = await failing('read', given);
        expect(text).toContain('nothing was changed and repeating it is safe');
        expect(facts).toMatchObject({ outcome: 'nothing_changed' });
        expect(edge.usage.at(-1)?.outcome).toMatch(/^(error|refused)$/);
      }),
      { numRuns: 50 },
    );
  });

  it('the error of a call keeps its Retry-After, for models and for programs', async () => {
    const forModels = await failing('read', { code: 'sandbox.paused_after_crashes', isSent: false });
    expect([forModels.status, forModels.retryAfter, forModels.facts.retryAfterSeconds]).toEqual([200, '3', 3]);
    const forPrograms = await failing('read', { code: 'sandbox.unavailable', isSent: false });
    expect([forPrograms.status, forPrograms.retryAfter, forPrograms.facts.retryAfterSeconds]).toEqual([503, '3', 3]);
  });
});

it('no hint of the catalogue asks a client that resumes a stream to repeat a call of any kind', () => {
  const hints = ['mcp.event_unknown', 'mcp.call_lost'] as const;
  for (const code of hints) expect(ERRORS[code].hint).toMatch(/^Call the tool again only if it is read-only/);
});
