'use client';

import { Button, Center, SegmentedControl } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { paths } from '../../lib/paths.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { ApiKeyRow } from './api-key-row.tsx';
import { type KeyState, useApiKeys } from './use-api-keys.ts';

const T = STRINGS.apiKeys;

export function ApiKeysPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="api-keys:read" title={T.title}>
      <ApiKeyList organization={organization} />
    </RequirePermission>
  );
}

function ApiKeyList({ organization }: { organization: string }) {
  const [state, setState] = useStateInUrl();
  const list = useApiKeys(organization, state);
  const names = useConnectorNames(organization);
  const create = useAccess(organization).can('api-keys:write').allowed && (
    <Button component={Link} href={paths.newApiKey(organization)} leftSection={<IconPlus size={16} aria-hidden />}>
      {T.create}
    </Button>
  );
  return (
    <>
      <PageHead title={T.title} lead={T.lead}>
        {create}
      </PageHead>
      <SegmentedControl
        aria-label={T.state.label}
        value={state}
        onChange={(value) => setState(value === 'ended' ? 'ended' : 'usable')}
        data={[
          { value: 'usable', label: T.state.usable },
          { value: 'ended', label: T.state.ended },
        ]}
        w="fit-content"
      />
      {list.error && <ProblemNotice problem={showError(list.error)} onRetry={list.refetch} />}
      {list.isPending && <RowsSkeleton />}
      {list.isSuccess && list.keys.length === 0 && <NoKeys state={state} />}
      {list.keys.length > 0 && (
        <Rows label={T.list}>
          {list.keys.map((apiKey) => (
            <ApiKeyRow key={apiKey.id} organization={organization} apiKey={apiKey} connectorNames={names} />
          ))}
        </Rows>
      )}
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {STRINGS.loadMore}
          </Button>
        </Center>
      )}
    </>
  );
}

function NoKeys({ state }: { state: KeyState }) {
  return state === 'usable' ? (
    <Empty title={T.emptyTitle} lead={T.emptyLead} />
  ) : (
    <Empty title={T.state.ended} lead={T.emptyEnded} />
  );
}

/** In the address, so that a link shows what its sender saw. */
function useStateInUrl(): [KeyState, (state: KeyState) => void] {
  const router = useRouter();
  const pathname = usePathname();
  const state = useSearchParams().get('state') === 'ended' ? 'ended' : 'usable';
  return [state, (next) => router.replace(next === 'ended' ? `${pathname}?state=ended` : pathname, { scroll: false })];
}
