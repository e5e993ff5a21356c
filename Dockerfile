# One command: docker run -p 5432:5432 -e TERRASCALE_PASSWORD=secret -v terrascale:/data terrascale
FROM python:3.11-slim AS build
WORKDIR /src
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev
COPY requirements/runtime.txt requirements/
RUN python -m venv /opt/terrascale \
    && /opt/terrascale/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY . .
# What is compiled goes where it would be beside its sources; what compiled it isn't needed any more.
RUN /opt/terrascale/bin/python tools/compile.py \
    && /opt/terrascale/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && find . -name '*.so' -exec cp --parents '{}' /opt/terrascale/lib/python3.11/site-packages ';' \
    && /opt/terrascale/bin/pip uninstall --yes --quiet mypy \
    && /opt/terrascale/bin/python -m compileall -q /opt/terrascale/lib

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data terrascale && install -d -o terrascale /data
COPY --from=build /opt/terrascale /opt/terrascale
# The packages are flat (wire, storage, …): no directory of the caller's may shadow them.
ENV PATH=/opt/terrascale/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 \
    TERRASCALE_DATA_DIR=/data TERRASCALE_HOST=0.0.0.0
USER terrascale
VOLUME /data
EXPOSE 5432 8000 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["terrascale", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["terrascale"]
CMD ["serve"]
