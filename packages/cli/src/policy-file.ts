import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PolicyText } from '@patchbay/api-client';
import { AppError, readSystemError } from '@patchbay/foundation';
import { EFFECTS, isSamePolicy, type ToolPolicy } from '@patchbay/policy';
import { z } from 'zod';

/** Where policies are kept when no file is named. */
export const POLICY_FILE = 'policies.json';

/** The installation checks the conditions; here only the frame is, so that a plan can be made of it. */
const schema = z.strictObject({
  policies: z.array(
    z.strictObject({ name: z.string().min(1), effect: z.enum(EFFECTS), when: z.record(z.string(), z.unknown()) }),
  ),
});

/** The policies of a file. @throws AppError cli.bad_policy_file */
export async function readPolicyFile(cwd: string, file: string): Promise<PolicyText[]> {
  const refuse = (detail: string) => new AppError('cli.bad_policy_file', { detail: `${file}: ${detail}` });
  const text = await readFile(path.resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw refuse(readSystemError(error).code === 'ENOENT' ? 'there is no such file.' : 'it cannot be read.');
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : 'it is not JSON.');
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { policies } = parsed.data;
  const twice = policies.find(({ name }, index) => policies.some((other, at) => at < index && other.name === name));
  if (twice) throw refuse(`two policies have the name “${twice.name}”.`);
  return policies;
}

/** The text of a file with these policies. */
export function policyFileText(policies: readonly PolicyText[]): string {
  const texts = policies.map(({ name, effect, when }) => ({ name, effect, when }));
  return `${JSON.stringify({ policies: texts }, null, 2)}\n`;
}

export interface PolicyDifference {
  readonly name: string;
  readonly change: 'create' | 'update' | 'delete';
}

/** The changes that make the policies in force those of the file, by name. */
export function differences(inForce: readonly PolicyText[], wanted: readonly PolicyText[]): PolicyDifference[] {
  const before = new Map(inForce.map((policy) => [policy.name, policy]));
  const after = new Set(wanted.map(({ name }) => name));
  const changed = wanted.flatMap((policy): PolicyDifference[] => {
    const old = before.get(policy.name);
    if (old === undefined) return [{ name: policy.name, change: 'create' }];
    return isSamePolicy(old, policy) ? [] : [{ name: policy.name, change: 'update' }];
  });
  const gone = inForce.filter(({ name }) => !after.has(name));
  return [...changed, ...gone.map(({ name }): PolicyDifference => ({ name, change: 'delete' }))];
}

/** Policies for comparisons. Where a file has an error in a condition, the installation refuses it afterwards. */
export function asToolPolicies(policies: readonly PolicyText[]): ToolPolicy[] {
  return policies.map(({ name, effect, when }) => ({ id: name, name, effect, when }));
}
