'use client';

import { Grid, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { LinkTabs } from '../../ui/link-tabs.tsx';

/** The frame of an organization's settings: its pages, with the open one marked. */
export function SettingsFrame({ organization, children }: { organization: string; children: ReactNode }) {
  const tabs = [
    { href: paths.members(organization), label: STRINGS.members.title },
    { href: paths.groups(organization), label: STRINGS.groups.title },
    { href: paths.invitations(organization), label: STRINGS.invitations.title },
    { href: paths.roles(organization), label: STRINGS.roles.title },
    { href: paths.signInSettings(organization), label: STRINGS.organizationSignIn.title },
    { href: paths.policies(organization), label: STRINGS.policies.title },
    { href: paths.limits(organization), label: STRINGS.limits.title },
    { href: paths.apiKeys(organization), label: STRINGS.apiKeys.title, withPagesBelow: true },
    { href: paths.connectedClients(organization), label: STRINGS.grants.title },
    { href: paths.oauthClients(organization), label: STRINGS.oauthClients.title },
  ];
  return (
    <Grid gap={{ base: 'lg', sm: 'xl' }}>
      <Grid.Col span={{ base: 12, sm: 3, md: 2.5 }}>
        <LinkTabs label={STRINGS.settings.navigation} tabs={tabs} vertical />
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 9, md: 9.5 }} miw={0}>
        <Stack gap="lg">{children}</Stack>
      </Grid.Col>
    </Grid>
  );
}
