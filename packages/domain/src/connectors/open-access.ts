/**
 * Risks of a connector with public access. Opening one with secrets or writing tools takes a confirmation by its name,
 * once; until then nothing of that kind is added while it is open.
 */
import { AppError } from '@patchbay/foundation';
import type { Connector } from './connector.ts';

export interface OpenRisks {
  /** The number of secrets that its code uses on behalf of every caller. */
  readonly secrets: number;
  /** Tools of the live version that may change something. */
  readonly writingTools: readonly string[];
}

/** Whether access is public, and that was not confirmed. */
export function isOpenUnconfirmed(connector: Pick<Connector, 'authMode' | 'openConfirmedAt'>): boolean {
  return connector.authMode === 'none' && connector.openConfirmedAt === null;
}

/**
 * Names of tools without a read-only annotation. A dynamic connector may add others at any time: `*` represents those.
 */
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
    detail: `Everyone could use ${connector.slug} without a key, with ${described}.`,
    data: { connector: connector.slug, secrets: risks.secrets, writingTools: risks.writingTools },
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
