'use client';

import { Anchor, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { AuthMode, Connector } from '@patchbay/api-client';
import { IconArrowLeft } from '@tabler/icons-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { connectPage, paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { LinkTabs } from '../../ui/link-tabs.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RollBackButton } from '../versions/activation-buttons.tsx';
import { ConnectorStateBadge } from './connector-row.tsx';
import { useConnector } from './use-connectors.ts';

const T = STRINGS.connectors;

interface ConnectorFrameProps {
  readonly organization: string;
  readonly slug: string;
  /** The page inside, once the connector is known. */
  readonly children: (connector: Connector) => ReactNode;
}

/** The frame of a connector's pages: what it is, where it answers, and its pages. */
export function ConnectorFrame({ organization, slug, children }: ConnectorFrameProps) {
  const connector = useConnector(organization, slug);
  return (
    <Stack gap="lg">
      <Anchor component={Link} href={paths.organization(organization)} size="sm" w="fit-content">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden /> {T.back}
        </Group>
      </Anchor>
      {connector.error && <ProblemNotice problem={showError(connector.error)} onRetry={connector.refetch} />}
      {connector.isPending && (
        <Stack role="status" aria-busy="true" aria-label={STRINGS.loading}>
          <Skeleton h={36} w={260} />
          <Skeleton h={110} />
        </Stack>
      )}
      {connector.data && (
        <>
          <Header organization={organization} connector={connector.data} />
          <Tabs organization={organization} slug={slug} />
          {children(connector.data)}
        </>
      )}
    </Stack>
  );
}

function Tabs({ organization, slug }: { organization: string; slug: string }) {
  const tabs = [
    { href: paths.connector(organization, slug), label: STRINGS.connectorSettings.tabVersions },
    { href: paths.connectorTools(organization, slug), label: STRINGS.tools.title },
    { href: paths.connectorSecrets(organization, slug), label: STRINGS.secrets.title },
    { href: paths.connectorSettings(organization, slug), label: STRINGS.connectorSettings.title },
  ];
  return <LinkTabs label={STRINGS.connectorSettings.tabs} tabs={tabs} />;
}

const HINTS = { oauth: 'signInHint', api_key: 'keyHint', none: 'openHint' } as const satisfies Record<AuthMode, string>;

function Header({ organization, connector }: { organization: string; connector: Connector }) {
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h2">
            {connector.name}
          </Title>
          <ConnectorStateBadge connector={connector} />
        </div>
        <RollBackButton organization={organization} connector={connector} />
      </Group>
      <Paper withBorder p="lg" bg="var(--surface-raised)">
        <Text size="sm" fw={600} mb={4}>
          {T.url}
        </Text>
        <Copyable value={connector.url} label={STRINGS.copyUrl(connector.name)} />
        <Text size="sm" c="var(--text-quiet)" mt={8}>
          {connector.live ? null : `${T.deadHint} `}
          {T[HINTS[connector.authMode]]}
          {connector.codeGeneration && ` ${T.codeGenerationHint}`}
        </Text>
        {connector.live && (
          <Anchor href={connectPage(organization, connector.slug)} size="sm" mt={8} display="inline-block">
            {T.connect}
          </Anchor>
        )}
      </Paper>
    </Stack>
  );
}
