import type { Manifest, ManifestTool } from '../manifest/check-manifest.ts';

/** The key hosts looked for before `_meta.ui.resourceUri` existed. */
const EARLIER_KEY = 'ui/resourceUri';

/** The user interface declared by a tool. */
export interface ToolUi {
  readonly resourceUri: string | undefined;
  readonly earlierUri: string | undefined;
}

export function uiOf(tool: ManifestTool): ToolUi {
  const meta = recordOf(tool._meta);
  const resourceUri = recordOf(meta.ui).resourceUri;
  const earlierUri = meta[EARLIER_KEY];
  return {
    resourceUri: typeof resourceUri === 'string' ? resourceUri : undefined,
    earlierUri: typeof earlierUri === 'string' ? earlierUri : undefined,
  };
}

/** URI of each page → the tools that show it. */
export function pageUrisOf({ tools }: Pick<Manifest, 'tools'>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const tool of tools) {
    const { resourceUri, earlierUri } = uiOf(tool);
    const uri = resourceUri ?? earlierUri;
    if (uri !== undefined) found.set(uri, [...(found.get(uri) ?? []), tool.name]);
  }
  return found;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
