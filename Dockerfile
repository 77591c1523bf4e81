# syntax=docker/dockerfile:1

# Builds Minilab and leaves out everything that only building needs.
#
#     docker build -t minilab .
#     docker run --rm minilab --help
#
# Runs with a read-only root. It writes to /tmp alone, which needs a tmpfs that allows execution: the native code of
# the codecs is unpacked there (120 MB), and uploads of unknown length wait there.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q -pl standalone -am -DskipTests -Dspotless.check.skip package

FROM eclipse-temurin:25-jre-noble

# HEIC, AVIF, JPEG XL and animations come from libvips; watermarks are written with a font. Leave them out with
# `--build-arg CODECS=`.
ARG CODECS="libvips42t64 libfontconfig1 fonts-dejavu-core"
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates $CODECS \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 minilab \
    && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin minilab \
    && install -d -o minilab -g minilab -m 0700 /data

# The launcher takes its jars from lib/ where no pom.xml stands beside it.
COPY minilab LICENSE /opt/minilab/
COPY --from=build /build/standalone/target/minilab/ /opt/minilab/lib/

# glibc is kept from an arena for each of many threads.
ENV MALLOC_ARENA_MAX=2

# Most of the memory is for the render processes, and for /tmp, which counts as memory.
ENV JAVA_OPTS="-Dorg.bytedeco.javacpp.cachedir=/tmp/javacpp -XX:MaxRAMPercentage=30"

# With Java's cache of loaded classes the API is ready in half the time.
RUN /opt/minilab/minilab aot && rm -rf /tmp/*

# By number, so that Kubernetes can see that it is not root.
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["/opt/minilab/minilab"]
CMD ["--help"]
