import { Paper } from '@mantine/core';
import type { ReactNode } from 'react';

/** The frame of a table that scrolls where it is wider than its page; the keyboard can scroll it too. */
export function TableFrame({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <Paper
      withBorder
      bg="var(--surface-raised)"
      style={{ overflowX: 'auto', position: 'relative' }}
      tabIndex={0}
      aria-label={label}
      role="region"
    >
      {children}
    </Paper>
  );
}
