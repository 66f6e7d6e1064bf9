import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** The title of a part of a page, one sentence about it, and its main action. */
export function SectionHead({ title, lead, children }: { title: string; lead?: string; children?: ReactNode }) {
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap="sm">
        <Title order={2} size="h4">
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
