import type { ConnectSubject } from './subject.ts';

/** The program in a bundle, and the licences of what is in it. */
export const BUNDLE_PROGRAM = 'server/index.mjs';
export const BUNDLE_LICENSES = 'server/LICENSES.txt';

/** The oldest Node that the bridge runs on. */
const NODE_RANGE = '>=18.0.0';

/**
 * The manifest of a bundle that connects a client of local programs to a connector. It holds no secret: people sign in
 * through the bridge, or the client asks for their API key and passes it on in the environment.
 *
 * @see https://github.com/anthropics/mcpb/blob/main/MANIFEST.md, manifest version 0.3
 */
export function bundleManifest({ origin, url, title, organization, serverName, authMode }: ConnectSubject) {
  const usesKey = authMode === 'api_key';
  const key = {
    api_key: {
      type: 'string',
      title: 'API key',
      description: `An API key of kind mcp, created at ${origin}/dashboard`,
      sensitive: true,
      required: true,
    },
  };
  return {
    manifest_version: '0.3',
    name: `${organization}-${serverName}`,
    display_name: title,
    version: '1.0.0',
    description: `Connects to ${title} of ${organization} at ${origin}.`,
    author: { name: organization },
    homepage: `${origin}/${organization}/${serverName}`,
    server: {
      type: 'node',
      entry_point: BUNDLE_PROGRAM,
      mcp_config: {
        command: 'node',
        args: [`\${__dirname}/${BUNDLE_PROGRAM}`, url, ...(usesKey ? ['api-key'] : [])],
        env: usesKey ? { PATCHBAY_API_KEY: `\${user_config.api_key}` } : {},
      },
    },
    tools_generated: true,
    prompts_generated: true,
    compatibility: { platforms: ['darwin', 'win32', 'linux'], runtimes: { node: NODE_RANGE } },
    ...(usesKey && { user_config: key }),
  };
}
