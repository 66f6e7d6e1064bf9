import type { NewLogLine } from '@patchbay/domain/logs';
import type { LogRecord } from '@patchbay/sandbox-protocol';
import { describe, expect, it } from 'vitest';
import { LogBatcher } from './log-batcher.ts';

const line = (text: string): LogRecord => ({
  at: '2026-11-21T10:00:00.000Z',
  level: 'info',
  source: 'connector',
  text,
  sandboxId: 'sbx_1',
  key: {
    organizationId: 'org_a',
    connectorId: 'con_a',
    versionId: 'ver_a',
    settingsRevision: 0,
    subject: '',
    preview: false,
    providers: [],
  },
});

function batcher(waitingMax: number) {
  const stored: string[] = [];
  const state = { away: false, dropped: 0, stored };
  const logs = new LogBatcher({
    insert: async (lines: readonly NewLogLine[]) => {
      if (state.away) throw new Error('the database is away');
      stored.push(...lines.map((one) => one.text));
    },
    onDropped: (lines) => {
      state.dropped += lines;
    },
    flushIntervalMs: 60_000,
    waitingMax,
  });
  return { logs, state };
}

describe('LogBatcher', () => {
  it('drops and counts log lines over its bound, and keeps the others while the database is away', async () => {
    const { logs, state } = batcher(2);
    state.away = true;
    for (const text of ['one', 'two', 'three']) logs.add(line(text));
    await logs.flush();
    expect(state).toMatchObject({ stored: [], dropped: 1 });
    state.away = false;
    await logs.close();
    expect(state).toMatchObject({ stored: ['one', 'two'], dropped: 1 });
  });

  it('stores log lines in order, also those that arrive while a batch is on its way', async () => {
    const { logs, state } = batcher(10);
    logs.add(line('one'));
    const flushed = logs.flush();
    logs.add(line('two'));
    await flushed;
    await logs.close();
    expect(state).toMatchObject({ stored: ['one', 'two'], dropped: 0 });
  });
});
