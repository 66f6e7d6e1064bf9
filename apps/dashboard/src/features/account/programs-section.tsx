'use client';

import { Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import type { AccountGrant } from '@patchbay/api-client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { Confirmation } from '../../ui/confirmation.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Row, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { AccountSection } from './account-section.tsx';

const T = STRINGS.programs;
const KEY = ['account-grants'];
const ENDS = { allowed: true, reason: null };

/** The programs that administer as this person: the command line, and clients that owners made for it. */
export function ProgramsSection() {
  const list = useQuery({ queryKey: KEY, queryFn: async () => bodyOf(await api().GET('/api/v1/me/grants')).items });
  return (
    <AccountSection title={T.title} lead={T.lead}>
      {list.error && <ProblemNotice problem={showError(list.error)} onRetry={list.refetch} />}
      {list.isPending && <RowsSkeleton />}
      {list.data?.length === 0 && <Text size="sm">{T.none}</Text>}
      {list.data && list.data.length > 0 && (
        <Rows label={T.title}>
          {list.data.map((grant) => (
            <ProgramRow key={grant.id} grant={grant} />
          ))}
        </Rows>
      )}
    </AccountSection>
  );
}

function ProgramRow({ grant }: { grant: AccountGrant }) {
  const [isEnding, ending] = useDisclosure(false);
  const { client, scopes, organizations } = grant;
  return (
    <Row
      main={
        <>
          <Text fw={600}>{client.name}</Text>
          <Text size="sm" c="var(--text-quiet)">
            {T.since(dayOf(grant.createdAt), grant.address)} · {T.until(dayOf(grant.expiresAt))} ·{' '}
            {grant.lastUsedAt === null ? T.unused : T.used(dayOf(grant.lastUsedAt))}
          </Text>
          <Text size="sm">{scopes.map(({ text }) => text).join(' · ')}</Text>
          {organizations.length > 0 && <Text size="sm">{T.only(organizations.join(', '))}</Text>}
        </>
      }
      actions={
        <>
          <ActionButton action={ENDS} aria-label={T.endOf(client.name)} onClick={ending.open}>
            {T.end}
          </ActionButton>
          <Dialog opened={isEnding} onClose={ending.close} title={T.endTitle(client.name)}>
            <ConfirmEnd grant={grant} onDone={ending.close} />
          </Dialog>
        </>
      }
    />
  );
}

function ConfirmEnd({ grant, onDone }: { grant: AccountGrant; onDone: () => void }) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => api().DELETE('/api/v1/me/grants/{grant}', { params: { path: { grant: grant.id } } }),
    onSuccess: () => {
      notifications.show({ message: T.ended(grant.client.name), color: 'teal' });
      onDone();
      return queries.invalidateQueries({ queryKey: KEY });
    },
  });
  return (
    <Confirmation
      body={T.endBody}
      label={T.end}
      isSevere
      onConfirm={() => end.mutate()}
      onCancel={onDone}
      isPending={end.isPending}
      error={end.error}
    />
  );
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
