'use client';

import { Button, List, Paper, Stack, Text, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { findCliUrl, shortCliUrl } from '../../lib/downloads.ts';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { useAccess } from '../session/use-access.ts';

const T = STRINGS.connectors;

/** Nothing here yet, and how to change that. */
export function ConnectorsEmpty({ organization }: { organization: string }) {
  const mayCreateKeys = useAccess(organization).can('api-keys:write');
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
              <Copyable value={command} label={`${STRINGS.copy}: ${command}`} wrap />
            </List.Item>
          ))}
        </List>
        <Text size="sm">{mayCreateKeys.allowed ? T.emptyKey : mayCreateKeys.reason}</Text>
        {mayCreateKeys.allowed && (
          <Button
            component={Link}
            href={`${paths.newApiKey(organization)}?kind=admin`}
            variant="default"
            w="fit-content"
            leftSection={<IconKey size={16} aria-hidden />}
          >
            {T.emptyCreateKey}
          </Button>
        )}
        <Text size="sm" c="var(--text-quiet)">
          {T.emptyNote}
        </Text>
      </Stack>
    </Paper>
  );
}

/** The package that `npx --yes` gets in the commands shown. */
function useCliUrl(): string {
  const { data } = useQuery({ queryKey: ['cli-url'], queryFn: findCliUrl, staleTime: Number.POSITIVE_INFINITY });
  return data ?? shortCliUrl();
}
