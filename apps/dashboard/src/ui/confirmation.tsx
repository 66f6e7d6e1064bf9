'use client';

import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { showError } from '../lib/show-error.ts';
import { STRINGS } from '../lib/strings.ts';
import { ProblemNotice } from './problem-notice.tsx';

interface ConfirmationProps {
  /** The consequences, in plain words. */
  readonly body: ReactNode;
  /** The verb on the button that does it. */
  readonly label: string;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
  readonly isPending: boolean;
  readonly error: unknown;
  /** Whether something is lost or laid open: the button is red. */
  readonly isSevere?: boolean;
  /** A name to type before the button works, where a slip would be felt by many. */
  readonly typed?: string;
}

/** The content of a dialog that asks before something others feel. Cancel has the focus. */
export function Confirmation({
  body,
  label,
  onConfirm,
  onCancel,
  isPending,
  error,
  isSevere,
  typed,
}: ConfirmationProps) {
  const [text, setText] = useState('');
  const isReady = typed === undefined || text.trim() === typed;
  const [isMissing, showMissing] = useState(false);
  return (
    <Stack>
      <Text size="sm" component="div">
        {body}
      </Text>
      {typed !== undefined && (
        <TextInput
          label={STRINGS.typeToConfirm(typed)}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={isMissing && !isReady ? STRINGS.typedMissing(typed) : null}
          autoComplete="off"
        />
      )}
      {error !== null && error !== undefined && <ProblemNotice problem={showError(error)} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel} data-autofocus>
          {STRINGS.cancel}
        </Button>
        <Button
          color={isSevere ? 'red.9' : undefined}
          loading={isPending}
          onClick={() => (isReady ? onConfirm() : showMissing(true))}
        >
          {label}
        </Button>
      </Group>
    </Stack>
  );
}
