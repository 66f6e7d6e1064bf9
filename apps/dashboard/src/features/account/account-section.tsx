import { Paper, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { SectionHead } from '../../ui/section-head.tsx';

interface AccountSectionProps {
  readonly title: string;
  readonly lead?: string;
  /** The section's main action, beside its title. */
  readonly action?: ReactNode;
  readonly children?: ReactNode;
}

/** The frame of one section of the account page. */
export function AccountSection({ title, lead, action, children }: AccountSectionProps) {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} bg="var(--surface-raised)" component="section" aria-label={title}>
      <Stack>
        <SectionHead title={title} {...(lead !== undefined && { lead })}>
          {action}
        </SectionHead>
        {children}
      </Stack>
    </Paper>
  );
}
