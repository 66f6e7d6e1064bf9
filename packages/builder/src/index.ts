/** The code that `patchbay dev` shares with the build of a deploy. The build itself runs in a sandbox of its own. */
export { type BuiltPages, buildPages } from './pages/build-pages.ts';
