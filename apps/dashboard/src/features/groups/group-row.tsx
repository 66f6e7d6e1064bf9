'use client';

import { Group as Line, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { ActionState, Group } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Row } from '../../ui/rows.tsx';
import { RenameGroup } from './group-form.tsx';
import { GroupMembers } from './group-members.tsx';
import { useDeleteGroup } from './use-groups.ts';

const T = STRINGS.groups;
/** Names that a row shows; the rest are in the dialog. */
const NAMES_MAX = 6;

interface GroupRowProps {
  readonly organization: string;
  readonly group: Group;
  readonly mayWrite: ActionState;
}

export function GroupRow({ organization, group, mayWrite }: GroupRowProps) {
  const [isChoosing, choosing] = useDisclosure(false);
  const [isRenaming, renaming] = useDisclosure(false);
  const [isRemoving, removing] = useDisclosure(false);
  const { name } = group;
  return (
    <Row
      main={
        <>
          <Text fw={600}>{name}</Text>
          <Text size="sm" c="var(--text-quiet)">
            {summaryOf(group)}
          </Text>
        </>
      }
      actions={
        <Line gap="xs">
          <ActionButton action={mayWrite} aria-label={T.membersOf(name)} onClick={choosing.open}>
            {T.members}
          </ActionButton>
          <ActionButton action={mayWrite} aria-label={T.renameOf(name)} onClick={renaming.open}>
            {T.rename}
          </ActionButton>
          <ActionButton action={mayWrite} aria-label={T.removeOf(name)} onClick={removing.open}>
            {T.remove}
          </ActionButton>
          <Dialog opened={isChoosing} onClose={choosing.close} title={T.membersOf(name)}>
            <GroupMembers organization={organization} group={group} onDone={choosing.close} />
          </Dialog>
          <Dialog opened={isRenaming} onClose={renaming.close} title={T.renameOf(name)}>
            <RenameGroup organization={organization} group={group} onDone={renaming.close} />
          </Dialog>
          <Dialog opened={isRemoving} onClose={removing.close} title={T.removeTitle(name)}>
            <ConfirmDeletion organization={organization} group={group} onDone={removing.close} />
          </Dialog>
        </Line>
      }
    />
  );
}

function summaryOf({ members }: Group): string {
  if (members.length === 0) return T.nobody;
  const names = members.slice(0, NAMES_MAX).map(({ person }) => person.name);
  return `${T.count(members.length)} · ${names.join(', ')}${members.length > NAMES_MAX ? ' …' : ''}`;
}

interface ConfirmDeletionProps {
  readonly organization: string;
  readonly group: Group;
  readonly onDone: () => void;
}

function ConfirmDeletion({ organization, group, onDone }: ConfirmDeletionProps) {
  const remove = useDeleteGroup(organization, group.id);
  const confirm = () =>
    remove.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: T.removed(group.name), color: 'teal' });
        onDone();
      },
    });
  return (
    <Confirmation
      body={T.removeBody}
      label={T.remove}
      isSevere
      onConfirm={confirm}
      onCancel={onDone}
      isPending={remove.isPending}
      error={remove.error}
    />
  );
}
