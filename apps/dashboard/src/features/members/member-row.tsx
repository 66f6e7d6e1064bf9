'use client';

import { Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { Member } from '@patchbay/api-client';
import { useRouter } from 'next/navigation';
import { paths } from '../../lib/paths.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row } from '../../ui/rows.tsx';
import { ChangeRole } from './change-role.tsx';
import { EndedAccess } from './ended-access.tsx';
import { useRefreshMembers, useRemoveMember } from './use-members.ts';

const T = STRINGS.members;

interface MemberRowProps {
  readonly organization: string;
  readonly member: Member;
  readonly isSelf: boolean;
}

export function MemberRow({ organization, member, isSelf }: MemberRowProps) {
  const [isChanging, changing] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const { name, email } = member.person;
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            {isSelf && (
              <Badge variant="light" tt="none">
                {T.you}
              </Badge>
            )}
            <Badge variant="default" tt="none" fw={500}>
              {STRINGS.roles.names[member.role]}
            </Badge>
          </Group>
          <Text size="sm" c="var(--text-quiet)">
            {email} · {T.since} <RelativeTime at={member.createdAt} />
          </Text>
        </>
      }
      actions={
        <Group gap="xs">
          <ActionButton action={member.actions.changeRole} aria-label={T.changeRoleOf(name)} onClick={changing.open}>
            {T.changeRole}
          </ActionButton>
          <ActionButton
            action={member.actions.remove}
            aria-label={isSelf ? T.leave : T.removeWhom(name)}
            onClick={removing.open}
          >
            {isSelf ? T.leave : T.remove}
          </ActionButton>
          <Dialog opened={isChanging} onClose={changing.close} title={T.changeRoleOf(name)}>
            <ChangeRole organization={organization} member={member} onDone={changing.close} />
          </Dialog>
          <Dialog opened={isRemoving} onClose={removing.close} title={isSelf ? T.leaveTitle : T.removeTitle(name)}>
            <ConfirmRemoval organization={organization} member={member} isSelf={isSelf} onDone={removing.close} />
          </Dialog>
        </Group>
      }
    />
  );
}

function ConfirmRemoval({ organization, member, isSelf, onDone }: MemberRowProps & { onDone: () => void }) {
  const router = useRouter();
  const remove = useRemoveMember(organization, member.id);
  const refresh = useRefreshMembers(organization);
  const leave = () => {
    notifications.show({ message: T.left, color: 'teal' });
    onDone();
    refresh();
    router.replace(paths.home);
  };
  const confirm = () => remove.mutate(undefined, isSelf ? { onSuccess: leave } : {});
  if (remove.data && !isSelf) {
    const close = () => {
      onDone();
      refresh();
    };
    return <EndedAccess name={member.person.name} ended={remove.data.ended} onDone={close} />;
  }
  return (
    <Confirmation
      body={isSelf ? T.leaveBody : T.removeBody}
      label={isSelf ? T.leave : T.remove}
      isSevere
      onConfirm={confirm}
      onCancel={onDone}
      isPending={remove.isPending}
      error={remove.error}
    />
  );
}
