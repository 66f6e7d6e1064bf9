import { describe, expect, it } from 'vitest';
import { connectionsOfCall, declaredConnections } from './declared-connections.ts';

const CODE = { name: 'code', provider: 'github', scopes: ['repo', 'gist'], required: true, description: null };
const CHAT = { name: 'chat', provider: 'slack', scopes: [], required: false, description: 'Posts.' };
const DECLARED = [CODE, CHAT];
const toolUsing = (uses: object) => ({ name: 'run', _meta: { 'patchbay/uses': { ...uses } } });

describe('declaredConnections', () => {
  it.each([
    [{}],
    [{ connections: [] }],
    [{ connections: { code: 'github' } }],
    [{ connections: { code: { scopes: ['repo'] } } }],
    [{ auth: { type: 'none' } }],
    [{ auth: { type: 'oauth2' } }],
  ])('finds no connection in the manifest %j', (manifest) => {
    expect(declaredConnections(manifest)).toEqual([]);
  });

  it('reads the connections of a manifest by name, and scopes that are no text as absent', () => {
    const connections = {
      code: { provider: 'github', scopes: ['repo', 7, 'gist'] },
      chat: { provider: 'slack', scopes: [], required: false, description: 'Posts.' },
    };
    expect(declaredConnections({ connections, auth: { type: 'oauth2', provider: 'box' } })).toEqual(DECLARED);
  });

  it('reads the provider of an older manifest as its one connection', () => {
    const manifest = { auth: { type: 'oauth2', provider: 'github', scopes: ['repo'] } };
    expect(declaredConnections(manifest)).toEqual([{ ...CODE, name: 'github', scopes: ['repo'] }]);
  });
});

describe('connectionsOfCall', () => {
  it('gives a tool no connection that it does not name, and no scope that its connector does not declare', () => {
    expect(connectionsOfCall(DECLARED, toolUsing({}))).toEqual([]);
    expect(connectionsOfCall(DECLARED, toolUsing({ mail: {} }))).toEqual([]);
    expect(connectionsOfCall(DECLARED, toolUsing({ code: { scopes: ['repo', 'admin'] } }))).toEqual([
      { ...CODE, scopes: ['repo'] },
    ]);
  });

  it('gives every connection to a tool that names none, and to prompts and resources', () => {
    expect(connectionsOfCall(DECLARED, { name: 'run' })).toEqual(DECLARED);
    expect(connectionsOfCall(DECLARED, null)).toEqual(DECLARED);
    expect(connectionsOfCall(DECLARED, toolUsing({ code: {} }))).toEqual([CODE]);
  });
});
