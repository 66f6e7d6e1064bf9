'use client';

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { OAuthClientForm } from './oauth-client-form.tsx';
import { OAuthClientRow } from './oauth-client-row.tsx';
import { useOAuthClients } from './use-oauth-clients.ts';

const T = STRINGS.oauthClients;

export function OAuthClientsPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="oauth-clients:read" title={T.title}>
      <OAuthClientList organization={organization} />
    </RequirePermission>
  );
}

function OAuthClientList({ organization }: { organization: string }) {
  const clients = useOAuthClients(organization);
  const mayWrite = useAccess(organization).can('oauth-clients:write');
  const [isCreating, creating] = useDisclosure(false);
  const isEmpty = clients.data?.length === 0;
  const create = mayWrite.allowed && (
    <Button onClick={creating.open} leftSection={<IconPlus size={16} aria-hidden />}>
      {T.create}
    </Button>
  );
  return (
    <>
      <PageHead title={T.title} lead={T.lead}>
        {!isEmpty && create}
      </PageHead>
      {clients.error && <ProblemNotice problem={showError(clients.error)} onRetry={clients.refetch} />}
      {clients.isPending && <RowsSkeleton />}
      {isEmpty && (
        <Empty title={T.emptyTitle} lead={T.emptyLead}>
          {create}
        </Empty>
      )}
      {clients.data && !isEmpty && (
        <Rows label={T.list}>
          {clients.data.map((client) => (
            <OAuthClientRow key={client.id} organization={organization} client={client} mayWrite={mayWrite} />
          ))}
        </Rows>
      )}
      <Dialog opened={isCreating} onClose={creating.close} title={T.create} closable={false}>
        <OAuthClientForm organization={organization} onDone={creating.close} />
      </Dialog>
    </>
  );
}
