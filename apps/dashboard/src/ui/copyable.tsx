import { Text } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';
import classes from './copyable.module.css';

/** A text to take along, with a button that copies all of it. `wrap` shows all of it. */
export function Copyable({ value, label, wrap = false }: { value: string; label: string; wrap?: boolean }) {
  return (
    <div className={classes.row}>
      <code className={wrap ? classes.whole : classes.line} title={wrap ? undefined : value}>
        {value}
      </code>
      <CopyButton value={value} label={label} />
    </div>
  );
}

/** A command below the sentence that describes it. */
export function CopyableStep({ what, value, label }: { what: string; value: string; label: string }) {
  return (
    <div>
      <Text size="sm" mb={4}>
        {what}
      </Text>
      <Copyable value={value} label={label} wrap />
    </div>
  );
}
