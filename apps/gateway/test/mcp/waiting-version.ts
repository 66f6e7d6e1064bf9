import { bundleConnector, type GivenVersion } from '@patchbay/testing';
import { readingTool } from './one-endpoint.ts';

const MANIFEST = {
  manifestVersion: 1,
  sdk: 'v2',
  server: { name: 'waiting', version: '1.0.0' },
  capabilities: { tools: {} },
  tools: [
    readingTool('wait'),
    readingTool('wait_briefly', { _meta: { 'patchbay/timeoutMs': 1_000 } }),
    readingTool('write_briefly', {
      annotations: { readOnlyHint: false, destructiveHint: false },
      _meta: { 'patchbay/timeoutMs': 1_000 },
    }),
    readingTool('release'),
    readingTool('seen'),
  ],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  egress: [],
};

/** A connector whose tool `wait` waits until it is released or aborted; `seen` records which. */
export const WAITING_VERSION: GivenVersion = {
  ...bundleConnector('waiting'),
  manifest: MANIFEST,
};
