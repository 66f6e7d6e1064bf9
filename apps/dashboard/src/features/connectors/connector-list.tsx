'use client';

import { Button, Center, CloseButton, Group, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useRef, useState } from 'react';
import { showError } from '../../lib/show-error.ts';
import { STRINGS } from '../../lib/strings.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './connector-list.module.css';
import { ConnectorRow } from './connector-row.tsx';
import { ConnectorsEmpty } from './connectors-empty.tsx';
import { useConnectors } from './use-connectors.ts';

const T = STRINGS.connectors;

export function ConnectorList({ organization }: { organization: string }) {
  const { search, setSearch } = useSearchInUrl();
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => input.current?.focus()]]);
  const list = useConnectors(organization, search);

  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="sm">
        <Title order={1} size="h2">
          {T.title}
        </Title>
        {list.all.length > 0 && (
          <TextInput
            ref={input}
            type="search"
            aria-label={T.search}
            placeholder={T.search}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
            leftSection={<IconSearch size={16} aria-hidden />}
            rightSection={search && <CloseButton size="sm" aria-label={T.clearSearch} onClick={() => setSearch('')} />}
          />
        )}
      </Group>
      {list.error && <ProblemNotice problem={showError(list.error)} onRetry={list.refetch} />}
      {list.isPending && <ListSkeleton />}
      {list.isSuccess && list.all.length === 0 && <ConnectorsEmpty organization={organization} />}
      {list.shown.length > 0 && (
        <Paper withBorder component="ul" className={classes.list} aria-label={T.list}>
          {list.shown.map((connector) => (
            <ConnectorRow key={connector.id} organization={organization} connector={connector} />
          ))}
        </Paper>
      )}
      {list.all.length > 0 && list.shown.length === 0 && !list.hasNextPage && (
        <Text c="var(--text-quiet)">{T.noMatch(search)}</Text>
      )}
      {list.hasNextPage && (
        <Center>
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {STRINGS.loadMore}
          </Button>
        </Center>
      )}
    </Stack>
  );
}

/** The search lives in the address, so that a link shows what its sender saw. */
function useSearchInUrl() {
  const router = useRouter();
  const pathname = usePathname();
  const parameters = useSearchParams();
  const [search, show] = useState(parameters.get('search') ?? '');
  const setSearch = (text: string) => {
    show(text);
    router.replace(text ? `${pathname}?search=${encodeURIComponent(text)}` : pathname, { scroll: false });
  };
  return { search, setSearch };
}

function ListSkeleton() {
  return (
    <Paper withBorder className={classes.list} role="status" aria-busy="true" aria-label={STRINGS.loading}>
      {['first', 'second', 'third'].map((row) => (
        <div key={row} className={classes.row}>
          <Skeleton h={20} w="60%" />
          <Skeleton h={20} />
          <Skeleton h={20} w={90} />
        </div>
      ))}
    </Paper>
  );
}
