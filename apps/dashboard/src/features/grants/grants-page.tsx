'use client';

import { Button, Center } from '@mantine/core';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Empty, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { useConnectorNames } from '../connectors/use-connectors.ts';
import { RequirePermission } from '../session/require-permission.tsx';
import { useAccess } from '../session/use-access.ts';
import { EndAll } from './end-all.tsx';
import { GrantFilters } from './grant-filters.tsx';
import { GrantRow } from './grant-row.tsx';
import { type GrantFilter, useGrants } from './use-grants.ts';

const T = STRINGS.grants;
const SELECTION = ['person', 'client', 'connector'] as const;

/** Every client that people allowed; a member without the right to manage members sees their own. */
export function GrantsPage({ organization }: { organization: string }) {
  return (
    <RequirePermission organization={organization} permission="grants:read" title={T.title}>
      <GrantList organization={organization} />
    </RequirePermission>
  );
}

function GrantList({ organization }: { organization: string }) {
  const [filter, setFilter] = useFilterInUrl();
  const list = useGrants(organization, filter);
  const connectorNames = useConnectorNames(organization);
  const seesAll = useAccess(organization).can('members:write').allowed;
  const { grants } = list;
  return (
    <>
      <PageHead title={T.title} lead={seesAll ? T.lead : T.leadOwn} />
      <GrantFilters
        organization={organization}
        filter={filter}
        onChange={setFilter}
        grants={grants}
        seesAll={seesAll}
      />
      {grants.length > 0 && <EndAll organization={organization} filter={filter} grants={grants} />}
      {list.error && <ProblemNotice problem={showError(list.error)} onRetry={list.refetch} />}
      {list.isPending && <RowsSkeleton />}
      {list.isSuccess && grants.length === 0 && <NoGrants filter={filter} />}
      {grants.length > 0 && (
        <Rows label={T.list}>
          {grants.map((grant) => (
            <GrantRow key={grant.id} organization={organization} grant={grant} connectorNames={connectorNames} />
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

function NoGrants({ filter }: { filter: GrantFilter }) {
  if (filter.person || filter.client || filter.connector) return <Empty title={T.emptyTitle} lead={T.emptyFiltered} />;
  return <Empty title={T.emptyTitle} lead={filter.state === 'open' ? T.emptyLead : T.emptyEnded} />;
}

/** In the address, so that a link shows what its sender saw. */
function useFilterInUrl(): [GrantFilter, (filter: GrantFilter) => void] {
  const router = useRouter();
  const pathname = usePathname();
  const search = useSearchParams();
  const selected = SELECTION.map((name) => [name, search.get(name)]).filter(([, value]) => value);
  const filter = {
    ...Object.fromEntries(selected),
    state: search.get('state') === 'ended' ? 'ended' : 'open',
  } as const;
  const setFilter = ({ state, ...selection }: GrantFilter) => {
    const next = new URLSearchParams(state === 'ended' ? { state } : {});
    for (const name of SELECTION) if (selection[name]) next.set(name, selection[name]);
    router.replace(next.size === 0 ? pathname : `${pathname}?${next}`, { scroll: false });
  };
  return [filter, setFilter];
}
