'use client';

import { Alert, Button, Group, Paper, Stack, Title } from '@mantine/core';
import type { Schemas } from '@patchbay/api-client';
import { IconKey } from '@tabler/icons-react';
import { STRINGS } from '../../lib/strings.ts';
import { Copyable, CopyableStep } from '../../ui/copyable.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { useConnectorSlugs } from '../connectors/use-connectors.ts';
import { usageOf } from './key-usage.ts';

const T = STRINGS.apiKeys.created;

interface CreatedApiKeyProps {
  readonly organization: string;
  readonly created: Schemas['CreatedApiKey'];
  readonly onDone: () => void;
}

/** The key, shown this once, and lines that use it as they are. */
export function CreatedApiKey({ organization, created, onDone }: CreatedApiKeyProps) {
  const slugs = useConnectorSlugs(organization);
  const [only, ...others] = created.connectorIds;
  const connector = others.length === 0 && only !== undefined ? (slugs.get(only) ?? null) : null;
  const steps = usageOf(created, { origin: window.location.origin, organization, connector });
  return (
    <>
      <PageHead title={T.title(created.name)} />
      <Alert color="yellow" icon={<IconKey aria-hidden />}>
        {T.lead}
      </Alert>
      <Paper withBorder p={{ base: 'md', sm: 'lg' }} bg="var(--surface-raised)">
        <Stack gap="lg">
          <div>
            <Title order={2} size="h5" mb={6}>
              {T.key}
            </Title>
            <Copyable value={created.secret} label={T.copyKey} wrap />
          </div>
          <Stack gap="sm">
            <Title order={2} size="h5">
              {T.use}
            </Title>
            {steps.map(({ what, command }) => (
              <CopyableStep key={what} what={what} value={command} label={`${T.copyCommand}: ${what}`} />
            ))}
          </Stack>
          <Group justify="flex-end">
            <Button onClick={onDone}>{T.done}</Button>
          </Group>
        </Stack>
      </Paper>
    </>
  );
}
