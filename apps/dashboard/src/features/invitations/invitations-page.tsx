'use client';

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { InvitationRow } from './invitation-row.tsx';
import { InviteForm } from './invite-form.tsx';
import { useInvitations } from './use-invitations.ts';

const T = STRINGS.invitations;

export function InvitationsPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="members:write" title={T.title}>
      <InvitationList organization={organization} />
    </RequirePermission>
  );
}

function InvitationList({ organization }: { organization: string }) {
  const invitations = useInvitations(organization);
  const [isInviting, inviting] = useDisclosure(false);
  const invite = (
    <Button onClick={inviting.open} leftSection={<IconUserPlus size={16} aria-hidden />}>
      {T.create}
    </Button>
  );
  const isEmpty = invitations.data?.length === 0;
  return (
    <>
      <PageHead title={T.title} lead={T.lead}>
        {!isEmpty && invite}
      </PageHead>
      {invitations.error && <ProblemNotice problem={showError(invitations.error)} onRetry={invitations.refetch} />}
      {invitations.isPending && <RowsSkeleton />}
      {isEmpty && (
        <Empty title={T.emptyTitle} lead={T.emptyLead}>
          {invite}
        </Empty>
      )}
      {invitations.data && !isEmpty && (
        <Rows label={T.list}>
          {invitations.data.map((invitation) => (
            <InvitationRow key={invitation.id} organization={organization} invitation={invitation} />
          ))}
        </Rows>
      )}
      <Dialog opened={isInviting} onClose={inviting.close} title={T.createTitle}>
        <InviteForm organization={organization} onDone={inviting.close} />
      </Dialog>
    </>
  );
}
