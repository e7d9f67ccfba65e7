# docker build -t gateway-api-controller . (or podman, buildah): nothing of the build is in the image, only Node.js and the
# bundled code, of 5 MiB. It runs as nobody in particular, and writes no file.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY build.ts ./
COPY machines machines
COPY src src
RUN npm run build

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title=gateway-api-controller \
      org.opencontainers.image.description="Kubernetes operator for L4 Gateway API" \
      org.opencontainers.image.source=https://github.com/thebsdbox/gateway-api-controller \
      org.opencontainers.image.licenses=Apache-2.0
WORKDIR /app
COPY LICENSE package.json ./
COPY --from=build /app/dist dist
ENV NODE_ENV=production
USER 65532:65532
EXPOSE 8080 8081
# The heap may grow to twice what lives, not to 3.5 times as V8 would have it: a third less memory at the peak, for the CPU
# that a young generation of 16 MiB saves. And nothing is made in the old generation at once because others like it have
# lived long: of objects that come in versions each is garbage soon, and there it stays longest (a quarter of the peak).
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=16", "--heap-growing-percent=100", "--no-allocation-site-pretenuring", "/app/dist/index.js"]
