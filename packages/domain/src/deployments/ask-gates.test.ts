import { describe, expect, it } from 'vitest';
import type { Tx } from '../database/index.ts';
import { askGates } from './ask-gates.ts';
import { type ActivationGate, defineGate, type GateFacts, type GateInput } from './gates.ts';

const QUESTION = { cause: 'activate', acceptances: [] } as unknown as GateInput; // all that these gates read

/** The reasons of the gates, the facts that were loaded for them, and those each gate saw. */
async function ask(gates: readonly ActivationGate[]) {
  const loaded: (keyof GateFacts)[] = [];
  const load = <T>(name: keyof GateFacts, value: T) => {
    loaded.push(name);
    return Promise.resolve(value);
  };
  const reasons = await askGates({} as Tx, gates, QUESTION, {
    nameConflicts: () => load('nameConflicts', []),
    actorRoles: () => load('actorRoles', ['owner']),
    liveContract: () => load('liveContract', null),
    secretNames: () => load('secretNames', ['API_KEY']),
  });
  return { reasons, loaded };
}

describe('gates', () => {
  it('gates load no fact that none of them needs, and each other fact once', async () => {
    const gate = (needs: readonly (keyof GateFacts)[]) => defineGate(needs, () => null);
    expect((await ask([])).loaded).toEqual([]);
    expect((await ask([gate(['secretNames']), gate(['secretNames', 'actorRoles'])])).loaded).toEqual([
      'secretNames',
      'actorRoles',
    ]);
  });

  it('gates see the facts they name and no others', async () => {
    const seen: object[] = [];
    const see = (_question: GateInput, facts: object) => {
      seen.push(facts);
      return null;
    };
    await ask([defineGate(['actorRoles'], see), defineGate(['secretNames', 'liveContract'], see), defineGate([], see)]);
    expect(seen).toEqual([{ actorRoles: ['owner'] }, { secretNames: ['API_KEY'], liveContract: null }, {}]);
  });

  it('the reasons of all gates are returned in the order of the gates', async () => {
    const hold = (code: string) => defineGate([], () => ({ code, reason: code }));
    const { reasons } = await ask([hold('b'), defineGate([], () => null), hold('a')]);
    expect(reasons.map(({ code }) => code)).toEqual(['b', 'a']);
  });
});
