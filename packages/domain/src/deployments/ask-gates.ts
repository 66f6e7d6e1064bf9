import type { Tx } from '../database/index.ts';
import { findNameConflicts } from '../joined-names/index.ts';
import { findMember } from '../organizations/index.ts';
import { listSecretNames } from '../secrets/index.ts';
import { getVersion } from '../versions/index.ts';
import type { HoldReason } from './deployment.ts';
import type { ActivationGate, GateFactName, GateFacts, GateInput } from './gates.ts';

type FactLoaders = { readonly [Name in GateFactName]: (tx: Tx, question: GateInput) => Promise<GateFacts[Name]> };

/** Where each fact comes from: rows of the transaction in which the version goes live. */
const FACT_LOADERS: FactLoaders = {
  nameConflicts: (tx, { connector, version }) => findNameConflicts(tx, connector, version.manifest),
  async actorRoles(tx, { actor }) {
    const member = actor.kind === 'person' ? await findMember(tx, actor.personId) : null;
    return member === null ? [] : [member.role];
  },
  async liveContract(tx, { connector }) {
    return connector.liveVersionId === null ? null : (await getVersion(tx, connector.liveVersionId)).manifest;
  },
  async secretNames(tx, { connector }) {
    return (await listSecretNames(tx, connector.id)).map(({ name }) => name);
  },
};

/** Every gate's reason, in the order of the gates. A fact is loaded once, and only when a gate needs it. */
export async function askGates(
  tx: Tx,
  gates: readonly ActivationGate[],
  question: GateInput,
  loaders: FactLoaders = FACT_LOADERS,
): Promise<HoldReason[]> {
  const loaded = new Map<GateFactName, unknown>();
  for (const name of new Set(gates.flatMap(({ needs }) => needs))) loaded.set(name, await loaders[name](tx, question));
  return gates
    .map((gate) => {
      // Exactly the facts that the gate's own type lets it read.
      const facts = Object.fromEntries(gate.needs.map((name) => [name, loaded.get(name)])) as unknown as GateFacts;
      return gate.decide(question, facts);
    })
    .filter((reason) => reason !== null);
}
