'use client';

import { Anchor, Box, Container, Group, Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ColorSchemeToggle } from '../../ui/color-scheme-toggle.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { LinkTabs } from '../../ui/link-tabs.tsx';
import { Logo } from '../../ui/logo.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { AccountMenu } from './account-menu.tsx';
import { OrganizationSwitcher } from './organization-switcher.tsx';
import classes from './shell.module.css';
import { useMe } from './use-me.ts';

/** The frame of every signed-in page: who, where, and the page itself once both are known. */
export function Shell({ organization, children }: { organization: string; children: ReactNode }) {
  const me = useMe();
  const tabs = [
    { href: paths.organization(organization), label: STRINGS.connectors.title },
    { href: paths.settings(organization), label: STRINGS.settings.title, withPagesBelow: true },
  ];
  return (
    <>
      <a href="#content" className="skip-link">
        {STRINGS.skipToContent}
      </a>
      <Box component="header" className={classes.header}>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              <Anchor component={Link} href={paths.organization(organization)} c="inherit" underline="never">
                <Logo withName={false} />
              </Anchor>
              {me.data && <OrganizationSwitcher organizations={me.data.organizations} current={organization} />}
            </Group>
            <Group gap={4} wrap="nowrap">
              <HelpLink />
              <ColorSchemeToggle />
              {me.data?.person && <AccountMenu name={me.data.person.name} email={me.data.person.email} />}
            </Group>
          </Group>
        </Container>
      </Box>
      <Container size="lg" pt="xs">
        <LinkTabs label={STRINGS.navigation} tabs={tabs} />
      </Container>
      <Container size="lg" py="xl" component="main" id="content">
        {me.data ? children : <BeforeIdentity error={me.isSignedOut ? null : me.error} onRetry={me.refetch} />}
      </Container>
    </>
  );
}

function BeforeIdentity({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error) {
    return (
      <>
        <VisuallyHidden component="h1">{STRINGS.product}</VisuallyHidden>
        <ProblemNotice problem={showError(error)} onRetry={onRetry} />
      </>
    );
  }
  return (
    <Stack aria-busy="true" aria-label={STRINGS.loading} role="status">
      <Skeleton h={36} w={220} />
      <Skeleton h={84} />
      <Skeleton h={84} />
    </Stack>
  );
}
