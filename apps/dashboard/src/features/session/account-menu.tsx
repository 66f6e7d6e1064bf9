'use client';

import { ActionIcon, Menu, Text } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { signOut } from '../../lib/identity.ts';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';

export function AccountMenu({ name, email }: { name: string; email: string }) {
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
        <Menu.Item onClick={leave}>{STRINGS.signOut}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
