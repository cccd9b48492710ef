# RailFair in a container: docker build -t railfair .
#
# Build arguments: PYTHON_IMAGE, the base; VERSION, REVISION and CREATED, for the labels; PLOTS=yes
# for what `railfair backtest --plot` needs; CPU, the kind of processor that kernels are compiled for
# (x86-64-v3: those of the last ten years).
# A package index behind a certificate authority of one's own is reached with
# --secret id=ca_bundle,src=/path/to/ca-certificates.crt
ARG PYTHON_IMAGE=python:3.12-slim

# What RailFair needs: made anew only when the lock changes.
FROM ${PYTHON_IMAGE} AS needs
WORKDIR /build
# Whichever version the base has takes symbols away alike.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && apt-get install -qq --no-install-recommends binutils >/dev/null \
    && rm -rf /var/lib/apt/lists/*
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN ["python3", "-m", "venv", "--without-pip", "/opt/railfair"]
COPY requirements.txt requirements-dev.txt deploy/image/prepare.py ./
ARG PLOTS=no
RUN --mount=type=secret,id=ca_bundle,target=/etc/ssl/certs/ca-certificates.crt \
    --mount=type=cache,target=/root/.cache/pip \
    python3 prepare.py lock requirements.txt --plots "${PLOTS}" >lock.txt \
    && python3 -m pip --python /opt/railfair/bin/python install --quiet --require-hashes --no-deps --no-compile -r lock.txt \
    && python3 prepare.py lock requirements-dev.txt --only hatchling,packaging,pathspec,pluggy,trove-classifiers >builder.txt \
    && python3 -m pip install --quiet --require-hashes --no-deps -r builder.txt \
    && python3 prepare.py slim /opt/railfair

# RailFair itself, with its kernels compiled and a list of all that is in the image. Kernels that did not
# change are not compiled again. Of Python's modules those stay compiled that are used. All that comes to
# what RailFair needs is put into /out.
FROM needs AS compiled
RUN ["/opt/railfair/bin/python", "-m", "compileall", "-q", "-j", "0", "/opt/railfair/lib"]

FROM compiled AS railfair
COPY pyproject.toml README.md ./
COPY migrations migrations
COPY src src
COPY deploy/image deploy/image
ARG CPU=generic
ENV NUMBA_CPU_NAME=${CPU} NUMBA_CPU_FEATURES=
WORKDIR /opt/railfair
RUN --mount=type=cache,target=/var/cache/kernels,sharing=locked \
    python3 -m pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir /build/wheels /build \
    && python3 -m pip --python bin/python install --quiet --no-deps --no-index /build/wheels/*.whl \
    && mkdir -p /out/opt/railfair /out/data \
    && NUMBA_CACHE_DIR=/var/cache/kernels bin/python /build/prepare.py used railfair.entrypoints.cli \
        railfair.entrypoints.http.app sqlalchemy.dialects.postgresql.asyncpg \
        sqlalchemy.dialects.sqlite.aiosqlite alembic.command alembic.runtime.environment >/build/used.txt \
    && cp -r /var/cache/kernels kernels \
    && cp /build/deploy/image/healthcheck.py /build/deploy/image/kernels_of_image.py lib/python3*/site-packages/ \
    && bin/python /build/prepare.py sbom >sbom.cdx.json \
    && cp -a --parents bin/railfair kernels sbom.cdx.json lib/python3*/site-packages/railfair* \
        lib/python3*/site-packages/healthcheck.py lib/python3*/site-packages/kernels_of_image.py /out/opt/railfair \
    && xargs cp -a --parents -t /out/opt/railfair </build/used.txt

# The base without what installs and documents: nothing is installed into a container that runs.
FROM ${PYTHON_IMAGE} AS base
RUN rm -rf /usr/local/lib/python3*/site-packages/* /usr/local/lib/python3*/ensurepip \
        /usr/local/lib/python3*/idlelib /usr/local/lib/python3*/lib2to3 /usr/local/lib/python3*/pydoc_data \
        /usr/local/lib/python3*/config-* /usr/local/bin/pip* /usr/local/bin/idle* /usr/local/bin/2to3* \
        /usr/local/bin/pydoc* /usr/local/include /usr/local/share/man /usr/share/man /usr/share/locale \
        /var/lib/apt/lists/* /var/cache/*

FROM scratch
# What was removed from the base would still be in a layer of it.
# hadolint ignore=DL3067
COPY --from=base / /
ARG CPU=generic
ENV PATH=/opt/railfair/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    NUMBA_CPU_NAME=${CPU} \
    NUMBA_CPU_FEATURES= \
    NUMBA_CACHE_DIR=/opt/railfair/kernels \
    NUMBA_CACHE_LOCATOR_CLASSES=kernels_of_image.Locator
COPY --from=needs /opt/railfair /opt/railfair
COPY --from=railfair --chown=10001:10001 /out/data /data
COPY --from=railfair /out/opt/railfair /opt/railfair
WORKDIR /data
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "healthcheck"]
ENTRYPOINT ["railfair"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="RailFair" \
    org.opencontainers.image.description="Which train, which ticket, and will it be on time?" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.created="${CREATED}"
