# One image for backend, worker and migrations; docker-compose.yml says which of them a container is. CPU only.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN npm ci && node scripts/build.mjs

FROM node:20-bookworm-slim
ENV NODE_ENV=production MISTUDIO_DATA_DIR=/data MISTUDIO_HOST=0.0.0.0 MISTUDIO_PORT=8420
WORKDIR /app
COPY --from=build --chown=node:node /app /app
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8420
CMD ["node", "backend/dist/main.js"]
