'use client';

import { Badge, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { Invitation } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row } from '../../ui/rows.tsx';
import { InvitationLink } from './invite-form.tsx';
import { useReissue, useWithdraw } from './use-invitations.ts';

const T = STRINGS.invitations;

const COLORS: Readonly<Record<Invitation['status'], string>> = {
  pending: 'blue',
  accepted: 'teal',
  rejected: 'gray',
  canceled: 'gray',
  expired: 'gray',
};

/** Every person who sees the list may do both. */
const ALLOWED = { allowed: true, reason: null };

interface InvitationRowProps {
  readonly organization: string;
  readonly invitation: Invitation;
}

export function InvitationRow({ organization, invitation }: InvitationRowProps) {
  const [isWithdrawing, withdrawing] = useDisclosure(false);
  const [isReissuing, reissuing] = useDisclosure(false);
  const isOpen = invitation.status === 'pending';
  const mayReissue = isOpen || invitation.status === 'expired';
  const { email, status, role } = invitation;
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600}>{email}</Text>
            <Badge color={COLORS[status]} variant="dot" tt="none" fw={500}>
              {T.status[status]}
            </Badge>
            <Badge variant="default" tt="none" fw={500}>
              {STRINGS.roles.names[role]}
            </Badge>
          </Group>
          <Text size="sm" c="var(--text-quiet)">
            {T.created} <RelativeTime at={invitation.createdAt} />
            {isOpen && (
              <>
                {' · '}
                {T.expires} <RelativeTime at={invitation.expiresAt} />
              </>
            )}
          </Text>
        </>
      }
      actions={
        <Group gap="xs">
          {mayReissue && (
            <ActionButton action={ALLOWED} aria-label={T.reissueWhom(email)} onClick={reissuing.open}>
              {T.reissue}
            </ActionButton>
          )}
          {isOpen && (
            <ActionButton action={ALLOWED} aria-label={T.withdrawWhom(email)} onClick={withdrawing.open}>
              {T.withdraw}
            </ActionButton>
          )}
          <Dialog opened={isReissuing} onClose={reissuing.close} title={T.reissueTitle(email)}>
            <Reissue organization={organization} invitation={invitation} onDone={reissuing.close} />
          </Dialog>
          <Dialog opened={isWithdrawing} onClose={withdrawing.close} title={T.withdrawTitle(email)}>
            <ConfirmWithdrawal organization={organization} invitation={invitation} onDone={withdrawing.close} />
          </Dialog>
        </Group>
      }
    />
  );
}

function Reissue({ organization, invitation, onDone }: InvitationRowProps & { onDone: () => void }) {
  const reissue = useReissue(organization, invitation.id);
  if (reissue.data) {
    const { email, url, expiresAt } = reissue.data;
    return <InvitationLink email={email} url={url} expiresAt={expiresAt} onDone={onDone} />;
  }
  return (
    <Confirmation
      body={T.reissueBody}
      label={T.reissue}
      onConfirm={() => reissue.mutate()}
      onCancel={onDone}
      isPending={reissue.isPending}
      error={reissue.error}
    />
  );
}

function ConfirmWithdrawal({ organization, invitation, onDone }: InvitationRowProps & { onDone: () => void }) {
  const withdraw = useWithdraw(organization, invitation.id);
  const confirm = () =>
    withdraw.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: T.withdrawn(invitation.email), color: 'teal' });
        onDone();
      },
    });
  return (
    <Confirmation
      body={T.withdrawBody}
      label={T.withdraw}
      isSevere
      onConfirm={confirm}
      onCancel={onDone}
      isPending={withdraw.isPending}
      error={withdraw.error}
    />
  );
}
