'use client';

import { Anchor, Badge, Group, Text } from '@mantine/core';
import type { Connector } from '@patchbay/api-client';
import Link from 'next/link';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import classes from './connector-list.module.css';
import { connectorState } from './connector-state.ts';

const T = STRINGS.connectors;

export function ConnectorRow({ organization, connector }: { organization: string; connector: Connector }) {
  const { name, url, live } = connector;
  return (
    <li className={classes.row}>
      <div>
        <Anchor
          component={Link}
          href={paths.connector(organization, connector.slug)}
          fw={600}
          c="var(--mantine-color-text)"
        >
          {name}
        </Anchor>
        <ConnectorStateBadge connector={connector} />
      </div>
      <div className={classes.url}>
        <code className={classes.urlText} title={url}>
          {url}
        </code>
        <CopyButton value={url} label={STRINGS.copyUrl(name)} />
      </div>
      <div className={classes.time}>
        {live ? (
          <>
            <Text size="xs">{T.updated}</Text>
            <RelativeTime at={live.activatedAt} />
          </>
        ) : (
          T.never
        )}
      </div>
    </li>
  );
}

export function ConnectorStateBadge({ connector }: { connector: Pick<Connector, 'live' | 'latest'> }) {
  const state = connectorState(connector);
  return (
    <Group gap={8} mt={4}>
      <Badge color={state.color} variant="dot" tt="none" fw={500}>
        {state.label}
      </Badge>
      {state.note && (
        <Text size="xs" c="var(--text-quiet)">
          {state.note}
        </Text>
      )}
    </Group>
  );
}
