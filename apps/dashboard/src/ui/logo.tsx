import { Group, Text } from '@mantine/core';
import { STRINGS } from '../lib/strings.ts';

/** The mark and the name; `withName` off where room is short. */
export function Logo({ withName = true }: { withName?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap">
      <svg width="28" height="28" viewBox="0 0 32 32" role="img" aria-label={STRINGS.product}>
        <rect width="32" height="32" rx="8" fill="#3b5bdb" />
        <g fill="none" stroke="#fff" strokeWidth="2.5" strokeLinecap="round">
          <path d="M9 10c6 0 8 12 14 12" />
          <path d="M9 22c2.5 0 4-2 5.5-4M17.5 14c1.5-2 3-4 5.5-4" />
        </g>
        <g fill="#fff">
          <circle cx="9" cy="10" r="2.5" />
          <circle cx="23" cy="22" r="2.5" />
          <circle cx="9" cy="22" r="2.5" />
          <circle cx="23" cy="10" r="2.5" />
        </g>
      </svg>
      {withName && (
        <Text fw={700} size="lg" aria-hidden>
          {STRINGS.product}
        </Text>
      )}
    </Group>
  );
}
