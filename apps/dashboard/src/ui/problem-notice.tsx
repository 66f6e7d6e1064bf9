'use client';

import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { STRINGS } from '../lib/strings.ts';

/** A failure as people need it: what happened, what to do, and what to quote when asking for help. */
export interface Problem {
  readonly title: string;
  readonly detail: string | null;
  readonly hint: string;
  readonly code: string | null;
  readonly requestId: string | null;
  readonly docsUrl: string | null;
}

export function ProblemNotice({ problem, onRetry }: { problem: Problem; onRetry?: (() => void) | undefined }) {
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} title={problem.title} role="alert">
      <Stack gap="xs">
        {problem.detail && <Text size="sm">{problem.detail}</Text>}
        <Text size="sm">{problem.hint}</Text>
        <Group gap="md">
          {problem.code && <Fact name={STRINGS.problem.code} value={problem.code} />}
          {problem.requestId && <Fact name={STRINGS.problem.requestId} value={problem.requestId} />}
          {problem.docsUrl && (
            <Anchor size="sm" href={problem.docsUrl} underline="always">
              {STRINGS.problem.learnMore}
            </Anchor>
          )}
        </Group>
        {onRetry && (
          <Group>
            <Button size="xs" variant="default" onClick={onRetry}>
              {STRINGS.tryAgain}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <Text size="sm">
      {name}{' '}
      <Text span ff="monospace" size="sm">
        {value}
      </Text>
    </Text>
  );
}
