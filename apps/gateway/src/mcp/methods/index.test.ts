import type { Era, McpRequest } from '@patchbay/mcp';
import { describe, expect, it } from 'vitest';
import type { CallMethod } from '../context/call.ts';
import { answerMessage, METHODS, NAME_MEMBERS, opensSession } from './index.ts';
import type { MethodContext } from './method.ts';
import type { Mount } from './mount.ts';

const request = (method: string, era: Era) =>
  ({ kind: 'request', era, id: 1, method, params: {}, meta: {} }) as unknown as McpRequest; // all that is read here

/** The methods that have an answer, when every row of the table answers. */
async function found(era: Era, isInSession: boolean): Promise<string[]> {
  const answered = { httpStatus: 200, message: null };
  const mount = { handlerOf: () => () => answered, targetOf: () => answered } as unknown as Mount;
  // The fields of a context that are read before a handler gets it.
  const context = { session: isInSession ? {} : null, caller: { access: {} } } as unknown as MethodContext;
  const names = [...Object.keys(METHODS), 'constructor', 'toString', 'tools/unknown', ''];
  const results = await Promise.all(names.map((name) => answerMessage(mount, context, request(name, era))));
  return names.filter((_name, index) => results[index] === answered);
}

describe('the table of methods', () => {
  it('the gateway has no answer for a method without a row in the table, whatever its name is', async () => {
    for (const era of ['legacy', 'modern'] as const) {
      for (const name of ['constructor', 'toString', 'tools/unknown', ''])
        expect(await found(era, true)).not.toContain(name);
    }
  });

  it('keeps the methods of one era from clients of the other', async () => {
    const [legacy, modern] = [await found('legacy', true), await found('modern', false)];
    expect(legacy.filter((name) => !modern.includes(name)).toSorted()).toEqual([
      'initialize',
      'logging/setLevel',
      'ping',
      'resources/subscribe',
      'resources/unsubscribe',
    ]);
    expect(modern.filter((name) => !legacy.includes(name)).toSorted()).toEqual([
      'server/discover',
      'subscriptions/listen',
    ]);
  });

  it('subscriptions of resources are answered inside a session only', async () => {
    const [inside, outside] = [await found('legacy', true), await found('legacy', false)];
    const onlyInside = inside.filter((name) => !outside.includes(name));
    expect(onlyInside.toSorted()).toEqual(['resources/subscribe', 'resources/unsubscribe']);
  });

  it('the initialize of 2025 alone opens a session', () => {
    const opening = Object.keys(METHODS).filter((name) => opensSession(request(name, 'legacy')));
    expect(opening).toEqual(['initialize']);
    expect(opensSession(request('initialize', 'modern'))).toBe(false);
  });

  it('the methods that are calls run code of a connector, and no other does', () => {
    const calls = Object.keys(METHODS).filter((name) => METHODS[name]?.runsCode);
    const known: readonly CallMethod[] = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete'];
    expect(calls).toEqual(known);
  });

  it('Mcp-Name mirrors the members that SEP-2243 and SEP-2663 name, served or not', () => {
    expect(NAME_MEMBERS).toEqual({
      'tools/call': 'name',
      'prompts/get': 'name',
      'resources/read': 'uri',
      'tasks/get': 'taskId',
      'tasks/update': 'taskId',
      'tasks/cancel': 'taskId',
    });
  });
});
