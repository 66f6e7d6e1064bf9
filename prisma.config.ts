import { defineConfig } from 'prisma/config';

/** For developers only: at run time our own runner applies prisma/migrations, and no Prisma CLI is installed. */
export default defineConfig({
  schema: 'prisma',
  migrations: { path: 'prisma/migrations' },
  // `prisma generate` needs no database; everything else fails with Prisma's own message when the variable is missing.
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost/patchbay' },
});
