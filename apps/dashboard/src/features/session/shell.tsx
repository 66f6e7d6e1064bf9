'use client';

import {
  ActionIcon,
  Anchor,
  Box,
  Container,
  Group,
  Menu,
  Skeleton,
  Stack,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
  VisuallyHidden,
} from '@mantine/core';
import { IconMoon, IconSun, IconUserCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import type { ReactNode } from 'react';
import { signOut } from '../../lib/identity.ts';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { HelpLink } from '../../ui/help-link.tsx';
import { LinkTabs } from '../../ui/link-tabs.tsx';
import { Logo } from '../../ui/logo.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { OrganizationSwitcher } from './organization-switcher.tsx';
import classes from './shell.module.css';
import { useMe } from './use-me.ts';

interface ShellProps {
  /** The slug of the organization that the page is about; null for a page about the person. */
  readonly organization: string | null;
  readonly children: ReactNode;
}

/** The frame of every signed-in page: who, where, and the page itself once both are known. */
export function Shell({ organization, children }: ShellProps) {
  const me = useMe();
  const home = organization === null ? paths.home : paths.organization(organization);
  return (
    <>
      <a href="#content" className="skip-link">
        {STRINGS.skipToContent}
      </a>
      <Box component="header" className={classes.header}>
        <Container size="lg" h="100%">
          <Group h="100%" justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              <Anchor component={Link} href={home} c="inherit" underline="never">
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
      {organization !== null && (
        <Container size="lg" pt="xs">
          <LinkTabs label={STRINGS.navigation} tabs={tabsOf(organization)} />
        </Container>
      )}
      <Container size="lg" py="xl" component="main" id="content">
        {me.data ? children : <BeforeIdentity error={me.isSignedOut ? null : me.error} onRetry={me.refetch} />}
      </Container>
    </>
  );
}

function tabsOf(organization: string) {
  return [
    { href: paths.organization(organization), label: STRINGS.connectors.title },
    { href: paths.settings(organization), label: STRINGS.settings.title, withPagesBelow: true },
  ];
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

function AccountMenu({ name, email }: { name: string; email: string }) {
  const router = useRouter();
  const queries = useQueryClient();
  const leave = async () => {
    await signOut();
    // Data of this person is cleared before the next sign-in.
    queries.clear();
    router.replace(paths.signIn());
  };
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" radius="xl" aria-label={STRINGS.signedInAs(email)}>
          <IconUserCircle size={22} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text size="sm">{name}</Text>
          <Text size="xs">{email}</Text>
        </Menu.Label>
        <Menu.Item component={Link} href={paths.account}>
          {STRINGS.account.title}
        </Menu.Item>
        <Menu.Item onClick={leave}>{STRINGS.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ColorSchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: true });
  const isDark = scheme === 'dark';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={isDark ? STRINGS.colorScheme.toLight : STRINGS.colorScheme.toDark}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}
