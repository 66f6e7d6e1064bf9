'use client';

import { Stack, Text } from '@mantine/core';
import type { OrganizationLimits } from '@patchbay/api-client';
import { useQuery } from '@tanstack/react-query';
import { bodyOf } from '../../lib/answer.ts';
import { api } from '../../lib/api.ts';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { NumberTable } from '../../ui/number-table.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { RowsSkeleton } from '../../ui/rows.tsx';
import { SectionHead } from '../../ui/section-head.tsx';

const T = STRINGS.limits;
const REFRESH_MS = 10_000;

/** The limits on calls that hold for the organization, how near they are, and what they refused. */
export function LimitsPage({ organization }: { organization: string }) {
  const limits = useLimits(organization);
  return (
    <>
      <PageHead title={T.title} lead={T.lead} />
      {limits.error && <ProblemNotice problem={showError(limits.error)} onRetry={limits.refetch} />}
      {limits.isPending && <RowsSkeleton />}
      {limits.data && (
        <Stack gap="xl">
          <Held limits={limits.data} />
          <Now limits={limits.data} />
          <Refused limits={limits.data} />
        </Stack>
      )}
    </>
  );
}

function Held({ limits: { limits, granted } }: { limits: OrganizationLimits }) {
  return (
    <Stack gap="xs">
      <NumberTable
        label={T.held}
        columns={[T.scope, T.callsPerMinute, T.burst, T.concurrent]}
        rows={limits.map(({ scope, callsPerMinute, burst, concurrent }) => ({
          key: scope,
          cells: [T.scopes[scope], callsPerMinute, burst, concurrent],
        }))}
      />
      {granted.length > 0 && <Text size="sm">{T.granted(granted.length)}</Text>}
    </Stack>
  );
}

function Now({ limits: { counters, countedBy } }: { limits: OrganizationLimits }) {
  return (
    <Stack gap="xs">
      <SectionHead title={T.now} lead={countedBy === 'redis' ? T.nowLead : T.alone} />
      <NumberTable
        label={T.now}
        columns={[T.subject, T.left, T.inFlight]}
        rows={counters.map(({ connector, remaining, inFlight }) => ({
          key: connector?.id ?? '',
          cells: [connector?.slug ?? T.whole, remaining, inFlight],
        }))}
      />
    </Stack>
  );
}

function Refused({ limits: { limitedCalls } }: { limits: OrganizationLimits }) {
  return (
    <Stack gap="xs">
      <SectionHead title={T.refused} lead={limitedCalls.length === 0 ? T.nothingRefused : T.refusedLead} />
      {limitedCalls.length > 0 && (
        <NumberTable
          label={T.refused}
          columns={[T.subject, T.limit, T.calls, T.last]}
          rows={limitedCalls.map(({ code, connector, calls, lastAt }) => ({
            key: `${connector?.id} ${code}`,
            cells: [connector?.slug ?? T.gone, code, calls, <RelativeTime key="last" at={lastAt} />],
          }))}
        />
      )}
    </Stack>
  );
}

/** The organization's limits with what is left of them, again every ten seconds. */
function useLimits(organization: string) {
  return useQuery({
    queryKey: ['limits', organization],
    queryFn: async () => {
      const params = { path: { organization } };
      return bodyOf(await api().GET('/api/v1/organizations/{organization}/limits', { params }));
    },
    refetchInterval: REFRESH_MS,
  });
}
