'use client';

import { Button, Menu, Text } from '@mantine/core';
import type { Me } from '@patchbay/api-client';
import { IconCheck, IconSelector } from '@tabler/icons-react';
import Link from 'next/link';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';

export function OrganizationSwitcher({
  organizations,
  current,
}: {
  organizations: Me['organizations'];
  /** The slug of the page's organization; null for a page that belongs to none. */
  current: string | null;
}) {
  const chosen = organizations.find((organization) => organization.slug === current);
  const shown = chosen?.name ?? current ?? STRINGS.organization.all;
  return (
    <Menu position="bottom-start" withArrow>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          rightSection={<IconSelector size={14} aria-hidden />}
          aria-label={`${STRINGS.organization.switch}: ${shown}`}
        >
          <Text fw={600} truncate maw={180} c="var(--mantine-color-text)">
            {shown}
          </Text>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{STRINGS.organization.switch}</Menu.Label>
        {organizations.map((organization) => (
          <Menu.Item
            key={organization.id}
            component={Link}
            href={paths.organization(organization.slug)}
            aria-current={organization.slug === current ? 'true' : undefined}
            rightSection={organization.slug === current ? <IconCheck size={14} aria-hidden /> : null}
          >
            {organization.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
