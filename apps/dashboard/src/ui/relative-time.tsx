'use client';

import { Tooltip } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { formatExact, formatRelative } from '../lib/format-time.ts';

const REFRESH_MS = 30_000;

/** "3 minutes ago", which stays true while the page is open; the exact time on hover and focus. */
export function RelativeTime({ at }: { at: string }) {
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), REFRESH_MS, { autoInvoke: true });
  return (
    <Tooltip label={formatExact(at)} withArrow events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{formatRelative(at, now)}</time>
    </Tooltip>
  );
}
