# One image for web, workers and clock. Build: docker compose build
FROM python:3.11-slim-bookworm AS base
RUN apt-get update && apt-get install -y --no-install-recommends \
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation fonts-dejavu-core fonts-noto-core poppler-utils \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /caseway

FROM node:20-bookworm-slim AS frontend
WORKDIR /frontend
COPY backend/frontend/package.json backend/frontend/package-lock.json backend/frontend/.npmrc backend/frontend/build.mjs ./
RUN npm ci
COPY backend/frontend/src ./src
RUN npm run build

FROM base
COPY requirements/run.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY backend backend
COPY letters letters
COPY processes processes
COPY templates templates
COPY --from=frontend /frontend/dist backend/frontend/dist
ENV DJANGO_SETTINGS_MODULE=backend.settings PYTHONUNBUFFERED=1 CASEWAY_HOME=/var/lib/caseway PYTHONPATH=/caseway
RUN useradd --system --create-home --home-dir /var/lib/caseway caseway
USER caseway
RUN CASEWAY_SECRET_KEY=build DATABASE_URL=postgres://x@x/x REDIS_URL=redis://x python -m django collectstatic --noinput --ignore rest_framework --ignore test
