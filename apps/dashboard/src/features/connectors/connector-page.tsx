'use client';

import { Button, Center, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { Connector } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ToolsPage } from '../policies/tools-page.tsx';
import { SecretsPage } from '../secrets/secrets-page.tsx';
import { useVersions } from '../versions/use-versions.ts';
import { VersionRow } from '../versions/version-row.tsx';
import { ConnectorFrame } from './connector-frame.tsx';
import classes from './connector-list.module.css';
import { ConnectorSettingsPage } from './connector-settings-page.tsx';

const T = STRINGS.versions;

function VersionList({ organization, connector }: { organization: string; connector: Connector }) {
  const path = { organization, connector: connector.slug };
  const versions = useVersions(path);
  const all = versions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack gap="sm" component="section" aria-labelledby="versions-title">
      <Title order={2} size="h4" id="versions-title">
        {T.title}
      </Title>
      {versions.error && <ProblemNotice problem={showError(versions.error)} onRetry={versions.refetch} />}
      {versions.isPending && <Skeleton h={160} role="status" aria-label={STRINGS.loading} />}
      {versions.isSuccess && all.length === 0 && <Text c="var(--text-quiet)">{T.empty}</Text>}
      {all.length > 0 && (
        <Paper withBorder component="ul" className={classes.list} aria-label={T.list}>
          {all.map((version) => (
            <VersionRow key={version.id} path={path} version={version} live={connector.live?.number ?? null} />
          ))}
        </Paper>
      )}
      {versions.hasNextPage && (
        <Center>
          <Button variant="default" loading={versions.isFetchingNextPage} onClick={() => versions.fetchNextPage()}>
            {STRINGS.loadMore}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

export type ConnectorPart = 'versions' | 'tools' | 'secrets' | 'settings';

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

const PARTS = {
  versions: VersionList,
  tools: ToolsPage,
  secrets: SecretsPage,
  settings: ConnectorSettingsPage,
} as const;
