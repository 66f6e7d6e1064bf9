/** Distinguishes versions of a connector: `bundleConnector` replaces it with a text. */
declare const PATCHBAY_TEST_MARK: string;

export const MARK: string = PATCHBAY_TEST_MARK;

export const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

export const READS = { annotations: { readOnlyHint: true } };
