import { Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { STRINGS } from '../lib/strings.ts';
import classes from './rows.module.css';

/** A bordered list; its children are `Row`s. */
export function Rows({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Paper withBorder component="ul" className={classes.list} aria-label={label}>
      {children}
    </Paper>
  );
}

/** One thing of a list: what it is, and what can be done with it. */
export function Row({ main, actions }: { main: ReactNode; actions?: ReactNode }) {
  return (
    <li className={classes.row}>
      <div className={classes.main}>{main}</div>
      {actions}
    </li>
  );
}

/** The skeleton of a list while it loads, as tall as a short list will be. */
export function RowsSkeleton() {
  return (
    <Paper withBorder className={classes.list} role="status" aria-busy="true" aria-label={STRINGS.loading}>
      {['first', 'second', 'third'].map((row) => (
        <div key={row} className={classes.row}>
          <Skeleton h={20} w="55%" />
          <Skeleton h={28} w={90} />
        </div>
      ))}
    </Paper>
  );
}

/** Nothing here yet: why, and what to do next. */
export function Empty({ title, lead, children }: { title: string; lead: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl" bg="var(--surface-raised)">
      <Stack gap="sm" maw={560} align="flex-start">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text size="sm">{lead}</Text>
        {children}
      </Stack>
    </Paper>
  );
}
