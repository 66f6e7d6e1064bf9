'use client';

import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Member } from '@patchbay/api-client';
import { useState } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { RoleChoice } from '../roles/role-choice.tsx';
import { useRoles } from '../roles/use-roles.ts';
import { useChangeRole } from './use-members.ts';

const T = STRINGS.members;

interface ChangeRoleProps {
  readonly organization: string;
  readonly member: Member;
  readonly onDone: () => void;
}

export function ChangeRole({ organization, member, onDone }: ChangeRoleProps) {
  const roles = useRoles(organization);
  const change = useChangeRole(organization, member.id);
  const [role, choose] = useState(member.role);
  const save = () =>
    change.mutate(role, {
      onSuccess: () => {
        const message = T.changed(member.person.name, STRINGS.roles.names[role]);
        notifications.show({ message, color: 'teal' });
        onDone();
      },
    });
  return (
    <Stack>
      {roles.error && <ProblemNotice problem={showError(roles.error)} onRetry={roles.refetch} />}
      {roles.isPending && <RowsSkeleton />}
      {roles.data && <RoleChoice label={STRINGS.invitations.role} roles={roles.data} value={role} onChange={choose} />}
      <Text size="sm" c="var(--text-quiet)">
        {T.roleHint}
      </Text>
      {change.error && <ProblemNotice problem={showError(change.error)} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {STRINGS.cancel}
        </Button>
        <Button onClick={save} loading={change.isPending}>
          {T.saveRole}
        </Button>
      </Group>
    </Stack>
  );
}
