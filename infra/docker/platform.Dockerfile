# Gateway, worker, keyholder, supervisor, spawner and the one-time setup: one source tree, one image per process, each with
# its own dependencies only. Node runs the TypeScript sources as they are.
FROM node:24-bookworm-slim AS source
WORKDIR /app
COPY . .

# Everything, to generate the database client. Nothing of this stage but the generated files is shipped.
FROM source AS generated
RUN node scripts/run.mjs prisma generate

FROM source AS base
ENV NODE_ENV=production
# A volume takes its first owner from the directory it is mounted over.
RUN install -d -o 10001 -g 10001 /var/lib/patchbay/spool /var/lib/patchbay/packages \
    /var/lib/patchbay/keyholder /run/keyholder /run/keyholder/gateway /run/keyholder/worker
COPY --from=generated /app/packages/domain/src/generated packages/domain/src/generated

# Runs once per release and serves nobody, so it may carry the development tools along.
FROM generated AS setup
CMD ["node", "infra/docker/prepare-database.ts"]

# The command line and the SDK as this installation serves them; the address people use is written into the former.
FROM generated AS downloads
ARG PATCHBAY_ORIGIN
RUN node packages/cli/scripts/pack.ts /downloads "${PATCHBAY_ORIGIN:?give the build the address people use}"

# The documentation that this installation serves at /-/docs. Nothing of its generator is shipped.
FROM generated AS docs-site
RUN node scripts/run.mjs docs /docs-site

FROM base AS gateway
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --filter "@patchbay/gateway..."
COPY --from=downloads /downloads /app/downloads
COPY --from=docs-site /docs-site /app/docs-site
USER 10001:10001
CMD ["node", "apps/gateway/src/main.ts"]

FROM base AS worker
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --filter "@patchbay/worker..."
USER 10001:10001
CMD ["node", "apps/worker/src/main.ts"]

FROM base AS keyholder
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --filter "@patchbay/keyholder..."
USER 10001:10001
CMD ["node", "apps/keyholder/src/main.ts"]

FROM base AS spawner
RUN apt-get update && apt-get install -y --no-install-recommends bubblewrap && rm -rf /var/lib/apt/lists/*
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --filter "@patchbay/spawner..."
# New volumes take owner and mode from here: only the supervisor comes in.
RUN install -d -o 0 -g 10003 -m 710 /run/spawner
CMD ["node", "apps/spawner/src/main.ts"]

FROM base AS supervisor
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --filter "@patchbay/supervisor..."
# Its clients come in, and what it makes there has their group.
RUN install -d -o 10003 -g 10002 -m 2750 /run/patchbay
USER 10003:10003
CMD ["node", "apps/supervisor/src/main.ts"]
