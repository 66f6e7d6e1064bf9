'use client';

import { List, Paper, Stack, Text, Title } from '@mantine/core';
import { STRINGS } from '../../lib/strings.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import classes from './connector-list.module.css';
import { useCliUrl } from './use-cli-url.ts';

const T = STRINGS.connectors;

/** Nothing here yet, and how to change that. */
export function ConnectorsEmpty() {
  const cliUrl = useCliUrl();
  return (
    <Paper withBorder p="xl" bg="var(--surface-raised)">
      <Stack gap="md" maw={560}>
        <Title order={2} size="h4">
          {T.emptyTitle}
        </Title>
        <Text>{T.emptyLead}</Text>
        <List type="ordered" spacing="md">
          {T.emptySteps(window.location.origin, cliUrl).map(({ what, command }) => (
            <List.Item key={command}>
              <Text size="sm">{what}</Text>
              <div className={classes.url}>
                <code className={classes.urlText}>{command}</code>
                <CopyButton value={command} label={`${STRINGS.copy}: ${command}`} />
              </div>
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="var(--text-quiet)">
          {T.emptyNote}
        </Text>
      </Stack>
    </Paper>
  );
}
