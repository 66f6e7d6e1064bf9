/** Version of the admin API, as its document states it. */
export const API_VERSION = '1.0.0';
