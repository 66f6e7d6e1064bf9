'use client';

import { SecretsPage } from '../secrets/secrets-page.tsx';
import { VersionList } from '../versions/version-list.tsx';
import { ConnectorFrame } from './connector-frame.tsx';
import { ConnectorSettingsPage } from './connector-settings-page.tsx';

export type ConnectorPart = 'versions' | 'secrets' | 'settings';

interface ConnectorPageProps {
  readonly organization: string;
  readonly slug: string;
  readonly part: ConnectorPart;
}

/** One of the pages of a connector, inside the frame that all share. */
export function ConnectorPage({ organization, slug, part }: ConnectorPageProps) {
  const Part = PARTS[part];
  return (
    <ConnectorFrame organization={organization} slug={slug}>
      {(connector) => <Part organization={organization} connector={connector} />}
    </ConnectorFrame>
  );
}

const PARTS = { versions: VersionList, secrets: SecretsPage, settings: ConnectorSettingsPage } as const;
