import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A page's title, one sentence about what it is for, and its main action. */
export function PageHead({ title, lead, children }: { title: string; lead?: string; children?: ReactNode }) {
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h2">
          {title}
        </Title>
        {children}
      </Group>
      {lead && (
        <Text size="sm" c="var(--text-quiet)" maw={680}>
          {lead}
        </Text>
      )}
    </Stack>
  );
}
