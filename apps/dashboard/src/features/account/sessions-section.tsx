'use client';

import { Badge, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { OwnSession } from '@patchbay/api-client';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Row, Rows, RowsSkeleton } from '../../ui/rows.tsx';
import { AccountSection } from './account-section.tsx';
import { useEndOtherSessions, useEndSession, useOwnSessions } from './use-sign-in-methods.ts';

const T = STRINGS.sessions;
const ALLOWED = { allowed: true, reason: null };

export function SessionsSection() {
  const sessions = useOwnSessions();
  const endOthers = useEndOtherSessions();
  const others = sessions.data?.items.filter(({ current }) => !current) ?? [];
  const endAll = () =>
    endOthers.mutate(undefined, {
      onSuccess: ({ ended }) => notifications.show({ message: T.endedOthers(ended), color: 'teal' }),
    });
  return (
    <AccountSection
      title={T.title}
      lead={T.lead}
      action={
        others.length > 0 && (
          <ActionButton action={ALLOWED} onClick={endAll} loading={endOthers.isPending}>
            {T.endOthers}
          </ActionButton>
        )
      }
    >
      {sessions.error && <ProblemNotice problem={showError(sessions.error)} onRetry={sessions.refetch} />}
      {endOthers.error && <ProblemNotice problem={showError(endOthers.error)} />}
      {sessions.isPending && <RowsSkeleton />}
      {sessions.data && (
        <Rows label={T.list}>
          {sessions.data.items.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </Rows>
      )}
    </AccountSection>
  );
}

function SessionRow({ session }: { session: OwnSession }) {
  const end = useEndSession();
  const { device, address, current, lastSeenAt, secondFactor } = session;
  const endThis = () =>
    end.mutate(session.id, { onSuccess: () => notifications.show({ message: T.ended, color: 'teal' }) });
  return (
    <Row
      main={
        <>
          <Group gap="xs">
            <Text fw={600}>{device}</Text>
            {current && <Badge variant="light">{T.current}</Badge>}
            {secondFactor && (
              <Badge variant="light" color="teal.9">
                {T.withSecondFactor}
              </Badge>
            )}
          </Group>
          <Text size="sm" c="var(--text-quiet)" component="div">
            {address !== null && `${T.from(address)} · `}
            {T.seen} <RelativeTime at={lastSeenAt} />
          </Text>
          {end.error && <ProblemNotice problem={showError(end.error)} />}
        </>
      }
      actions={
        !current && (
          <ActionButton action={ALLOWED} aria-label={T.endWhich(device)} onClick={endThis} loading={end.isPending}>
            {T.end}
          </ActionButton>
        )
      }
    />
  );
}
