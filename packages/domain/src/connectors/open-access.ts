/**
 * What a connector that asks nobody for a key gives away. Whoever opens one that has something to lose confirms it by its
 * name, once; until then nothing of that kind is added while it is open.
 */
import { AppError } from '@patchbay/foundation';
import type { Connector } from './connector.ts';

export interface OpenRisks {
  /** How many secrets its code works with, in the name of anybody who calls. */
  readonly secrets: number;
  /** Tools of the live version that may change something. */
  readonly writingTools: readonly string[];
}

/** Whether anybody may call it, and nobody confirmed what that gives away. */
export function isOpenUnconfirmed(connector: Pick<Connector, 'authMode' | 'openConfirmedAt'>): boolean {
  return connector.authMode === 'none' && connector.openConfirmedAt === null;
}

/** Names of tools that do not say they only read. A dynamic connector may offer others at any time: `*` stands for those. */
export function writingToolsOf(manifest: unknown): readonly string[] {
  if (!isRecord(manifest)) return [];
  const tools = Array.isArray(manifest.tools) ? manifest.tools.filter(isRecord) : [];
  const writing = tools.filter(({ annotations }) => !isRecord(annotations) || annotations.readOnlyHint !== true);
  return [...writing.map(({ name }) => String(name)), ...(manifest.dynamic === true ? ['*'] : [])];
}

/** The risks in words, or null when there is nothing to lose. */
export function describeRisks({ secrets, writingTools }: OpenRisks): string | null {
  const [first, second, third, ...more] = writingTools;
  const named = [first, second, third].filter((name) => name !== undefined && name !== '*').join(', ');
  const parts = [
    ...(secrets === 0 ? [] : [secrets === 1 ? 'its secret' : `its ${secrets} secrets`]),
    ...(named === '' ? [] : [`tools that write (${named}${more.length > 0 ? ` and ${more.length} more` : ''})`]),
    ...(writingTools.includes('*') ? ['tools it lists while it runs'] : []),
  ];
  return parts.length === 0 ? null : parts.join(', and ');
}

/** @throws AppError `connectors.open_not_confirmed` when there is something to lose */
export function refuseRisks(connector: Pick<Connector, 'slug'>, risks: OpenRisks): void {
  const described = describeRisks(risks);
  if (described === null) return;
  throw new AppError('connectors.open_not_confirmed', {
    detail: `Anybody could use ${connector.slug} without a key, with ${described}.`,
    data: { connector: connector.slug, secrets: risks.secrets, writingTools: risks.writingTools },
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
