export { SITE_BASE } from './pages.ts';
export { siteDirectory } from './site-directory.ts';
