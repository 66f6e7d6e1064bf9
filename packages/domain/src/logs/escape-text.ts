/** Longest text of a stored log line, in UTF-8 bytes. */
export const LOG_TEXT_BYTES_MAX = 8192;

/** Text without C0, C1, bidirectional or line-separator characters: each becomes a visible `\u{…}`. Idempotent. */
export declare function escapeLogText(text: string): string;
