'use client';

import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import Link from 'next/link';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { MemberRow } from './member-row.tsx';
import { useMembers } from './use-members.ts';

const T = STRINGS.members;

export function MembersPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="members:read" title={T.title}>
      <MemberList organization={organization} />
    </RequirePermission>
  );
}

function MemberList({ organization }: { organization: string }) {
  const members = useMembers(organization);
  const access = useAccess(organization);
  const mayInvite = access.can('members:write').allowed;
  return (
    <>
      <PageHead title={T.title} lead={T.lead}>
        {mayInvite && <InviteLink organization={organization} />}
      </PageHead>
      {members.error && <ProblemNotice problem={showError(members.error)} onRetry={members.refetch} />}
      {members.isPending && <RowsSkeleton />}
      {members.data && (
        <Rows label={T.list}>
          {members.data.map((member) => (
            <MemberRow
              key={member.id}
              organization={organization}
              member={member}
              isSelf={member.person.id === access.personId}
            />
          ))}
        </Rows>
      )}
      {members.data?.length === 1 && mayInvite && <Empty title={T.aloneTitle} lead={T.aloneLead} />}
    </>
  );
}

function InviteLink({ organization }: { organization: string }) {
  return (
    <Button
      component={Link}
      href={paths.invitations(organization)}
      leftSection={<IconUserPlus size={16} aria-hidden />}
    >
      {T.invite}
    </Button>
  );
}
