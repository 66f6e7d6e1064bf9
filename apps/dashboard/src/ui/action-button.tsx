'use client';

import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ActionState } from '@patchbay/api-client';
import type { ReactNode } from 'react';

interface ActionButtonProps extends ButtonProps {
  /** Whether the action is allowed now; the rule itself is the API's. */
  readonly action: ActionState;
  readonly onClick: () => void;
  readonly children: ReactNode;
  readonly 'aria-label'?: string;
}

/** A button for an action that may not be allowed: it stays visible and focusable, and shows the reason. */
export function ActionButton({ action, onClick, children, ...button }: ActionButtonProps) {
  return (
    <Tooltip
      label={action.reason}
      disabled={action.allowed || !action.reason}
      multiline
      maw={280}
      events={{ hover: true, focus: true, touch: true }}
    >
      <Button
        size="xs"
        variant="default"
        {...button}
        data-disabled={!action.allowed || undefined}
        aria-disabled={!action.allowed || undefined}
        aria-description={action.allowed ? undefined : (action.reason ?? undefined)}
        onClick={action.allowed ? onClick : undefined}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
