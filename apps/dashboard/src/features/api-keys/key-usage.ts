import type { ApiKey } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';

export interface KeyPlace {
  readonly origin: string;
  readonly organization: string;
  /** Slug of the one connector the key opens; null when it opens several. */
  readonly connector: string | null;
}

export interface UsageStep {
  readonly what: string;
  readonly command: string;
}

const T = STRINGS.apiKeys.created;

/** Lines that use a new key as they are, in every POSIX shell. Keys that administer are pasted, never part of a line. */
export function usageOf(key: Pick<ApiKey, 'kind'> & { readonly secret: string }, place: KeyPlace): UsageStep[] {
  const { origin, organization, connector } = place;
  const login = { what: T.login, command: `npx patchbay login --origin ${origin}` };
  switch (key.kind) {
    case 'admin':
      return [login];
    case 'deploy':
      return [
        login,
        {
          what: T.ci,
          command: `PATCHBAY_ORIGIN=${origin} PATCHBAY_API_KEY=$PATCHBAY_DEPLOY_KEY npx patchbay deploy`,
        },
      ];
    case 'mcp': {
      const url = connector === null ? `${origin}/${organization}/mcp` : `${origin}/${organization}/${connector}/mcp`;
      const bearer = `"Authorization: Bearer ${key.secret}"`;
      return [
        {
          what: T.claudeCode,
          command: `claude mcp add --transport http ${connector ?? organization} ${url} --header ${bearer}`,
        },
        {
          what: T.curl,
          command: [
            `curl -sS ${url} -H ${bearer} -H "Content-Type: application/json"`,
            '-H "Accept: application/json, text/event-stream" -H "MCP-Protocol-Version: 2025-11-25"',
            `-d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`,
          ].join(' '),
        },
      ];
    }
  }
}
