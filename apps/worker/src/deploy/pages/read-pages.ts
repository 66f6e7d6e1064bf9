/** The pages of a version as a host would read them: by `resources/read`, from the connector that runs. */

import { createHash } from 'node:crypto';
import { AppError, asAppError, findTextProblem } from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import type { InvocationOutcome } from '@patchbay/sandbox-protocol';
import { z } from 'zod';
import type { Manifest, ManifestPage } from '../manifest/check-manifest.ts';
import { pageUrisOf } from './page-uris.ts';

const PAGES_MAX = DEPLOY_LIMITS.pages.value;

/** The result for one URI: the page, or the reason without one. */
export type ReadPage =
  | { readonly ok: true; readonly page: ManifestPage; readonly mimeType: string; readonly html: string }
  | { readonly ok: false; readonly uri: string; readonly tools: readonly string[]; readonly reason: string };

const contentSchema = z.object({
  uri: z.string(),
  mimeType: z.string().default(''),
  text: z.string().optional(),
  blob: z.string().optional(),
  _meta: z.object({ ui: z.record(z.string(), z.unknown()).optional() }).optional(),
});
const resultSchema = z.object({ contents: z.array(contentSchema).min(1).max(16) });

/**
 * Reads every page that a tool names. Faults of one are in its result; only a page that the manifest cannot hold
 * throws.
 *
 * @throws AppError `deploy.manifest_invalid`
 */
export async function readPages(
  manifest: Pick<Manifest, 'tools'>,
  read: (uri: string) => Promise<InvocationOutcome>,
): Promise<ReadPage[]> {
  const named = [...pageUrisOf(manifest)].slice(0, PAGES_MAX);
  return Promise.all(
    named.map(async ([uri, tools]): Promise<ReadPage> => {
      try {
        return pageOf(uri, tools, await read(uri));
      } catch (error) {
        const { code, detail, spec } = asAppError(error);
        // Only what the connector did wrong is a finding; anything else is another attempt's to overcome.
        if (spec.owner !== 'connector' || code === 'deploy.manifest_invalid') throw error;
        return { ok: false, uri, tools, reason: code === 'sandbox.result_too_large' ? 'it is too large' : detail };
      }
    }),
  );
}

function pageOf(uri: string, tools: readonly string[], outcome: InvocationOutcome): ReadPage {
  const refused = (reason: string): ReadPage => ({ ok: false, uri, tools, reason });
  if (outcome.kind === 'error') return refused(outcome.error.message.slice(0, 200));
  const parsed = resultSchema.safeParse(outcome.result);
  const content = parsed.data?.contents.find((item) => item.uri === uri) ?? parsed.data?.contents[0];
  if (!content) return refused('it has no content');
  const html = content.text ?? Buffer.from(content.blob ?? '', 'base64').toString('utf8');
  const meta = content._meta?.ui ?? {};
  const unstorable = findTextProblem(meta);
  if (unstorable) {
    throw new AppError('deploy.manifest_invalid', {
      detail: `The page ${uri}: _meta.ui.${unstorable.path.join('.')} ${unstorable.problem}.`,
    });
  }
  const page: ManifestPage = {
    uri,
    tools: [...tools],
    bytes: Buffer.byteLength(html),
    digest: createHash('sha256').update(html).digest('hex'),
    meta,
  };
  return { ok: true, page, mimeType: content.mimeType, html };
}
