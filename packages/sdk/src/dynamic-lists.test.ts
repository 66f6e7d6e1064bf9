import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineConnector } from './define-connector.ts';
import type { DynamicLists } from './dynamic-lists.ts';
import { openSession } from './testing.ts';
import { tool } from './tool.ts';

const say = (text: string) => tool({ description: text, readOnly: true, run: () => text });
const names = async (session: ReturnType<typeof openSession>) =>
  (await session.listTools()).map(({ name }) => name).sort();

function connector(dynamic: boolean, onStart?: (lists: DynamicLists) => void) {
  return defineConnector({
    name: 'reports',
    dynamic,
    ...(onStart && { onStart }),
    tools: {
      save: tool({
        description: 'Saves reports.',
        destructive: false,
        input: z.object({ reports: z.array(z.string()) }),
        run: ({ reports }, { lists }) => {
          lists.setTools(Object.fromEntries(reports.map((name) => [name, say(name)])));
          return 'saved';
        },
      }),
    },
  });
}

describe('lists that change', () => {
  it('dynamic lists are refused to a connector that does not declare them', async () => {
    const session = openSession(connector(false));
    expect(await session.callTool('save', { reports: ['a'] })).toMatchObject({
      isError: true,
      text: expect.stringContaining('dynamic: true'),
    });
    expect(await names(session)).toEqual(['save']);
    expect(() => connector(false, (lists) => lists.setTools({})).createServer()).toThrow('dynamic: true');
  });

  it('a dynamic tool cannot replace a tool that the connector was defined with', async () => {
    const session = openSession(connector(true));
    expect((await session.callTool('save', { reports: ['save'] })).isError).toBe(true);
    expect(await names(session)).toEqual(['save']);
  });

  it('dynamic lists hold the tools that were set last, beside the fixed ones', async () => {
    const session = openSession(connector(true, (lists) => lists.setTools({ first: say('first') })));
    expect(await names(session)).toEqual(['first', 'save']);
    await session.callTool('save', { reports: ['a', 'b'] });
    expect(await names(session)).toEqual(['a', 'b', 'save']);
    expect((await session.callTool('b')).text).toBe('b');
    await session.callTool('save', { reports: [] });
    expect(await names(session)).toEqual(['save']);
  });
});
