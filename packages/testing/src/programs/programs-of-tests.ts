import type { FindOptions } from '@patchbay/embedded';

/** How tests look for the distribution's programs: as `npm start` does, and in the same cache. */
export const programsOfTests: FindOptions = {
  searchPath: process.env.PATH ?? '',
  say: (text) => console.info(text),
};
